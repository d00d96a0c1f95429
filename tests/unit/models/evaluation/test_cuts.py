"""Rows are cut into parts that people can name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.models.evaluation.cuts import cut


class TestCut:
    def test_columns_combine_and_missing_is_a_part(self) -> None:
        """Each combination that occurs, and no other."""
        found = cut(pd.DataFrame({"a": ["x", "x", None], "b": ["p", "q", "q"]}), ("a", "b"))
        assert [found.parts[code] for code in found.codes] == ["a=x, b=p", "a=x, b=q", "a is missing, b=q"]
        assert (found.name, len(found.parts)) == ("a, b", 3)

    def test_numbers_are_cut_in_quarters(self) -> None:
        """Equal shares of the rows."""
        found = cut(pd.DataFrame({"n": np.arange(100.0)}), ("n",))
        assert np.bincount(found.codes).tolist() == [25, 25, 25, 25]
        assert found.parts[1] == "24.75 < n ≤ 49.5"

    def test_few_numbers_are_values(self) -> None:
        """A number of rooms is a kind."""
        assert cut(pd.DataFrame({"n": [1, 2, 1, 2]}), ("n",)).parts == ("n=1", "n=2")

    def test_personal_values_are_not_shown(self) -> None:
        """Parts of hidden columns are numbered."""
        found = cut(pd.DataFrame({"mail": ["a@b.c", "d@e.f"]}), ("mail",), {"mail"})
        assert found.parts == ("mail=••• 1", "mail=••• 2")

    def test_too_many_are_refused(self) -> None:
        """Nobody reads a thousand parts, of one column or of two."""
        table = pd.DataFrame({"id": [f"c{n}" for n in range(300)], "a": [f"a{n % 20}" for n in range(300)]})
        with pytest.raises(Invalid, match="id makes 300 slices, more than 200"):
            cut(table, ("id",))
        with pytest.raises(Invalid, match="a, b makes 300 slices"):
            cut(table.assign(b=[f"b{n // 20}" for n in range(300)]), ("a", "b"))
