"""Values lie between two ends."""

from __future__ import annotations

import pandas as pd
import pytest

TIMES = pd.DataFrame({"a": pd.to_datetime(["2026-01-01", "2026-06-01", None]).tz_localize("UTC")})


class TestRange:
    @pytest.mark.parametrize(
        ("rule", "rows"),
        [
            ("[0, 3]", []),
            ("{least = 1}", [0]),
            ("{most = 2}", [3]),
            ("[1, 2]", [0, 3]),
            ("[0.5, 2.5]", [0, 3]),
        ],
    )
    def test_ends_are_included(self, examine, rule, rows):
        """Below and above are two findings; what is missing is neither."""
        report = examine(f"[columns.a]\nrange = {rule}", pd.DataFrame({"a": [0, 1, 2, 3, None]}))
        assert [row for finding in report.findings for row in finding.rows] == rows

    @pytest.mark.parametrize("end", ["2026-03-01", "'2026-03-01'", "2026-03-01T00:00:00Z"])
    def test_times_have_ends_too(self, examine, end):
        """As TOML writes them, or in quotes."""
        assert examine(f"[columns.a]\nrange = {{least = {end}}}", TIMES).findings[0].rows == (0,)

    def test_durations_have_ends_too(self, examine):
        """In words."""
        frame = pd.DataFrame({"a": pd.to_timedelta([1, 72], unit="h")})
        assert examine("[columns.a]\nrange = {most = '2 days'}", frame).findings[0].rows == (1,)

    @pytest.mark.parametrize("rule", ["[0, 1]", "{least = 'soon'}"])
    def test_an_end_of_another_kind_is_unknown(self, examine, rule):
        """Numbers cannot be compared with times."""
        assert examine(f"[columns.a]\nrange = {rule}", TIMES).verdict == "unknown"

    def test_large_integers_are_compared_exactly(self, examine):
        """Not as floats."""
        frame = pd.DataFrame({"a": [2**60, 2**60 + 1]})
        assert examine(f"[columns.a]\nrange = {{most = {2**60}}}", frame).findings[0].rows == (1,)


class TestFinite:
    def test_infinite_numbers_are_found(self, examine):
        """They are no missing values, and stay in every mean."""
        frame = pd.DataFrame({"a": [1.0, float("inf"), None, float("-inf")]})
        assert examine("[columns.a]\nfinite = true", frame).findings[0].rows == (1, 3)
