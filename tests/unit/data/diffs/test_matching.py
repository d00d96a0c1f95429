"""Rows are matched one to one, and no collision of hashes goes unseen."""

from __future__ import annotations

import numpy as np

from jupyter_mlops.data.diffs import matching
from jupyter_mlops.data.diffs.cells import Cells
from jupyter_mlops.data.diffs.matching import by_codes, by_position, codes

RANDOM = np.random.default_rng(5)


def cells(values: np.ndarray) -> Cells:
    """A column of integers."""
    return Cells(values.astype(np.int64), np.zeros(len(values), dtype=np.uint8))


class TestCodes:
    def test_rows_are_numbered_by_what_they_hold(self):
        """Two rows have one number exactly when all their cells are equal."""
        left, right = RANDOM.integers(0, 3, (2, 50)), RANDOM.integers(0, 3, (2, 40))
        one, other = codes([(cells(left[i]), cells(right[i])) for i in range(2)])
        rows = [*zip(*left.tolist(), strict=True), *zip(*right.tolist(), strict=True)]
        numbers = [*one.tolist(), *other.tolist()]
        assert len(set(zip(rows, numbers, strict=True))) == len(set(rows)) == len(set(numbers))

    def test_colliding_hashes_change_nothing(self, monkeypatch):
        """Even when every row has the same hash."""
        columns = [(cells(RANDOM.integers(0, 5, 30)), cells(RANDOM.integers(0, 5, 30))) for _ in range(3)]
        expected = codes(columns)
        monkeypatch.setattr(matching, "_hashed", lambda given: np.zeros(len(given[0]), dtype=np.uint64))
        found = codes(columns)
        for numbers, others in zip(found, expected, strict=True):
            assert len(set(zip(numbers.tolist(), others.tolist(), strict=True))) == len(set(others.tolist()))


class TestAlignment:
    def test_the_first_with_the_first(self):
        """Where several rows have one code, they are matched in order; the rest is added or removed."""
        found = by_codes(np.array([7, 7, 1, 7]), np.array([1, 7, 7, 2]))
        assert (found.left.tolist(), found.right.tolist()) == ([2, 0, 1], [0, 1, 2])
        assert (found.removed.tolist(), found.added.tolist()) == ([3], [3])
        assert found.is_moved

    def test_rows_that_stayed(self):
        """Equal codes in equal places are known at once."""
        assert by_codes(np.array([3, 1, 3]), np.array([3, 1, 3])).is_identity
        assert not by_position(2, 3).is_identity

    def test_an_empty_table(self):
        """All rows are added or removed."""
        none, some = np.array([], dtype=np.int64), np.array([0, 0])
        assert by_codes(none, some).added.tolist() == [0, 1]
        assert by_codes(some, none).removed.tolist() == [0, 1]
