"""Tallies hold every value once, with its count."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from jupyter_mlops.data.sketch import tally


def summed(parts) -> Counter:
    found: Counter = Counter()
    for part in parts:
        values = part.values.tolist() if isinstance(part.values, np.ndarray) else part.values.to_pylist()
        assert len(set(values)) == len(values) == len(part.counts)
        found.update(dict(zip(values, part.counts.tolist(), strict=True)))
    return found


class TestNumbers:
    @pytest.mark.parametrize(
        "values",
        [
            np.array([], dtype=float),
            np.array([3, -1, 3], dtype=np.int8),
            np.array([0, 2**63 - 1, -(2**63)]),
            np.array([2**64 - 1, 2**64 - 3, 2**64 - 1], dtype=np.uint64),
            np.array([True, True]),
            np.random.default_rng(0).integers(0, 10**9, 300_000),
            np.random.default_rng(1).integers(-50, 50, 300_000),
            np.round(np.random.default_rng(2).normal(size=300_000), 2),
        ],
        ids=["none", "small", "ends", "unsigned", "truths", "wide", "narrow", "floats"],
    )
    def test_counts_are_exact(self, values):
        """By position, or by sorting part after part."""
        assert summed(tally.of_numbers(values)) == Counter(values.tolist())

    def test_numbers_ascend(self):
        """Quantiles lean on it."""
        parts = list(tally.of_numbers(np.random.default_rng(0).normal(size=300_000)))
        assert all((np.diff(part.values) > 0).all() for part in parts)


class TestTexts:
    def test_nulls_are_left_out(self):
        """They are counted as missing."""
        texts = pa.chunked_array([["b", None, "a"], ["b", "", None]])
        assert summed(tally.of_texts(texts)) == {"b": 2, "a": 1, "": 1}
