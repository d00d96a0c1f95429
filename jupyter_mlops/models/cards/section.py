"""One thing that a card says of a version: known from somewhere, or a gap."""

from __future__ import annotations

from typing import TypeAlias

from jupyter_mlops.core.record import Record
from jupyter_mlops.models.cards.evidence import Line

Facts: TypeAlias = tuple[tuple[str, str], ...]
Rows: TypeAlias = tuple[tuple[str, ...], ...]
SHOWN = 200
STATED = "stated in "


class Section(Record):
    """One thing that a reader wants to know of a version.

    Parameters
    ----------
    source
        Where it is known from, in words.
    lines
        Numbers and digests of the ledger's lines that it stands on.
    gap
        What is not known; empty when it is.
    fill
        What would fill the gap.
    counts
        Whether a card without it is incomplete: decisions on a version are none of what it is.
    """

    key: str
    title: str
    facts: Facts = ()
    columns: tuple[str, ...] = ()
    rows: Rows = ()
    source: str = ""
    lines: tuple[tuple[int, str], ...] = ()
    gap: str = ""
    fill: str = ""
    counts: bool = True


def cited(*lines: Line | None) -> tuple[tuple[int, str], ...]:
    """Return the numbers and digests of lines."""
    return tuple((line.seq, line.hash) for line in lines if line is not None)
