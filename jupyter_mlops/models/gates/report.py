"""What a gate found in a version, and whether it would let it pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jupyter_mlops.checks.report import Finding, Report, Severity
from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import Alias, VersionRef
from jupyter_mlops.models.gates.declaration import Declaration

_MARKS: dict[Severity, str] = {"error": "✗ failed", "warning": "! look", "info": "✓ passed"}


class Consent(Record):
    """How many people must approve, and who did and may.

    Parameters
    ----------
    approvals
        The requests that they approved.
    lapsed
        Who approved and is no approver any more.
    """

    needed: int = 0
    people: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()

    @property
    def is_given(self) -> bool:
        """Whether enough people approved."""
        return len(self.people) >= self.needed

    def __str__(self) -> str:
        if not self.needed:
            return "none needed"
        by = f": {', '.join(self.people)}" if self.people else ""
        gone = f"; {', '.join(self.lapsed)} may not approve any more" if self.lapsed else ""
        return f"{len(self.people)} of {self.needed}{by}{gone}"


class GateReport(Report):
    """What a gate found in a version.

    Parameters
    ----------
    gate
        The name it is declared under; empty where nothing guards the alias.
    asked
        What this call asked besides; no promotion asks it until it is declared.
    declaration
        How the settings' file would declare that, or does now.
    champion
        The version that the alias pointed at meanwhile.
    data
        The snapshot that it was judged on.
    run
        The run that keeps this report; None where it is kept nowhere.
    digest
        By which it is found again, and the ledger names it.
    """

    version: VersionRef
    alias: Alias
    gate: str = ""
    asked: tuple[str, ...] = ()
    declaration: Declaration | None = None
    champion: str | None = None
    data: str = ""
    approvals: Consent = Consent()
    at: datetime
    duration_s: float = 0.0
    run: str | None = None
    digest: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it lets the version pass: every check passed, and enough people approved."""
        return self.is_well and self.approvals.is_given

    @property
    def headline(self) -> str:
        """The verdict in one sentence."""
        if not self.gate and not self.asked:
            return f"{self.version}: no gate guards {self.alias}, anything passes"
        bad = [item.message for item in self.findings if item.severity == "error"]
        bad += [f"{name} could not be answered: {reason}" for name, reason in self.unknown.items()]
        if bad:
            more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
            verdict = "fails" if self.verdict == "failed" else "does not pass"
            return f"{self.version} {verdict} the gate of {self.alias}: {bad[0]}{more}"
        waits = "" if self.approvals.is_given else f", and waits for approval: {self.approvals}"
        word = "check" if len(self.checks) == 1 else "checks"
        whose = f"of {self.alias}" if self.gate else "asked"
        return f"{self.version} passes the {len(self.checks)} {word} {whose}{waits}"

    def summary(self) -> str:
        """Say in a few words what the ledger shall keep."""
        if not self.gate and not self.asked:
            return f"no gate guards {self.alias}"
        passed = {"passed": "passed", "failed": "failed", "unknown": "could not answer"}[self.verdict]
        people = f", approved by {', '.join(self.approvals.people)}" if self.approvals.people else ""
        if self.asked:  # no verdict of the gate, so not in its words
            return (
                f"asked {', '.join(self.asked)}: {passed} ({len(self.checks)} checks, report {self.digest})"
            )
        return f"gate {self.gate} {passed} ({len(self.checks)} checks, report {self.digest}){people}"

    def asking(self) -> str:
        """Return the line that asks for the approvals that lack."""
        lacking = self.approvals.needed - len(self.approvals.people)
        word = "" if self.alias == "champion" else f" --to {self.alias}"
        part = f" --needed {lacking}" if lacking < self.approvals.needed else ""
        return f"%mlops request {self.version}{word}{part}"

    def card(self) -> Card:
        """Show every check with what it saw, what failed first."""
        name, _, _ = self.version.partition("@")
        facts = (
            ("asked", ", ".join(self.asked)),
            ("against", self.champion or "nothing yet"),
            ("data", self.data),
            ("approvals", str(self.approvals)),
            ("took", f"{self.duration_s:.2f} s"),
            ("report", f"{self.digest}{f' in run {self.run}' if self.run else ''}"),
        )
        rows = tuple(self._rows())
        columns = ("verdict", "check", "about", "what", "evidence")
        word = "" if self.alias == "champion" else f" {self.alias}"
        ways = {
            True: (f"%mlops promote {self.version}{word}",),
            False: (self.asking(),),
        }
        return Card(
            self.headline,
            self._state(),
            facts=tuple(fact for fact in facts if fact[1]) if self.gate or self.asked else (),
            columns=columns if rows else (),
            rows=rows,
            notes=tuple(self._notes()),
            next=ways[self.approvals.is_given] if self.is_well else (f"%mlops history model:{name}",),
        )

    def _notes(self) -> Iterator[str]:
        if self.declaration is None:
            return
        if self.declaration.is_written:
            yield f"{self.declaration.file} declares it now, as gates.{self.declaration.gate}."
        elif self.declaration.diff:
            yield "No promotion asks this. With --write it would be declared:"
            yield from self.declaration.diff.splitlines()

    def _state(self) -> State:
        if self.verdict == "failed":
            return "failed"
        return "ok" if self.is_open and (self.gate or self.asked) else "warning"

    def _rows(self) -> Iterator[tuple[str, ...]]:
        order: tuple[Severity, ...] = ("error", "warning", "info")
        for item in sorted(self.findings, key=lambda finding: order.index(finding.severity)):
            yield _MARKS[item.severity], item.check, item.subject, item.message, _evidence(item)
            if item is self._last_error():
                yield from (("? unknown", name, "", why, "") for name, why in self.unknown.items())
        if self._last_error() is None:
            yield from (("? unknown", name, "", why, "") for name, why in self.unknown.items())

    def _last_error(self) -> Finding | None:
        return next((item for item in reversed(self.findings) if item.severity == "error"), None)


class GateReports(Record):
    """What gates found in many versions, one line each."""

    reports: tuple[GateReport, ...]

    @property
    def is_well(self) -> bool:
        """Whether all of them passed."""
        return all(report.is_well for report in self.reports)

    def card(self) -> Card:
        """Show the versions, those that do not pass first."""
        bad = [item for item in self.reports if not item.is_well]
        good = [item for item in self.reports if item.is_well]
        rows = tuple(
            (
                item.verdict,
                item.version,
                item.alias,
                item.champion or "",
                str(item.approvals),
                item.headline.partition(": ")[2] if item in bad else "",
            )
            for item in (*bad, *good)
        )
        return Card(
            f"{len(good)} of {len(rows)} versions pass",
            "failed" if bad else "ok",
            columns=("verdict", "version", "alias", "against", "approvals", "why"),
            rows=rows,
        )


def _evidence(finding: Finding) -> str:
    return ", ".join(f"{name} {value}" for name, value in finding.evidence.items())
