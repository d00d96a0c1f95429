"""What is known of a column adds up, and forgets values on demand."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.data.sketch.column import ColumnSketch


def of(*values: object, dtype: str | None = None) -> ColumnSketch:
    return ColumnSketch.of(pd.Series(list(values), dtype=dtype), "x")


class TestMerge:
    def test_a_gap_turns_integers_into_floats_and_they_still_add_up(self):
        """The commonest change of dtype between two days."""
        found = of(1, 2, 2).merge(of(2.0, None))
        assert (found.kind, found.dtypes, found.rows, found.missing) == ("number", ("float64", "int64"), 5, 1)
        assert found.distinct is not None
        assert found.distinct.estimate == 2
        assert found.frequent is not None
        assert dict(found.frequent.counts) == {1: 1, 2: 3}

    def test_a_day_of_missing_values_has_no_kind(self):
        """It adds rows and nothing else, on either side."""
        for found in (of(None, None, dtype="object").merge(of("a")), of("a").merge(of(None, None))):
            assert (found.kind, found.rows, found.missing) == ("text", 3, 2)
            assert found.texts is not None

    def test_values_of_two_kinds_leave_counts(self):
        """Numbers that became texts: how many of each, and how many different ones."""
        found = of(1, 2).merge(of("n/a"))
        assert (found.kind, found.types) == ("mixed", {"number": 2, "text": 1})
        assert found.distinct is not None
        assert found.distinct.estimate == 3
        assert (found.numbers, found.texts, found.frequent) == (None, None, None)

    def test_kinds_may_come_in_any_order(self):
        """Associative also where they differ."""
        parts = [of(1), of("a"), of(2, 3), of(None, dtype="object")]
        forwards = parts[0].merge(parts[1]).merge(parts[2]).merge(parts[3])
        backwards = parts[3].merge(parts[2]).merge(parts[1]).merge(parts[0])
        assert forwards == backwards


class TestWithheld:
    @pytest.mark.parametrize("values", [("ada", "bob"), (44.1, 17.9), (pd.Timestamp("2026-01-01"),)])
    def test_no_value_is_kept(self, values):
        """Neither at the ends nor in between; counts remain."""
        found = of(*values).withheld()
        assert (found.numbers, found.frequent) == (None, None)
        assert found.distinct is not None
        assert not any(str(value) in found.model_dump_json() for value in values)

    def test_it_spreads(self):
        """A month with one withheld day shows none of the others' values either."""
        found = of("ada").merge(of("bob").withheld())
        assert found.is_withheld
        assert found.frequent is None
        assert found.rows == 2
