"""Values rise or fall from row to row."""

from __future__ import annotations

import pandas as pd
import pytest

VALUES = [1.0, 2.0, None, 2.0, 1.5]


class TestMonotonic:
    @pytest.mark.parametrize(
        ("direction", "rows"),
        [
            ("increasing", [4]),
            ("strictly increasing", [3, 4]),
            ("decreasing", [1]),
            ("strictly decreasing", [1, 3]),
        ],
    )
    def test_breaks_are_named_where_they_are(self, examine, direction, rows):
        """Missing values are passed over: the next is compared with the one before them."""
        report = examine(f"[columns.a]\nmonotonic = '{direction}'", pd.DataFrame({"a": VALUES}))
        assert [row for finding in report.findings for row in finding.rows] == rows
