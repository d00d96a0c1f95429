"""Judge a version by the gate of an alias."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.door import enter
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Alias
from jupyter_mlops.core.verb import Verb, verb, verb_of
from jupyter_mlops.models.alias import check_alias, find
from jupyter_mlops.models.gates.judge import judge, keep, kept
from jupyter_mlops.models.gates.report import GateReport, GateReports
from jupyter_mlops.models.history import DEFAULT
from jupyter_mlops.models.pattern import VersionPattern, check_roles, expand, is_pattern


@verb("gate", effect="write", foreign=True, long=True)
def gate(
    project: Project,
    version: VersionPattern,
    to: Alias = DEFAULT,
    *,
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
    if is_pattern(version):
        return _all(project, version, to)
    found = find(project, version)
    call.reads(f"version:{found.ref}", given=f"version:{version}")
    if report:
        shown = kept(project, found, report)
        call.because(f"showed report {shown.digest}")
        return shown
    answer = keep(project, found, judge(project, found, to))
    call.because(answer.summary())
    return answer


def _all(project: Project, pattern: str, alias: Alias) -> GateReports:
    versions = expand(project, pattern)
    check_roles(project, versions, "contributor")
    reports = []
    for done, version in enumerate(versions):
        progress.report(done, len(versions), version.ref)
        answer = enter(project, _verb(), {"version": version.ref, "to": alias})
        reports += [answer] if isinstance(answer, GateReport) else []
    passed = sum(report.is_well for report in reports)
    call.because(f"{passed} of {len(reports)} versions passed")
    return GateReports(reports=tuple(reports))


def _verb() -> Verb:
    found = verb_of(gate)
    assert found is not None  # noqa: S101 - it is marked above
    return found
