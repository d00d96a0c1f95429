"""Choose which version serves."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Conflict, Refused
from jupyter_mlops.core.policy import is_at_least, role_of
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import Alias, VersionRef, split_reference
from jupyter_mlops.core.verb import verb
from jupyter_mlops.models import many
from jupyter_mlops.models.alias import check_alias, find, moving
from jupyter_mlops.models.gates.consent import asking, consent, spend
from jupyter_mlops.models.gates.declared import gate_of
from jupyter_mlops.models.gates.judge import judge, keep, pointing
from jupyter_mlops.models.gates.report import GateReport
from jupyter_mlops.models.history import DEFAULT, moves, trail
from jupyter_mlops.models.many import Promotions
from jupyter_mlops.models.pattern import VersionPattern, is_pattern

Note: TypeAlias = Annotated[
    str, Field(max_length=1_000, description="Why, in your own words; the ledger keeps it.")
]
Despite: TypeAlias = Annotated[
    str,
    Field(
        max_length=1_000, description="Why an admin promotes it though its gate says no; the ledger keeps it."
    ),
]


class Promotion(Record):
    """An alias that points at another version now.

    Parameters
    ----------
    previous
        The version that it pointed at before, if any.
    is_changed
        False when it pointed there already.
    is_foreign
        Whether somebody had pointed it at *previous* without us.
    gate
        What its gate said, in a few words; empty where nothing guards the alias.
    report
        Digest of the gate's report.
    despite
        Why it was promoted though the gate said no; empty when it did not.
    """

    version: VersionRef
    alias: Alias
    previous: str | None
    note: str
    is_changed: bool
    is_foreign: bool
    gate: str = ""
    report: str = ""
    approved_by: tuple[str, ...] = ()
    despite: str = ""

    def card(self) -> Card:
        """Say what serves now, on what grounds, and how to go back."""
        name, _ = split_reference(self.version)
        facts = (
            ("was", (self.previous or "nothing") if self.is_changed else ""),
            ("why", self.note),
            ("gate", self.gate),
            ("despite it", self.despite),
        )
        shown = tuple(fact for fact in facts if fact[1])
        if not self.is_changed:
            return Card(f"{self.alias} of {name} pointed at {self.version} already", "info", shown)
        word = name if self.alias == DEFAULT else f"{name} {self.alias}"
        outside = f"{self.previous} had been made {self.alias} outside this project."
        return Card(
            f"{self.alias} of {name} is {self.version} now",
            "warning" if self.despite else "ok",
            facts=shown,
            notes=(outside,) if self.is_foreign else (),
            next=(f"%mlops rollback {word}",) if self.previous else (),
        )


@verb("promote", effect="write", role="approver", foreign=True, long=True)
def promote(
    project: Project,
    version: VersionPattern,
    to: Alias = DEFAULT,
    *,
    note: Note = "",
    despite: Despite = "",
    plan: Annotated[bool, Field(description="Only judge, and say what would move.")] = False,
    yes: Annotated[bool, Field(description="Promote all that a pattern names, rather than plan it.")] = False,
) -> Promotion | Promotions:
    """Point an alias, champion unless another is named, at a version that its gate lets pass."""
    check_alias(to)
    if plan or (is_pattern(version) and not yes):
        return many.plan(project, version, to)
    if is_pattern(version):
        return many.promote_all(project, promote, version, {"to": to, "note": note, "despite": despite})
    found = find(project, version)
    call.reads(f"version:{found.ref}", given=f"version:{version}")
    report = _judged(project, found, to)
    with moving(project):
        found = find(project, found.ref)  # somebody may have deleted it meanwhile
        previous = found if to in found.aliases else pointing(project, found.name, to)
        answer = _moved(project, found, to, previous, report, despite)
    call.makes(f"version:{found.ref}")
    return answer.model_copy(update={"note": note})


def _judged(project: Project, version: ModelVersion, alias: Alias) -> GateReport | None:
    """Return what the gate says, kept if there is one; None where the alias points there already."""
    if alias in version.aliases and gate_of(project.settings, version.name, alias):
        return None
    report = judge(project, version, alias)
    return keep(project, version, report) if report.gate else report


def _moved(
    project: Project,
    version: ModelVersion,
    alias: Alias,
    previous: ModelVersion | None,
    report: GateReport | None,
    despite: str,
) -> Promotion:
    is_changed = previous is None or previous.version != version.version
    answer = Promotion(
        version=version.ref,
        alias=alias,
        previous=previous.ref if previous else None,
        note="",
        is_changed=is_changed,
        is_foreign=is_changed and previous is not None and _is_foreign(project, previous, alias),
    )
    if not is_changed:
        return answer
    if previous is not None and answer.is_foreign:
        call.reads(f"version:{previous.ref}")  # where a rollback will find it
    if report is not None and not report.gate:
        project.tracker.point(version.name, alias, version.version)
        return _explained(answer)
    if report is None or report.champion != answer.previous:
        raise Conflict(
            f"{alias} of {version.name} was moved to {answer.previous or 'nothing'} while its gate judged {version.ref}.",
            hint="Look at `%mlops history`, then promote again.",
        )
    return _explained(_admitted(project, version, report, answer, despite))


def _admitted(
    project: Project, version: ModelVersion, report: GateReport, answer: Promotion, despite: str
) -> Promotion:
    """Move the alias if the gate lets the version pass, and use up the approvals in the same transaction."""
    with project.change() as connection:
        given = consent(project, connection, version, report.alias, report.approvals.needed)
        report = report.model_copy(update={"approvals": given})
        if not report.is_open:
            way = asking(project, connection, version, report)
            _check_override(project, version, report, despite, way)
        spend(project, connection, given)
        project.tracker.point(version.name, report.alias, version.version)
    return answer.model_copy(
        update={
            "gate": report.summary(),
            "report": report.digest,
            "approved_by": given.people,
            "despite": "" if report.is_open else despite,
        }
    )


def _check_override(
    project: Project, version: ModelVersion, report: GateReport, despite: str, way: str
) -> None:
    if not despite.strip():
        raise Refused(
            f"{report.headline} (report {report.digest}).",
            hint=way if report.is_well else f"Mend it; `%mlops gate {version.ref}` shows every check.",
            report=report,
        )
    role = role_of(project.actor, project.settings, f"version:{version.ref}")
    if not is_at_least(role, "admin"):
        raise Refused(
            f"{project.actor.name} is {role} of {version.name}, and only an admin may promote despite a gate.",
            hint="Ask an admin, or mend what the gate names.",
            report=report,
        )


def _explained(answer: Promotion) -> Promotion:
    """Let the ledger keep the grounds."""
    outside = f"{answer.previous} had been made {answer.alias} outside this project"
    grounds = (
        f"despite its gate: {answer.despite}" if answer.despite else "",
        answer.gate,
        outside if answer.is_foreign else "",
    )
    call.because("; ".join(filter(None, grounds)))
    return answer


def _is_foreign(project: Project, version: ModelVersion, alias: Alias) -> bool:
    steps = trail(moves(project, version.name), version.name, alias)
    return not steps or steps[-1] != version.version
