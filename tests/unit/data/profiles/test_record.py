"""A profile reads well: figures as people write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.data.profiles.record import ColumnProfile, Profile, shown
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.table import TableSketch


def column(values: object, dtype: str | None = None) -> ColumnProfile:
    return ColumnProfile.of(ColumnSketch.of(pd.Series(values, dtype=dtype), "x"))


class TestShown:
    @pytest.mark.parametrize(
        ("value", "kind", "text"),
        [
            (None, "number", ""),
            (3, "number", "3"),
            (0.1234567, "number", "0.123457"),
            (True, "truth", "True"),
            ("red", "text", "red"),
            (pd.Timestamp("2026-01-02").value, "time", "2026-01-02"),
            (pd.Timestamp("2026-01-02 03:04:05").value, "time", "2026-01-02 03:04:05"),
            (253_370_764_800 * 10**9, "time", "9999-01-01"),
            (10**30, "time", "1e+21 s"),
            (90 * 10**9, "duration", "0:01:30"),
            (1e300, "duration", "1e+291 s"),
        ],
    )
    def test_values_are_text(self, value, kind, text):
        """Times in UTC, whatever their size."""
        assert shown(value, kind) == text


class TestColumn:
    def test_numbers(self):
        """Ends, moments, quantiles and a histogram that adds up."""
        found = column(np.arange(1, 101))
        assert (found.kind, found.least, found.most, found.mean) == ("number", "1", "100", 50.5)
        assert (found.distinct, found.is_exact, found.quantiles["0.5"]) == (100, True, 50.0)
        assert found.histogram is not None
        assert sum(found.histogram.shares) == pytest.approx(1, abs=0.02)

    def test_words(self):
        """Counts, shares, lengths and shapes."""
        found = column(["red"] * 3 + ["Blue"])
        assert [(item.value, item.count, item.share) for item in found.top] == [
            ("red", 3, 0.75),
            ("Blue", 1, 0.25),
        ]
        assert (found.shortest, found.longest) == (3, 4)
        assert [item.value for item in found.shapes] == ["aaa", "Aaaa"]

    def test_times(self):
        """Text at the ends, seconds in between."""
        found = column(pd.date_range("2026-01-01", periods=3, freq="D"))
        assert (found.least, found.most) == ("2026-01-01", "2026-01-03")
        assert found.quantiles["0.5"] == pd.Timestamp("2026-01-02").timestamp()

    @pytest.mark.parametrize("values", [[None, None], [np.inf], [5.0], [1e308, -1e308], [[1]], []])
    def test_odd_columns_survive_the_wire(self, values):
        """No NaN, no infinity, no crash."""
        found = column(values, None if values else "float64")
        assert ColumnProfile.model_validate_json(found.model_dump_json()) == found

    def test_a_count_is_never_more_than_the_rows(self):
        """Though it is estimated."""
        halves = [ColumnSketch.of(pd.Series(range(start, start + 1000)), "x") for start in (0, 1000)]
        merged = ColumnProfile.of(halves[0].merge(halves[1]))
        assert merged.distinct is not None
        assert merged.distinct <= 2000
        assert not merged.is_exact


class TestCard:
    def test_it_is_a_plain_table(self):
        """A row a column, readable in a log."""
        frame = pd.DataFrame({"age": [31, 44, None], "color": ["red", "red", "blue"]})
        text = str(Profile.of(TableSketch.of(frame), "people@1", ("people@1",)))
        assert text.splitlines()[0] == "· people@1: 3 rows × 2 columns"
        assert "33.3%" in text
        assert "red 67%, blue 33%" in text
        assert "→ %mlops expect people@1" in text

    def test_many_columns_are_shortened(self):
        """The record has them all."""
        found = Profile.of(TableSketch.of(pd.DataFrame(np.zeros((2, 500)))), "wide")
        assert (len(found.columns), len(found.card().rows)) == (500, 60)
        assert "440 more columns" in str(found)

    def test_mixed_columns_show(self):
        """They are mostly a mistake."""
        assert "object: mixed" in str(Profile.of(TableSketch.of(pd.DataFrame({"x": [1, "a"]})), "t"))
