"""Rules are proposed from what good versions were like, with some room."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.checks.contracts import propose
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.table import TableSketch

RANDOM = np.random.default_rng(0)


def proposed(*versions: object, dtype: str | None = None) -> dict[str, object]:
    sketches = [ColumnSketch.of(pd.Series(values, dtype=dtype), "a") for values in versions]
    whole = sketches[0]
    for sketch in sketches[1:]:
        whole = whole.merge(sketch)
    return propose.of_column(whole, sketches)


class TestColumn:
    def test_integers(self):
        """Round ends outside; what was never negative stays so."""
        assert proposed([3, 17, 60] * 10) == {"type": "integer", "set": [3, 17, 60], "nullable": False}
        assert proposed(RANDOM.integers(18, 90, 500)) == {
            "type": "integer",
            "range": [10, 97],
            "nullable": False,
        }

    def test_measured_numbers(self):
        """They are finite, and nobody takes them for a key."""
        found = proposed(RANDOM.normal(0, 1, 1000))
        assert (found["type"], found["finite"], found["nullable"]) == ("number", True, False)
        least, most = found["range"]  # type: ignore[misc]
        assert -5 < least < -3 < 3 < most < 5
        assert "unique" not in found

    def test_keys(self):
        """All different, and rising without end: no range."""
        assert proposed(range(1000)) == {"type": "integer", "nullable": False, "unique": True}

    def test_few_words(self):
        """A set, where each occurs often."""
        assert proposed(["red", "green"] * 20)["set"] == ["green", "red"]
        assert "set" not in proposed([f"word {number}" for number in range(30)])

    def test_codes(self):
        """A pattern, from the shapes."""
        found = proposed([f"AB-{number:03d}.x" for number in range(100)])
        assert found["pattern"] == r"[A-Z]{2}-\d{3}\.[a-z]"

    def test_free_text(self):
        """Its length."""
        found = proposed(["word " * (number % 40 + 1) for number in range(500)])
        assert (found["length"], "pattern" in found, "set" in found) == ([1, 300], False, False)

    def test_gaps_may_grow_by_half(self):
        """The worst version counts."""
        assert proposed([1.5, None, 2.5, 3.5], [1.5] * 100)["nullable"] == 0.38
        assert "nullable" not in proposed([None] * 99 + [1.5])

    @pytest.mark.parametrize("values", [[None, None], []])
    def test_nothing_says_nothing(self, values):
        """A column without values."""
        assert proposed(values, dtype="float64") == {}

    def test_values_of_no_one_kind(self):
        """Only whether they are there."""
        assert proposed([1, "a"]) == {"nullable": False}

    def test_a_column_that_some_versions_lack_is_optional(self):
        """It may be absent again."""
        one = ColumnSketch.of(pd.Series([True]), "a")
        assert propose.of_column(one, [one, None])["optional"] is True

    def test_personal_columns_show_no_value(self):
        """Neither ends, nor a set, nor what they look like."""
        one = ColumnSketch.of(pd.Series(["ada", "bob"] * 20), "a").withheld()
        assert propose.of_column(one, [one]) == {"type": "text", "nullable": False}

    @pytest.mark.parametrize("values", [[1e308, -1e308] * 3, [5e-324, 0.0] * 3, [2**63, 0], [0.1] * 9])
    def test_odd_numbers_have_ends_too(self, values):
        """Neither an overflow nor a division by zero."""
        found = proposed(values)
        least, most = found.get("range", [min(values), max(values)])  # type: ignore[misc]
        assert least <= min(values) <= max(values) <= most


class TestTable:
    def test_rows_may_halve_and_double(self):
        """Of the smallest and the largest version."""
        tables = [TableSketch.of(pd.DataFrame({"a": range(rows)})) for rows in (10, 100)]
        assert propose.of_table(tables)["volume"] == {"least": 5, "most": 200}
