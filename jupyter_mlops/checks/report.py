"""What checks found: findings, each with its evidence, in one report."""

from __future__ import annotations

import re
from typing import Literal

from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.record import Record

Severity = Literal["error", "warning", "info"]
Verdict = Literal["passed", "failed", "unknown"]
_STATES: dict[Verdict, State] = {"passed": "ok", "failed": "failed", "unknown": "warning"}
_SHOWN = 20


class Finding(Record):
    """One thing that a check found.

    Parameters
    ----------
    check
        The check that found it, like `unique` or `target-echo`.
    subject
        What it is about: a column, several joined by commas, or empty for the whole.
    count
        How many rows, values or cells are concerned; None where counting makes no sense.
    rows
        Positions of the first rows concerned, counted from 0; a bounded sample.
    sample
        Their values as text, one for each of *rows*, personal data masked.
    evidence
        Further facts by name, like a threshold and the value that broke it.
    """

    check: str
    severity: Severity = "error"
    subject: str = ""
    message: str
    count: int | None = None
    rows: tuple[int, ...] = ()
    sample: tuple[str, ...] = ()
    evidence: dict[str, str] = {}

    @property
    def said(self) -> str:
        """The message, after the names of what it is about where it does not name them itself."""
        names = self.subject.split(", ") if self.subject else ()
        is_named = all(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self.message) for name in names)
        return self.message if is_named else f"{self.subject}: {self.message}"


class Report(Record):
    """What a set of checks found in one subject.

    Parameters
    ----------
    subject
        What was asked, like `snapshot:customers@3` or `a table`.
    checks
        Names of the checks that were asked, in order.
    unknown
        Checks that could not answer, each with the reason; they never count as passed.
    """

    subject: str
    checks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: dict[str, str] = {}

    @property
    def verdict(self) -> Verdict:
        """Whether every check was answered and none found an error."""
        if any(finding.severity == "error" for finding in self.findings):
            return "failed"
        return "unknown" if self.unknown else "passed"

    @property
    def is_well(self) -> bool:
        """Whether the verdict is `passed`."""
        return self.verdict == "passed"

    @property
    def headline(self) -> str:
        """The verdict in one sentence."""
        bad = [finding for finding in self.findings if finding.severity == "error"]
        if bad:
            more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
            return f"{self.subject}: {bad[0].said}{more}"
        if self.unknown:
            name, reason = next(iter(self.unknown.items()))
            return f"{self.subject}: {name} could not be answered: {reason}"
        warned = f", {len(self.findings)} to look at" if self.findings else ""
        checks = f"{len(self.checks)} check{'' if len(self.checks) == 1 else 's'}"
        return f"{self.subject} passed {checks}{warned}"

    def card(self) -> Card:
        """List the findings, worst first."""
        order = {"error": 0, "warning": 1, "info": 2}
        findings = sorted(self.findings, key=lambda finding: order[finding.severity])
        rows = tuple(
            (
                item.severity,
                item.check,
                item.subject,
                item.message,
                "" if item.count is None else str(item.count),
            )
            for item in findings[:_SHOWN]
        )
        notes = [f"{name}: not answered: {reason}" for name, reason in self.unknown.items()]
        if len(findings) > _SHOWN:
            notes.append(f"{len(findings) - _SHOWN} more findings are in the record.")
        columns = ("severity", "check", "about", "what", "rows") if rows else ()
        return Card(self.headline, _STATES[self.verdict], columns=columns, rows=rows, notes=tuple(notes))
