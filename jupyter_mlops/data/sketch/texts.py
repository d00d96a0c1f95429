"""Texts of a column: how long they are, and what they look like."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pydantic import BaseModel

from jupyter_mlops.data.sketch.form import FROZEN
from jupyter_mlops.data.sketch.frequent import Frequent
from jupyter_mlops.data.sketch.moments import Moments

if TYPE_CHECKING:
    import pyarrow as pa

    from jupyter_mlops.data.sketch.tally import Tally

_SHAPED = 512
_LONGEST = 24
_RUN = re.compile(r"([9Aa])\1+")


class Texts(BaseModel):
    """The lengths of texts in characters, and the shapes of some of them."""

    model_config = FROZEN

    shortest: int | None = None
    longest: int | None = None
    lengths: Moments = Moments()
    shapes: Frequent = Frequent()

    @classmethod
    def of(cls, tally: Tally) -> Texts:
        """Sum up the texts of a tally."""
        import numpy as np
        import pyarrow.compute as pc

        if len(tally.values) == 0:
            return cls()
        texts: pa.Array = tally.values
        lengths = pc.utf8_length(texts).to_numpy(zero_copy_only=False)
        some = pc.utf8_slice_codeunits(texts.slice(0, _SHAPED), 0, 4 * _LONGEST).to_pylist()
        shapes: Counter[str] = Counter()
        for text, count in zip(some, tally.counts.tolist(), strict=False):
            shapes[shape(text)] += count
        return cls(
            shortest=int(lengths.min()),
            longest=int(lengths.max()),
            lengths=Moments.of(lengths.astype(np.float64), tally.counts),
            shapes=Frequent.counting(shapes),
        )

    def merge(self, other: Texts) -> Texts:
        """Sum up both."""
        ends = [
            item for item in (self.shortest, self.longest, other.shortest, other.longest) if item is not None
        ]
        return Texts(
            shortest=min(ends, default=None),
            longest=max(ends, default=None),
            lengths=self.lengths.merge(other.lengths),
            shapes=self.shapes.merge(other.shapes),
        )


def shape(text: str) -> str:
    """Return what a text looks like: `AA-9999` for AB-1234; in a long one `9+` for a run of digits."""
    found = text[: 4 * _LONGEST].translate(_MARKS)
    return found if len(found) <= _LONGEST else _RUN.sub(r"\1+", found)[:_LONGEST]


class _Marks(dict[int, str]):
    """The mark of every letter and digit, found out when first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        mark = "9" if char.isdecimal() else char
        self[code] = ("A" if char.isupper() else "a") if char.isalpha() else mark
        return self[code]


_MARKS = _Marks()
