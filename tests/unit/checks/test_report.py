"""A report says what was found, worst first, and passes only what was answered."""

from __future__ import annotations

import pytest

from jupyter_mlops.checks.report import Finding, Report

ERROR = Finding(check="range", subject="age", message="3 rows are below 0", count=3, rows=(1, 4, 5))
WARNING = Finding(check="drift", severity="warning", message="age has moved")


class TestVerdict:
    @pytest.mark.parametrize(
        ("findings", "unknown", "verdict"),
        [
            ((), {}, "passed"),
            ((WARNING,), {}, "passed"),
            ((), {"volume": "no version before"}, "unknown"),
            ((WARNING, ERROR), {"volume": "no version before"}, "failed"),
        ],
    )
    def test_only_what_was_answered_passes(self, findings, unknown, verdict):
        """A warning passes; a question without an answer does not."""
        report = Report(subject="customers@3", checks=("a",), findings=findings, unknown=unknown)
        assert (report.verdict, report.is_well) == (verdict, verdict == "passed")


class TestFinding:
    @pytest.mark.parametrize(
        ("about", "message", "said"),
        [
            ("age", "3 rows are below 0", "age: 3 rows are below 0"),
            ("age", "the newest age is 3 days old", "the newest age is 3 days old"),
            ("a", "3 rows are below 0", "a: 3 rows are below 0"),
            ("shop, day", "2 rows share their shop and day", "2 rows share their shop and day"),
            ("", "50 rows are fewer than 60", "50 rows are fewer than 60"),
        ],
    )
    def test_it_says_what_it_is_about(self, about, message, said):
        """Once: where the message names it, nothing is added."""
        assert Finding(check="any", subject=about, message=message).said == said


class TestCard:
    def test_the_worst_comes_first(self):
        """In the headline and in the table."""
        card = Report(subject="customers@3", findings=(WARNING, ERROR)).card()
        assert card.title == "customers@3: age: 3 rows are below 0"
        assert [row[0] for row in card.rows] == ["error", "warning"]

    def test_what_was_not_answered_is_said(self):
        """With its reason."""
        report = Report(subject="t", checks=("a: unique",), unknown={"a: unique": "there is no column 'a'"})
        assert "a: unique: not answered: there is no column 'a'" in str(report)

    def test_a_thousand_findings_are_shortened(self):
        """The record has all of them."""
        text = str(Report(subject="t", findings=(ERROR,) * 1000))
        assert "980 more findings" in text
        assert len(text.splitlines()) < 30
