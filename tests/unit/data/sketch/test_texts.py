"""Texts are known by their lengths and shapes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from jupyter_mlops.data.sketch.tally import Tally
from jupyter_mlops.data.sketch.texts import Texts, shape


def of(*values: str) -> Texts:
    return Texts.of(Tally(pa.array(values, type=pa.large_string()), np.full(len(values), 2)))


class TestShape:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("AB-1234", "AA-9999"),
            ("ada@shop.example", "aaa@aaaa.aaaaaaa"),
            ("Zoë Öström", "Aaa Aaaaaa"),
            ("+49 30 1234", "+99 99 9999"),
            ("", ""),
            ("漢字 ٣", "aa 9"),
            ("word " * 10 + "123456789012345678901234567890", "a+ a+ a+ a+ a+ a+ a+ a+ "),
        ],
    )
    def test_letters_and_digits_become_marks(self, text, expected):
        """Short texts place by place, long ones run by run."""
        assert shape(text) == expected


class TestTexts:
    def test_lengths_are_in_characters(self):
        """Not in bytes."""
        found = of("é", "abc")
        assert (found.shortest, found.longest, found.lengths.mean) == (1, 3, 2.0)

    def test_shapes_are_weighed_by_rows(self):
        """Each text here occurs twice."""
        assert dict(of("A1", "B2", "c").shapes.counts) == {"A9": 4, "a": 2}

    def test_merging_sums_up(self):
        """As one column would."""
        assert of("A1").merge(of("bb")) == of("A1", "bb")
        assert of("A1").merge(Texts()) == of("A1")
