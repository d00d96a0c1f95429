"""Say at a glance how well the ledger is protected, from our own store only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_mlops.core import checkpoint, copies, ledger
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.note import Head, Note
from jupyter_mlops.core.project import Project


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
    signed = newest.size if newest else 0
    reached = [copy for copy in copies.standing(project) if copy.size]
    places = ", ".join(f"{copy.destination} (line {copy.size})" for copy in reached)
    reach = f"copied to {places}" if places else "local only" if signed else "none, nothing is signed"
    return Evidence(reach if lines else "nothing to protect yet", tuple(_warnings(project, lines, signed)))


def _warnings(project: Project, lines: int, signed: int) -> Iterator[str]:
    beside = _size_beside(project)
    if beside > lines:
        yield (
            f"Line {beside} was signed, and the ledger ends at {lines}: its end was cut off, "
            "or an old backup was restored."
        )
    if lines - signed > checkpoint.LINES:
        yield f"The last {lines - signed} lines are not signed; `%mlops checkpoint` says why."
    for copy in copies.standing(project):
        if copy.reason:
            yield f"The copy in {copy.destination} is at line {copy.size}: {copy.reason}"


def _size_beside(project: Project) -> int:
    try:
        return Head.parse(Note.parse(checkpoint.remembered(project) or "").body).size
    except MlopsError:
        return 0
