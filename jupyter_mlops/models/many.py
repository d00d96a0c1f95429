"""Promote many versions: a plan first, then one by one, each through its own gate."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Literal

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.door import enter
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import Alias
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.gates.judge import judge
from jupyter_mlops.models.gates.report import GateReport
from jupyter_mlops.models.pattern import check_roles, expand, is_pattern, one_by_one

Fate = Literal["would move", "moved", "there already", "refused", "failed"]


class Step(Record):
    """What becomes of one version.

    Parameters
    ----------
    previous
        The version that the alias points at, or pointed at.
    why
        What its gate said, or the error.
    """

    version: str
    previous: str | None
    fate: Fate
    why: str


class Promotions(Record):
    """Many promotions: planned, or done one by one.

    Parameters
    ----------
    asked
        The pattern that named them.
    """

    asked: str
    alias: Alias
    is_plan: bool
    steps: tuple[Step, ...]

    @property
    def is_well(self) -> bool:
        """Whether none was refused or failed."""
        return all(step.fate not in {"refused", "failed"} for step in self.steps)

    def card(self) -> Card:
        """Show every version and what becomes of it, what is refused first."""
        order = {"failed": 0, "refused": 1}
        rows = tuple(
            (step.fate, step.version, step.previous or "nothing", step.why)
            for step in sorted(self.steps, key=lambda step: order.get(step.fate, 2))
        )
        moving = sum(step.fate in {"would move", "moved"} for step in self.steps)
        verb = "would point" if self.is_plan else "points"
        word = "" if self.alias == "champion" else f" {self.alias}"
        way = "--yes" if is_pattern(self.asked) else ""
        asked = shlex.quote(self.asked) if way else self.asked  # a shell would look for files of such names
        go = (f"%mlops promote {asked}{word} {way}".strip(),)
        return Card(
            f"{self.alias} {verb} at {moving} of {len(rows)} versions",
            "ok" if self.is_well else "warning",
            columns=("what", "version", "was", "why"),
            rows=rows,
            next=go if self.is_plan and moving else (),
        )


def plan(project: Project, pattern: str, alias: Alias) -> Promotions:
    """Judge every version that a pattern names, and say which would move; nothing does."""
    versions = expand(project, pattern) if is_pattern(pattern) else [find(project, pattern)]
    check_roles(project, versions, "approver")
    steps = []
    for version in one_by_one(versions):
        call.reads(f"version:{version.ref}", given=f"version:{pattern}")
        with progress.silent():
            steps.append(_planned(judge(project, version, alias)))
    call.because("only a plan; nothing moved")
    return Promotions(asked=pattern, alias=alias, is_plan=True, steps=tuple(steps))


def promote_all(
    project: Project, promote: Callable[..., object], pattern: str, options: Mapping[str, str]
) -> Promotions:
    """Promote every version that a pattern names, each by a call of its own; one that is refused stops no other."""
    versions = expand(project, pattern)
    check_roles(project, versions, "approver")
    verb = verb_of(promote)
    steps = []
    for version in one_by_one(versions):
        try:
            with progress.silent():
                answer = enter(project, verb, {"version": version.ref, **options}) if verb else None
        except MlopsError as error:
            fate: Fate = "refused" if error.code == "refused" else "failed"
            steps.append(Step(version=version.ref, previous=None, fate=fate, why=error.message))
        else:
            steps.append(_done(version.ref, answer))
    _leave_lineage_to_them(pattern)
    moved = sum(step.fate == "moved" for step in steps)
    call.because(f"moved {moved} of {len(steps)} versions")
    return Promotions(asked=pattern, alias=options["to"], is_plan=False, steps=tuple(steps))


def _planned(report: GateReport) -> Step:
    if report.champion == report.version:
        return Step(version=report.version, previous=report.champion, fate="there already", why="")
    fate: Fate = "would move" if report.is_open else "refused"
    return Step(version=report.version, previous=report.champion, fate=fate, why=report.headline)


def _done(version: str, answer: object) -> Step:
    fate: Fate = "moved" if getattr(answer, "is_changed", False) else "there already"
    why = getattr(answer, "gate", "")
    return Step(version=version, previous=getattr(answer, "previous", None), fate=fate, why=str(why))


def _leave_lineage_to_them(pattern: str) -> None:
    """Let the lines of the single promotions say what moved, so that nobody counts it twice."""
    under_way = call.current.get()
    if under_way is not None:
        under_way.outputs.clear()
        under_way.inputs.pop(f"version:{pattern}", None)
