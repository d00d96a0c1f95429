"""Every kind of column is cut by rows and joined again, and nothing is left whole that need not be."""

from __future__ import annotations

import pytest

from jupyter_mlops.data.encoding.frame import encode
from jupyter_mlops.data.store.layout import layout
from jupyter_mlops.data.store.packed import STORAGE
from jupyter_mlops.data.store.tracks import cut, join
from tests.unit.data.frames import FRAMES, packed

WHOLE = (
    "sparse",
    "arrow list",
    "arrow large_list",
    "arrow fixed list",
    "arrow struct",
    "arrow map",
    "arrow deep",
)


@pytest.mark.parametrize("name", FRAMES)
class TestEveryKind:
    def test_is_cut_and_joined(self, name):
        """The buffers that come out are those that went in, before and after they were packed."""
        encoded = encode(FRAMES[name])
        for part in (encoded.index, *(column.part for column in encoded.columns)):
            _, tracks = cut(part, encoded.rows)
            assert join(part.meta, tracks).digest == part.digest
            assert packed(part, encoded.rows).digest == part.digest

    def test_has_its_rows_apart(self, name):
        """Only nested Arrow types and sparse columns have no rows that can be told apart."""
        if name.startswith(WHOLE) or not len(FRAMES[name]):
            return
        encoded = encode(FRAMES[name])
        for column in encoded.columns:
            kinds = {slot.kind for slot in layout(column.part, encoded.rows)}
            assert kinds & {"numbers", "runs"} or not column.part.buffers


def test_the_format_of_storage():
    """It is written down in the pages; a change here needs a change there."""
    assert STORAGE == 2
