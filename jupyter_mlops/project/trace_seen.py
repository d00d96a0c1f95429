"""Which models saw rows, given which versions of data held them and until when."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from jupyter_mlops.governance.graph import Graph

_DATA = "snapshot:"
_MODEL = "version:"


@dataclass(frozen=True)
class Held:
    """A version of data that holds the rows now, or held them before the line at which they were erased."""

    ref: str
    holds_now: bool
    erased: int | None = None


def seen(whole: Graph, held: Iterable[Held], told: Iterable[str]) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Return the models' versions that came from such data, through which of it, and whether that is certain.

    Parameters
    ----------
    told
        The versions of data that were looked through: they speak for themselves. What came through others, which
        a function made, may hold the rows or not.
    """
    known = {f"{_DATA}{ref}" for ref in told}
    through: dict[str, dict[str, bool]] = {}
    for item in held:
        for version, is_certain in _models(whole, item, known).items():
            through.setdefault(version, {})[item.ref] = is_certain
    return {version: (tuple(by), any(by.values())) for version, by in sorted(through.items())}


def _models(whole: Graph, item: Held, told: set[str]) -> dict[str, bool]:
    """Return the models' versions downstream of one version of data; what was made after an erasure saw nothing."""
    start = f"{_DATA}{item.ref}"
    until = None if item.holds_now else item.erased
    first = [link.target for link in whole.down.get(start, ()) if until is None or link.line < until]
    reached: dict[str, bool] = {}
    waiting = deque((target, True) for target in first if target not in told)
    while waiting:
        thing, is_certain = waiting.popleft()
        is_certain = is_certain and not thing.startswith(_DATA)
        if reached.get(thing, False) or (thing in reached and not is_certain):
            continue
        reached[thing] = is_certain
        after = (link.target for link in whole.down.get(thing, ()))
        waiting += ((target, is_certain) for target in after if target not in told)
    return {
        thing.removeprefix(_MODEL): is_certain
        for thing, is_certain in reached.items()
        if thing.startswith(_MODEL)
    }
