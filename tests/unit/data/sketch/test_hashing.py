"""Equal values hash alike, whatever their dtype; different ones do not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.data.sketch import hashing


def texts(*values: str) -> pa.Array:
    return pa.array(values, type=pa.large_string())


class TestNumbers:
    @pytest.mark.parametrize("dtype", ["i1", "u2", "i4", "i8", "u8", "f2", "f4", "f8"])
    def test_a_number_hashes_alike_in_every_dtype(self, dtype):
        """A column of integers that gets a gap becomes one of floats, and its days still add up."""
        same = hashing.of_numbers(np.array([0, 1, 77], dtype=dtype))
        assert same.tolist() == hashing.of_numbers(np.array([0.0, 1.0, 77.0])).tolist()

    def test_minus_zero_is_zero(self):
        """They compare equal, so they are one value."""
        assert hashing.of_numbers(np.array([-0.0])) == hashing.of_numbers(np.array([0]))

    def test_integers_that_no_float_can_hold_stay_apart(self):
        """Neighbours beyond 2⁵³ round to the same float."""
        ids = np.arange(2**60, 2**60 + 1000)
        mixed = np.concatenate([ids, np.arange(5)])
        assert len(set(hashing.of_numbers(ids).tolist())) == 1000
        assert len(set(hashing.of_numbers(mixed).tolist())) == 1005
        assert hashing.of_numbers(mixed)[:1000].tolist() == hashing.of_numbers(ids).tolist()

    def test_hashes_are_the_format(self):
        """They must be the same on every machine and in every release: profiles are kept."""
        assert hashing.of_numbers(np.array([1.0, -2.5])).tolist() == [
            9530053449808817299,
            2851797400552958992,
        ]
        assert hashing.of_texts(texts("ada", "x" * 300)).tolist() == [
            8009296491338777524,
            1533152188014638354,
        ]


class TestTexts:
    @given(st.lists(st.text(max_size=40), unique=True, max_size=50))
    def test_different_texts_hash_differently(self, values):
        """Also where one begins like another, or ends in zeros."""
        assert len(set(hashing.of_texts(texts(*values)).tolist())) == len(values)

    @given(st.lists(st.text(max_size=300), min_size=1, max_size=20), st.data())
    def test_neither_neighbours_nor_offsets_matter(self, values, data):
        """A slice hashes as its texts do alone."""
        start = data.draw(st.integers(0, len(values) - 1))
        alone = [hashing.of_texts(texts(value))[0] for value in values[start:]]
        assert hashing.of_texts(texts(*values).slice(start)).tolist() == alone

    def test_nul_bytes_count(self):
        """A text is padded with them to be hashed."""
        assert len(set(hashing.of_texts(texts("", "\0", "\0\0", "a", "a\0")).tolist())) == 5
