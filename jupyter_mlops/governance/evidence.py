"""Say at a glance how well the ledger is protected, from what lies on this machine only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from jupyter_mlops.core import checkpoint, copies, destinations, ledger
from jupyter_mlops.core.copies import Copy
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.note import Head, Note
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact


@dataclass(frozen=True)
class Evidence:
    """How far rewriting the ledger would show.

    Parameters
    ----------
    reach
        `local only`, or where the copies are.
    warnings
        What somebody should look at, a sentence each.
    """

    reach: str
    warnings: tuple[str, ...] = ()


def evidence(project: Project) -> Evidence:
    """Return how far rewriting the ledger would show, as of the last checkpoint; it proves nothing itself."""
    with project.store.read() as connection:
        lines = ledger.last(connection)
        newest = checkpoint.newest(connection)
        first = connection.execute(select(LEDGER.c.hash).where(LEDGER.c.seq == 1)).scalar() or ""
    signed = newest.size if newest else 0
    places = ", ".join(_standing(copy) for copy in copies.standing(project) if copy.size)
    reach = f"copied to {places}" if places else "local only" if signed else "none, nothing is signed"
    warnings = tuple(_warnings(project, lines, signed, checkpoint.origin_of(first)))
    return Evidence(reach if lines else "nothing to protect yet", warnings)


def _standing(copy: Copy) -> str:
    """Say how far a copy is, and when it would show that an old backup was restored."""
    if not destinations.can_be_read(copy.destination):
        return f"{copy.destination} (line {copy.size}; it cannot be read back)"
    when = "; looked at with each copy" if "://" in copy.destination else ""
    return f"{copy.destination} (line {copy.size}{when})"


def _warnings(project: Project, lines: int, signed: int, origin: str) -> Iterator[str]:
    for where, head, is_known in _heads(project):
        if head.size > lines:
            yield (
                f"{where} signs {head.size} lines, and the ledger ends at {lines}: its end was cut off, "
                "or an old backup was restored."
            )
        elif head.origin != origin:
            yield f"{where} speaks of another ledger ({head.origin}), or line 1 was replaced."
        elif not is_known:
            yield (
                f"{where} signs {head.size} lines, which the store knows nothing of: an old backup was restored, "
                "and the ledger went on from there."
            )
    if lines - signed > checkpoint.LINES:
        yield f"The last {lines - signed} lines are not signed; `%mlops checkpoint` says why."
    for copy in copies.standing(project):
        if copy.reason:
            yield f"The copy in {copy.destination} is at line {copy.size}: {copy.reason}"


def _heads(project: Project) -> Iterator[tuple[str, Head, bool]]:
    """Yield what the last checkpoints say that lie beside the store and in folders here, and whether it knows them."""
    readers: dict[str, Callable[[], str | None]] = {"checkpoint.txt": partial(checkpoint.remembered, project)}
    readers |= {
        redact(place): partial(destinations.newest, project, place)
        for place in project.settings.checkpoint_copy
        if destinations.is_here(place)
    }
    for where, read in readers.items():
        with suppress(OSError, UnicodeDecodeError, MlopsError):  # `audit --verify` says what is wrong with it
            if note := read():
                yield where, Head.parse(Note.parse(note).body), _is_known(project, note)


def _is_known(project: Project, note: str) -> bool:
    with project.store.read() as connection:
        return checkpoint.is_known(connection, note)
