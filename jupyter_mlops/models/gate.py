"""Judge a version by the gate of an alias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.door import enter
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import Alias, SnapshotRef
from jupyter_mlops.core.verb import Verb, verb, verb_of
from jupyter_mlops.models.alias import check_alias, find
from jupyter_mlops.models.gates.asked import Asked
from jupyter_mlops.models.gates.declaration import declare
from jupyter_mlops.models.gates.judge import judge, keep, kept
from jupyter_mlops.models.gates.report import GateReport, GateReports
from jupyter_mlops.models.history import DEFAULT
from jupyter_mlops.models.pattern import VersionPattern, check_roles, expand, is_pattern, one_by_one


@verb("gate", effect="write", foreign=True, long=True)
def gate(
    project: Project,
    version: VersionPattern,
    to: Alias = DEFAULT,
    *,
    require: Annotated[
        tuple[str, ...],
        Field(
            description="Ask this too: 'accuracy >= 0.9', 'no-worse metric=f1'.", examples=["accuracy >= 0.9"]
        ),
    ] = (),
    data: Annotated[SnapshotRef | None, Field(description="Judge on this snapshot.")] = None,
    target: Annotated[str, Field(description="The column of it that holds the truth.")] = "",
    write: Annotated[bool, Field(description="Declare it in pyproject.toml; admins only.")] = False,
    report: Annotated[
        str,
        Field(
            description="Show the report of this digest, or latest, as it was kept, and judge nothing.",
            max_length=64,
        ),
    ] = "",
) -> GateReport | GateReports:
    """Judge a version by the gate of an alias, champion unless another is named; nothing is moved."""
    check_alias(to)
    asked = Asked(require, data or "", target)
    if write and (not asked or is_pattern(version)):
        raise Invalid(
            "There is nothing to declare." if not asked else f"{version!r} names no single version.",
            hint="Write `%mlops gate churn@3 --require 'accuracy >= 0.9' --write`.",
        )
    if is_pattern(version):
        return _all(project, version, {"to": to, "require": require, "data": data, "target": target})
    found = find(project, version)
    call.reads(f"version:{found.ref}", given=f"version:{version}")
    if report:
        shown = kept(project, found, report)
        call.because(f"showed report {shown.digest}")
        return shown
    answer = keep(project, found, judge(project, found, to, asked))
    call.because(answer.summary())
    return _declared(project, found, answer, asked, is_written=write) if asked else answer


def _declared(
    project: Project, version: ModelVersion, report: GateReport, asked: Asked, *, is_written: bool
) -> GateReport:
    """Say how the settings' file would declare what was asked, and let it where that is wanted."""
    name = report.gate or f"{version.name}@{report.alias}"
    made = declare(project, name, asked, is_written=is_written)
    if is_written:
        call.because(f"{report.summary()}; declared in {made.file} as gates.{name}")
    return report.model_copy(update={"declaration": made})


def _all(project: Project, pattern: str, options: Mapping[str, object]) -> GateReports:
    versions = expand(project, pattern)
    check_roles(project, versions, "contributor")
    reports = []
    for version in one_by_one(versions):
        call.reads(f"version:{version.ref}", given=f"version:{pattern}")
        with progress.silent():
            answer = enter(project, _verb(), {"version": version.ref, **options})
        reports += [answer] if isinstance(answer, GateReport) else []
    passed = sum(report.is_well for report in reports)
    call.because(f"{passed} of {len(reports)} versions passed")
    return GateReports(reports=tuple(reports))


def _verb() -> Verb:
    found = verb_of(gate)
    assert found is not None  # noqa: S101 - it is marked above
    return found
