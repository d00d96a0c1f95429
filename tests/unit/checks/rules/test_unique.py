"""No two rows agree in a key."""

from __future__ import annotations

import pandas as pd
import pytest


class TestUnique:
    def test_every_row_of_a_group_is_named(self, examine):
        """The first one too: nobody knows which is right."""
        (finding,) = examine("[columns.a]\nunique = true", pd.DataFrame({"a": [1, 2, 1, 3, 1]})).findings
        assert (finding.count, finding.rows, finding.sample) == (3, (0, 2, 4), ("1", "1", "1"))

    def test_a_key_of_several_columns(self, examine):
        """They repeat together or not at all; several keys are several tables."""
        frame = pd.DataFrame({"shop": ["x", "x", "y"], "day": [1, 2, 1]})
        assert examine("[table]\nunique = ['shop', 'day']", frame).is_well
        report = examine("[[table.unique]]\ncolumns = ['shop']\n[[table.unique]]\ncolumns = ['day']", frame)
        assert [finding.subject for finding in report.findings] == ["shop", "day"]

    @pytest.mark.parametrize("dtype", ["float64", "Int64", "str", "object", "category"])
    def test_missing_values_are_no_repetition(self, examine, dtype):
        """As in SQL: what is not known is not equal."""
        values = pd.Series([1, None, None]).astype(dtype) if dtype != "str" else pd.Series(["a", None, None])
        assert examine("[columns.a]\nunique = true", pd.DataFrame({"a": values})).is_well

    def test_large_integers_with_gaps_are_compared_exactly(self, examine):
        """As floats, two neighbours beyond 2⁵³ would be one."""
        frame = pd.DataFrame({"a": pd.array([2**60, 2**60 + 1, None], dtype="Int64")})
        assert examine("[columns.a]\nunique = true", frame).is_well

    def test_false_asks_nothing(self, examine):
        """A rule is switched off by its own word."""
        assert examine("[columns.a]\nunique = false", pd.DataFrame({"a": [1, 1]})).checks == ()
