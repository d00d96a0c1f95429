"""The state of every cell: whether a clean run from top to bottom would give what it gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from jupyter_mlops.core.record import Record
from jupyter_mlops.experiments.recorder.effects import effects_of
from jupyter_mlops.experiments.recorder.executed import Executed
from jupyter_mlops.experiments.recorder.sheet import Written
from jupyter_mlops.experiments.recorder.trace import BEFORE, BETWEEN, GENERATOR, Step, Trace
from jupyter_mlops.experiments.recorder.world import World

State = Literal["fresh", "stale", "edited", "out of order", "deleted", "never run", "unproven"]
_SHOWN = 3


class CellState(Record):
    """Where a cell stands.

    Parameters
    ----------
    cell
        The front end's id of it, or one derived from its source.
    label
        The number beside it, like `[3]`; empty when it never ran.
    reasons
        Why it is not fresh.
    """

    cell: str
    label: str
    first_line: str
    state: State
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        why = f": {'; '.join(self.reasons[:_SHOWN])}" if self.reasons else ""
        return f"{self.label or '[ ]'} {self.state}{why}"


@dataclass
class _Place:
    """A cell where it stands in the notebook: its last execution, and what it would leave for those below."""

    cell: str
    source: str
    step: Step | None
    writes: frozenset[str]
    is_deleted: bool = False
    state: State = "fresh"
    reasons: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.step.executed.label if self.step else ""

    def says(self, state: State, reason: str) -> None:
        """Take the graver of two states, and keep every reason."""
        if _GRAVITY[state] > _GRAVITY[self.state]:
            self.state = state
        if reason not in self.reasons:
            self.reasons.append(reason)


_GRAVITY: dict[State, int] = {
    "fresh": 0,
    "unproven": 1,
    "stale": 2,
    "out of order": 3,
    "edited": 4,
    "deleted": 5,
    "never run": 6,
}


def states(trace: Trace, sheet: Sequence[Written] | None = None) -> list[CellState]:
    """Return the state of every cell, in the order of the notebook, deleted ones last.

    Parameters
    ----------
    sheet
        The notebook's cells as they are now; without it, cells count in the order in which they first ran, and
        none of them is known to be edited or deleted.
    """
    last = {step.executed.cell: step for step in trace.steps}
    places = _places(trace, sheet, last)
    makers: dict[str, _Place] = {}
    by_cell = {place.cell: place for place in places}
    for place in places:
        if place.step is not None:
            _judge(place, place.step, trace, makers, by_cell)
        makers.update(dict.fromkeys(place.writes, place))
    if trace.history.troubles:
        for place in places:
            place.says("unproven", trace.history.troubles[0])
    return [_state(place) for place in places if not place.is_deleted or place.reasons]


def _places(trace: Trace, sheet: Sequence[Written] | None, last: Mapping[str, Step]) -> list[_Place]:
    if sheet is None:
        return [_ran(step) for step in _by_first_run(trace, last)]
    places = [_written(item, last.get(item.cell)) for item in sheet]
    present = {item.cell for item in sheet}
    gone = [step for step in _by_first_run(trace, last) if step.executed.cell not in present]
    for step in gone:
        place = _ran(step)
        place.is_deleted, place.writes = True, frozenset()
        felt = sorted(name for name in step.effects.writes if trace.makers.get(name) == step.number)
        live = [name for name in felt if name in trace.history.names or name.startswith(GENERATOR)]
        if live:
            place.says("deleted", f"what it made is still there: {_list(live)}")
        places.append(place)
    return places


def _by_first_run(trace: Trace, last: Mapping[str, Step]) -> list[Step]:
    return [last[cell] for cell in dict.fromkeys(step.executed.cell for step in trace.steps)]


def _ran(step: Step) -> _Place:
    return _Place(step.executed.cell, step.executed.source, step, step.effects.writes)


def _written(item: Written, step: Step | None) -> _Place:
    if step is None:
        place = _Place(item.cell, item.source, None, effects_of(item.source, World()).writes)
        place.says("never run", "it has not run in this session")
        return place
    if _same(step.executed, item.source):
        return _ran(step)
    place = _Place(
        item.cell, item.source, step, step.effects.writes | effects_of(item.source, World()).writes
    )
    place.says("edited", "its source has changed since it ran")
    return place


def _same(executed: Executed, source: str) -> bool:
    return executed.source.rstrip() == source.rstrip()


def _judge(
    place: _Place, step: Step, trace: Trace, makers: Mapping[str, _Place], by_cell: Mapping[str, _Place]
) -> None:
    """Compare what the execution read with what a clean run would give it."""
    for doubt in step.effects.doubts:
        place.says("unproven", doubt)
    for name, number in sorted(step.inputs.items()):
        if number < 0:
            place.says("unproven", f"reads {_shown(name)}, which {_UNSEEN[number]}")
            continue
        maker = trace.steps[number]
        for state, reason in _against(place, name, maker, makers.get(name), by_cell):
            place.says(state, reason)
    for name in sorted(step.effects.reads - step.inputs.keys()):
        above = makers.get(name)
        if name.startswith(GENERATOR):
            place.says("unproven", f"draws from {_shown(name)}, which no cell has seeded")
        elif above is not None and above is not place:
            place.says("stale", f"ran before {name} was made by {_named(above)}")
    _after_opaque(place, step, trace)


def _against(
    place: _Place, name: str, maker: Step, above: _Place | None, by_cell: Mapping[str, _Place]
) -> Iterator[tuple[State, str]]:
    """Say how the execution that made *name* differs from the one that stands above."""
    what, whose = _shown(name), maker.executed
    home = by_cell.get(whose.cell)
    if home is place:
        yield "out of order", f"ran again on {what} as it had left it itself"
    elif home is None or home.is_deleted:
        yield (
            "deleted" if place.is_deleted else "out of order",
            f"reads {what} of a deleted cell {whose.label}",
        )
    elif above is None:
        yield "out of order", f"reads {what} of {whose.label}, which stands below"
    elif home is not above:
        newer = above.step is not None and above.step.number > _turn(place)
        yield (
            ("stale" if newer else "out of order"),
            f"reads {what} of {whose.label}, not of {_named(above)} above it",
        )
    elif home.step is not None and home.step.number != maker.number:
        yield "stale", f"{what} was made anew by {home.label} after it ran"
    elif home.state == "unproven":
        yield "unproven", f"reads {what} of {home.label}, which is unproven"
    elif home.state != "fresh":
        yield "stale", f"reads {what} of {home.label}, which is {home.state}"


def _turn(place: _Place) -> int:
    """Return when the cell ran last."""
    return place.step.number if place.step is not None else -1


def _after_opaque(place: _Place, step: Step, trace: Trace) -> None:
    """Doubt what was made before code that may do anything, and is read after it."""
    oldest = min((number for number in step.inputs.values() if number >= 0), default=None)
    if oldest is None:
        return
    for other in trace.steps[oldest + 1 : step.number]:
        if other.effects.is_opaque and other.executed.cell != step.executed.cell:
            place.says("unproven", f"ran after {other.executed.label}, which {other.effects.doubts[-1]}")
            return


def _state(place: _Place) -> CellState:
    first = (
        place.step.executed.first_line if place.step else next(iter(place.source.strip().splitlines()), "")
    )
    return CellState(
        cell=place.cell,
        label=place.label,
        first_line=first[:60],
        state=place.state,
        reasons=tuple(place.reasons),
    )


def _named(place: _Place) -> str:
    return place.label or "the cell"


def _shown(name: str) -> str:
    return f"the global generator of {name.removeprefix(GENERATOR)}" if name.startswith(GENERATOR) else name


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(_shown, names[:_SHOWN])) + more


_UNSEEN = {
    BEFORE: "was made before the extension was loaded",
    BETWEEN: "changed while no cell ran",
}
