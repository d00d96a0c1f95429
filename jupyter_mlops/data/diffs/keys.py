"""The columns that tell one row from another: as given, or guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.data.diffs.cells import tokens
from jupyter_mlops.data.diffs.forms import family
from jupyter_mlops.data.diffs.matching import codes

if TYPE_CHECKING:
    from jupyter_mlops.data.diffs.cells import Cells, Integers
    from jupyter_mlops.data.diffs.schemas import Pair, Pairing

_ID = re.compile(
    r"(?i)(?:^|[_\W])(?:id|key|uuid|guid|code|nr|no|number|sku|isbn|ref|index|pk)$|(?<=[a-z])(?:Id|ID|Key)$"
)
_COLUMN, _INDEX = {"number", "text"}, {"number", "text", "moment", "instant", "span"}
_SHOWN = 3
_FIRST = 1_000


def given(
    pairing: Pairing, names: Sequence[str], sides: tuple[str, str]
) -> tuple[Sequence[Pair], Integers, Integers]:
    """Return the key columns called *names*, and the codes of both tables' rows under them.

    Raises
    ------
    NotFound
        A table has no such column.
    Invalid
        Rows share a key.
    """
    pairs = [_pair(pairing, name) for name in split(names, [pair.name for pair in pairing.pairs])]
    left, right = codes([pair.cells for pair in pairs])
    for numbers, side in ((left, sides[0]), (right, sides[1])):
        _check_unique(pairs, numbers, side, is_left=numbers is left)
    return pairs, left, right


def guess(pairing: Pairing) -> tuple[Sequence[Pair], Integers, Integers] | None:
    """Return the column that tells every row of both tables apart, and the codes under it, if there is one.

    A column whose name says that it identifies comes first, then the index, then the others in their order.
    Measurements, which may happen to be unique, are no keys.
    """
    candidates = [pair for pair in pairing.pairs if _is_candidate(pair)]
    for pair in sorted(candidates, key=_rank):
        if not all(map(begins_unique, pair.cells)):
            continue
        left, right = codes([pair.cells])
        if is_unique(left) and is_unique(right) and _is_shared(left, right):
            return [pair], left, right
    named = [pair for pair in candidates if _ID.search(pair.name)]
    if len(named) > 1:
        left, right = codes([pair.cells for pair in named])
        if is_unique(left) and is_unique(right):
            return named, left, right
    return None


def split(names: Iterable[str], known: Sequence[str]) -> list[str]:
    """Return the single names: `a,b` is two, unless a column is called so."""
    return [part for name in names for part in ([name] if name in known else name.split(","))]


def is_unique(numbers: Integers) -> bool:
    """Tell whether no two rows have one code."""
    import numpy as np

    return bool(np.bincount(numbers).max(initial=0) <= 1)


def _pair(pairing: Pairing, name: str) -> Pair:
    found = pairing.named(name)
    if found is None:
        known = [pair.name for pair in pairing.pairs]
        hint = did_you_mean(name, known) or f"They share {', '.join(known[:10]) or 'none'}."
        raise NotFound(f"No column {name!r} is in both tables.", hint=hint)
    return found


def _check_unique(pairs: Sequence[Pair], numbers: Integers, side: str, *, is_left: bool) -> None:
    import numpy as np

    counts = np.bincount(numbers)
    shared = counts[numbers] > 1
    if not shared.any():
        return
    names = ", ".join(pair.name for pair in pairs)
    rows = ", ".join(str(row) for row in np.flatnonzero(shared)[:_SHOWN])
    count = f"{shared.sum():,} rows share {(counts > 1).sum():,} values"
    raise Invalid(
        f"{names} is no key of {side}: {count}, as rows {rows} do.",
        hint="Add a column to the key, or compare with --match content.",
    )


def _is_candidate(pair: Pair) -> bool:
    """Tell whether a column could identify: whole numbers and texts do, and so does an index of times."""
    sides = [pair.left.array, pair.right.array]
    wanted = _INDEX if pair.left.is_index else _COLUMN
    return all(family(array) in wanted and array.dtype.kind not in "bf" for array in sides)


def begins_unique(cells: Cells) -> bool:
    """Tell whether the first rows, which cost nothing to look at, are told apart."""
    import numpy as np

    first = cells.take(np.arange(min(len(cells), _FIRST)))
    numbers, _ = tokens(first, first)
    return 0 < len(numbers) == len(np.unique(numbers))


def _rank(pair: Pair) -> int:
    return 0 if _ID.search(pair.name) else 1 if pair.left.is_index else 2


def _is_shared(left: Integers, right: Integers) -> bool:
    """Tell whether the tables have at least half of the smaller one's rows in common."""
    import numpy as np

    common = len(np.intersect1d(left, right, assume_unique=True))
    return common * 2 >= min(len(left), len(right))
