"""A frame part by part: recognised where it is known already, encoded where it is new."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.core import progress
from jupyter_mlops.data.encoding.frame import check, digest_of, encode_column, encode_index, shown
from jupyter_mlops.data.encoding.part import Part
from jupyter_mlops.data.store import fingerprint

if TYPE_CHECKING:
    import pandas as pd

WORKERS = 2
_SMALL = 1 << 15  # bytes that are hashed sooner than another thread is asked to


@dataclass(frozen=True)
class Seen:
    """What is known of one part of a frame.

    Parameters
    ----------
    part
        Its canonical buffers; None when it was recognised.
    name, dtype
        What people call a column; empty for the two indexes.
    """

    fingerprint: str
    digest: str
    part: Part | None
    name: str = ""
    dtype: str = ""


@dataclass(frozen=True)
class Survey:
    """All parts of a frame, seen."""

    rows: int
    index: Seen
    labels: Seen
    columns: tuple[Seen, ...]

    @property
    def parts(self) -> tuple[Seen, ...]:
        """The row index, the column labels, the columns."""
        return self.index, self.labels, *self.columns

    @cached_property
    def digest(self) -> str:
        """The frame's identity."""
        return digest_of(self.rows, [part.digest for part in self.parts])


def survey(frame: pd.DataFrame, known: Mapping[str, str]) -> Survey:
    """See every part of a frame; digests of new ones are computed side by side.

    Parameters
    ----------
    known
        Digests of parts by their fingerprints.

    Raises
    ------
    Invalid
        It is not a plain DataFrame, or something in it cannot be kept exactly; the sentence names it.
    """
    frame = check(frame)
    width = frame.shape[1]
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="mlops-digest") as pool:
        index = _seen(encode_index("The row index", frame.index), known, pool)
        labels = _seen(encode_index("The column index", frame.columns), known, pool)
        columns = []
        for position, (label, series) in enumerate(frame.items()):
            progress.report(position, width, "reading columns")
            columns.append(_column(shown(label), series, known, pool))
        found = [_finished(*item) for item in (index, labels, *columns)]
    return Survey(len(frame), found[0], found[1], tuple(found[2:]))


_Pending = tuple[str, "str | Future[str]", "Part | None", str, str]


def _column(name: str, series: pd.Series, known: Mapping[str, str], pool: ThreadPoolExecutor) -> _Pending:
    dtype = shown(series.dtype)
    mark = fingerprint.of_array(series.array)
    if mark is not None and mark in known:
        return mark, known[mark], None, name, dtype
    return (*_seen(encode_column(name, series.array), known, pool, mark)[:3], name, dtype)


def _seen(
    part: Part, known: Mapping[str, str], pool: ThreadPoolExecutor, mark: str | None = None
) -> _Pending:
    if mark is None:
        mark = fingerprint.of_part(part)
        if mark in known:
            return mark, known[mark], None, "", ""
    digest = part.digest if part.size_bytes < _SMALL else pool.submit(lambda: part.digest)
    return mark, digest, part, "", ""


def _finished(mark: str, digest: str | Future[str], part: Part | None, name: str, dtype: str) -> Seen:
    return Seen(mark, digest if isinstance(digest, str) else digest.result(), part, name, dtype)
