"""Row maps come back as they were, and rows are found where they went."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.data.store.align import align
from jupyter_mlops.data.store.rowmap import RowMap, read

SOURCES = st.lists(st.integers(-1, 40), max_size=60)


def back(sources: list[int]) -> RowMap:
    """Write and read a map."""
    return read(memoryview(b"".join(RowMap(np.array(sources, dtype=np.int64)).write())))


class TestRowMap:
    @given(SOURCES)
    @settings(deadline=None, max_examples=300)
    def test_any_comes_back(self, sources):
        """In runs or row by row, every source and every new row is there."""
        found = back(sources)
        assert found.sources.tolist() == sources
        assert found.new.tolist() == [row for row, source in enumerate(sources) if source < 0]

    @given(SOURCES)
    @settings(deadline=None, max_examples=100)
    def test_rows_are_followed(self, sources):
        """A path through a map is where each row was, and the new ones in their turn."""
        path = np.arange(41) * 10
        found, new = back(sources).follow(path, 1_000).tolist(), iter(range(1_000, 2_000))
        assert found == [next(new) if source < 0 else source * 10 for source in sources]

    def test_an_insertion_is_small(self):
        """Rows that were only pushed along cost nothing."""
        sources = np.concatenate([np.arange(500_000), np.full(10, -1), np.arange(500_000, 10**6)])
        assert sum(map(len, RowMap(sources).write())) < 400

    def test_a_shuffle_costs_what_it_must(self):
        """Twenty bits a row for a million of them: eighteen and a half are the least there can be."""
        sources = np.random.default_rng(0).permutation(10**6)
        assert sum(map(len, RowMap(sources).write())) < 2.6e6


class TestAlign:
    @given(st.lists(st.integers(0, 9), max_size=30), st.lists(st.integers(0, 9), max_size=30))
    @settings(deadline=None, max_examples=300)
    def test_matched_rows_are_equal(self, before, after):
        """A row is only ever said to come from an equal one, and no row serves twice."""
        old, new = (np.array(side, dtype=np.uint64) for side in (before, after))
        sources = align(old, new).sources.tolist()
        used = [source for source in sources if source >= 0]
        assert all(source < 0 or before[source] == after[row] for row, source in enumerate(sources))
        assert len(used) == len(set(used))

    @pytest.mark.parametrize("shift", [0, 1, 7])
    def test_what_is_equal_is_found(self, shift):
        """An inserted block leaves all other rows matched."""
        before = np.random.default_rng(1).integers(0, 2**60, 100).astype(np.uint64)
        after = np.concatenate([before[:50], np.arange(shift, dtype=np.uint64), before[50:]])
        assert len(align(before, after).new) == shift
