"""Tables that are hard to keep are kept, or refused in one sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot


class TestOddTables:
    def test_ten_thousand_columns(self, project):
        """They share a few objects, and a second version of one of them costs little."""
        wide = pd.DataFrame(np.arange(20_000).reshape(2, 10_000), columns=[f"c{n}" for n in range(10_000)])
        snapshot(project, wide, "wide")
        assert sum(1 for _ in project.objects.place.each()) < 20
        other = wide.assign(c77=5)
        snapshot(project, other, "wide")
        some = ["c9999", "c77"]
        pd.testing.assert_frame_equal(load(project, "wide", columns=some), other[some])
        pd.testing.assert_frame_equal(load(project, "wide@1", columns=some), wide[some])

    def test_one_huge_cell(self, project):
        """A cell of many megabytes is a cell."""
        table = pd.DataFrame({"a": ["x" * 32_000_000, None, "y"]})
        snapshot(project, table, "huge")
        snapshot(project, table.iloc[::-1], "huge")
        pd.testing.assert_frame_equal(load(project, "huge@1"), table)
        pd.testing.assert_frame_equal(load(project, "huge@2"), table.iloc[::-1])

    def test_columns_called_like_an_index(self, project):
        """A column of any name is a column; the index is apart."""
        table = pd.DataFrame({"__index__": [1], "__index_level_0__": [2], "": [3], "index": [4]}, index=["r"])
        snapshot(project, table, "odd")
        pd.testing.assert_frame_equal(load(project, "odd"), table)
        assert load(project, "odd", columns=["__index__"]).iloc[0, 0] == 1

    def test_duplicate_labels(self, project):
        """Columns of one name keep their order through versions."""
        table = pd.DataFrame([[1, "a", 2.0]] * 5, columns=["x", "x", "x"], index=[1, 1, 2, 2, 1])
        snapshot(project, table, "twice")
        other = table.copy()
        other.iloc[2, 2] = -0.0
        snapshot(project, other, "twice")
        pd.testing.assert_frame_equal(load(project, "twice"), other)
        assert np.signbit(load(project, "twice").iloc[2, 2])

    @pytest.mark.parametrize("value", [object(), lambda: None, open], ids=["object", "function", "builtin"])
    def test_what_cannot_be_kept_is_named(self, project, value):
        """The column, the row and the type are said, and nothing is recorded."""
        with pytest.raises(Invalid, match=r"Column 'b' holds .* at row 1"):
            snapshot(project, pd.DataFrame({"a": [1, 2], "b": [1, value]}), "bad")
