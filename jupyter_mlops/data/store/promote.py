"""Pieces of a column that pandas would have given one dtype, had it seen them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.encoding import arrays
from jupyter_mlops.data.encoding.frame import encode_column, shown
from jupyter_mlops.data.encoding.part import Meta, Part, Source, canonical
from jupyter_mlops.data.store.spool import Column, Piece, Spool

if TYPE_CHECKING:
    import pandas as pd


def promote(spool: Spool, column: Column) -> None:
    """Give all pieces of a column the same meaning.

    Integers become floats where one is missing, truths become objects, and categories are joined in the order
    in which they came.

    Raises
    ------
    Invalid
        They have no dtype in common.
    """
    kinds = {str(piece.meta["kind"]) for piece in column.pieces}
    dtype: object
    if kinds == {"categorical"}:
        different = {_categories(spool, piece): piece for piece in column.pieces}
        if len(different) == 1:
            return
        dtype = _joined(spool, list(different.values()))
    else:
        metas = {canonical(piece.meta): piece.meta for piece in column.pieces}
        if len(metas) == 1:
            return
        dtype = _common(column, kinds, list(metas.values()))
    column.dtype = shown(dtype)
    column.pieces = [_converted(spool, column.name, piece, dtype) for piece in column.pieces]


def _common(column: Column, kinds: set[str], metas: Sequence[Meta]) -> object:
    import numpy as np

    if kinds <= {"numpy", "object"}:
        dtypes = {str(meta.get("dtype", "O")) for meta in metas}
        if dtypes <= {"|b1", "O"}:
            return np.dtype(object)
        if "<f8" in dtypes and all(np.dtype(dtype).kind in "iuf" for dtype in dtypes):
            return np.dtype("f8")
    raise Invalid(
        f"Column {column.name!r} is of several types on its way: {', '.join(sorted(kinds))}.",
        hint="Read it with one type, or convert it first.",
    )


def _categories(spool: Spool, piece: Piece) -> tuple[bytes, ...]:
    """Return what tells the categories of a piece: all but its codes."""
    return canonical(piece.meta), *spool.read(piece.spans[:-1])


def _joined(spool: Spool, pieces: Sequence[Piece]) -> pd.CategoricalDtype:
    import pandas as pd

    found: dict[object, None] = {}
    for piece in pieces:
        values = cast("pd.Categorical", _array(spool, piece))
        found |= dict.fromkeys(values.categories)
    return pd.CategoricalDtype(pd.Index(list(found), dtype=values.categories.dtype), bool(values.ordered))


def _converted(spool: Spool, name: str, piece: Piece, dtype: object) -> Piece:
    import pandas as pd

    array = pd.Series(_array(spool, piece)).astype(dtype).array  # type: ignore[call-overload]
    return spool.add_part(encode_column(name, array), piece.rows)


def _array(spool: Spool, piece: Piece) -> arrays.Array:
    part: Part = spool.part(piece)
    return arrays.read(part.meta, piece.rows, Source(part))
