"""Texts are neither too short nor too long."""

from __future__ import annotations

import pandas as pd
import pytest

FRAME = pd.DataFrame({"a": ["", "é", "abc", None]})


class TestLength:
    @pytest.mark.parametrize(
        ("rule", "rows"),
        [("1", [0, 2]), ("[1, 3]", [0]), ("{most = 1}", [2]), ("{least = 1}", [0]), ("[0, 9]", [])],
    )
    def test_characters_are_counted(self, examine, rule, rows):
        """Not bytes; what is missing has no length."""
        report = examine(f"[columns.a]\nlength = {rule}", FRAME)
        assert [row for finding in report.findings for row in finding.rows] == rows
