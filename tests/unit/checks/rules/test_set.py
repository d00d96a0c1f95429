"""Values are among those that are named."""

from __future__ import annotations

import pandas as pd
import pytest


class TestSet:
    @pytest.mark.parametrize(
        ("rule", "column"),
        [
            ("['red', 'blue']", ["red", "mauve", None, "blue"]),
            ("['red', 'blue']", pd.Categorical(["red", "mauve", None, "blue"])),
            ("[1, 2]", [1, 7, None, 2]),
            ("[1.5, 2]", [1.5, 7, None, 2]),
            ("[true]", pd.array([True, False, None, True], dtype="boolean")),
        ],
    )
    def test_others_are_named_by_their_rows(self, examine, rule, column):
        """What is missing is not among them, and not wrong."""
        assert examine(f"[columns.a]\nset = {rule}", pd.DataFrame({"a": column})).findings[0].rows == (1,)

    def test_a_set_of_another_kind_is_unknown(self, examine):
        """Numbers that are to be words are no pass."""
        assert examine("[columns.a]\nset = ['1', '2']", pd.DataFrame({"a": [1, 2]})).verdict == "unknown"
