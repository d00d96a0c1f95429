"""Which cells of an earlier run are restored, and which must run again for the sake of what could not be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Group = Mapping[str, Any]
State = dict[str, Group]


@dataclass
class Plan:
    """How the state after some cells is brought back.

    Parameters
    ----------
    cells
        What was kept of each cell, in order, as the kernel told it.
    """

    cells: Sequence[Mapping[str, Any]]
    replayed: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        todo = [(name, len(self.cells) - 1) for name in self.names]
        seen: set[tuple[str, int]] = set()
        while todo:
            name, place = todo.pop()
            group = self._state(place).get(name)
            if group is None or group["blobs"] or (name, place) in seen:
                continue
            seen.add((name, place))
            last = self._last_touch(name, place)
            self.replayed.setdefault(last, [])
            if group["why"] not in self.replayed[last]:
                self.replayed[last].append(group["why"])
            todo += [(needed, last - 1) for needed in self.cells[last]["needs"]]
            todo += [(mate, last) for mate in group["names"]]

    @property
    def names(self) -> list[str]:
        """The variables that there are in the end."""
        return list(self._state(len(self.cells) - 1))

    @cached_property
    def _states(self) -> list[State]:
        states: list[State] = []
        state: State = {}
        for cell in self.cells:
            gone = set(cell["gone"])
            state = {name: group for name, group in state.items() if name not in gone}
            state.update({name: group for group in cell["groups"] for name in group["names"]})
            states.append(state)
        return states

    def groups(self, place: int | None = None, names: Iterable[str] | None = None) -> list[Group]:
        """Return the groups that there are after the cell at *place*, of these *names* or of all."""
        state = self._state(len(self.cells) - 1 if place is None else place)
        wanted = state if names is None else [name for name in names if name in state]
        return list({id(state[name]): state[name] for name in wanted}.values())

    def secrets(self) -> dict[str, str]:
        """Return the variables that are secrets in the end, with what each refers to."""
        return dict(self.cells[-1]["secrets"]) if self.cells else {}

    def _state(self, place: int) -> State:
        return self._states[place] if place >= 0 else {}

    def _last_touch(self, name: str, place: int) -> int:
        return next((at for at in range(place, -1, -1) if name in self.cells[at]["touched"]), 0)
