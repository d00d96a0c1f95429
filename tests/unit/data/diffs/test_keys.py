"""A key is guessed only where it is one."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.data.diffs.keys import guess, split
from jupyter_mlops.data.diffs.schemas import pair


def guessed(left: pd.DataFrame, right: pd.DataFrame) -> list[str]:
    """Names of the columns found."""
    found = guess(pair(left, right))
    return [item.name for item in found[0]] if found else []


class TestGuess:
    def test_a_name_that_identifies_comes_first(self):
        """Of several unique columns, the one that is called an id."""
        frame = pd.DataFrame({"rank": [3, 1, 2], "name": ["a", "b", "c"], "customer_id": [7, 8, 9]})
        assert guessed(frame, frame) == ["customer_id"]
        assert guessed(frame[["rank", "name"]], frame) == ["rank"]

    @pytest.mark.parametrize("values", [[0.1, 0.2, 0.3], [True, False, None], [1, 1, 2]])
    def test_measurements_and_repeated_values_are_no_key(self, values):
        """Floats may be unique by chance; what repeats tells nothing apart."""
        frame = pd.DataFrame({"id": values})
        assert guessed(frame, frame) == []

    def test_both_tables_must_be_told_apart(self):
        """A column that repeats in one of them is no key."""
        assert guessed(pd.DataFrame({"id": [1, 2]}), pd.DataFrame({"id": [1, 1]})) == []

    def test_tables_that_share_no_value_have_no_key(self):
        """Unique in both, but nothing in common: not the same things."""
        assert guessed(pd.DataFrame({"row": [1, 2]}), pd.DataFrame({"row": [8, 9]})) == []

    def test_several_ids_together(self):
        """Where no single one does, all that are called ids may."""
        frame = pd.DataFrame({"shop_id": [1, 1, 2], "item_id": [1, 2, 1], "n": [5, 5, 5]})
        assert guessed(frame, frame) == ["shop_id", "item_id"]


class TestSplit:
    def test_commas_separate_unless_a_column_has_one(self):
        """`a,b` is two names, or one that is there."""
        assert split(["a,b"], ["a", "b"]) == ["a", "b"]
        assert split(["a,b", "c"], ["a,b", "c"]) == ["a,b", "c"]
