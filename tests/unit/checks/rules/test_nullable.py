"""So much of a column may be missing, and no more."""

from __future__ import annotations

import pandas as pd
import pytest

FRAME = pd.DataFrame({"a": [1.0, None, 3.0, 4.0]})


class TestNullable:
    @pytest.mark.parametrize(
        ("allowed", "is_well"),
        [("true", True), ("false", False), ("0.25", True), ("0.2", False), ("0", False)],
    )
    def test_the_share_is_a_limit(self, examine, allowed, is_well):
        """Reached is not passed."""
        assert examine(f"[columns.a]\nnullable = {allowed}", FRAME).is_well is is_well

    def test_rows_and_share_are_named(self, examine):
        """To find them, and to judge."""
        (finding,) = examine("[columns.a]\nnullable = false", FRAME).findings
        assert (finding.rows, finding.evidence) == ((1,), {"share": "25.000%", "allowed": "0.000%"})
