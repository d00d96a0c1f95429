"""Checks are asked one by one; whatever breaks in one leaves its question open."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from jupyter_mlops.checks.check import Unknown, ask
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.core.errors import NotFound


class Answer:
    """A check that answers as it was told."""

    def __init__(self, label: str, answer: list[Finding] | BaseException) -> None:
        self.label = label
        self._answer = answer

    def find(self, subject: object) -> Iterable[Finding]:
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer


class TestAsk:
    def test_findings_are_collected_in_order(self):
        """One report of all."""
        found = [Finding(check="a", message="1"), Finding(check="b", message="2")]
        report = ask("t", None, [Answer("a", found[:1]), Answer("b", found[1:])])
        assert (report.subject, report.checks, report.findings) == ("t", ("a", "b"), tuple(found))

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (Unknown("there is no column 'x'"), "there is no column 'x'"),
            (NotFound("No dataset is called 'x'."), "No dataset is called 'x'."),
            (ZeroDivisionError("oh"), "it failed with ZeroDivisionError: oh"),
            (MemoryError(), "it failed with MemoryError:"),
        ],
    )
    def test_what_breaks_is_unknown(self, error, reason):
        """It never passes, and the others are asked all the same."""
        report = ask("t", None, [Answer("bad", error), Answer("good", [])])
        assert (report.verdict, report.unknown) == ("unknown", {"bad": reason})

    def test_an_interrupt_is_no_answer(self):
        """Whoever stops it, stops it."""
        with pytest.raises(KeyboardInterrupt):
            ask("t", None, [Answer("a", KeyboardInterrupt())])
