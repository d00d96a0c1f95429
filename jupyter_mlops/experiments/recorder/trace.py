"""Replay the history: which execution made each variable that another one read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from jupyter_mlops.experiments.recorder.effects import Effects, effects_of
from jupyter_mlops.experiments.recorder.executed import Executed
from jupyter_mlops.experiments.recorder.history import History
from jupyter_mlops.experiments.recorder.world import World

BEFORE, BETWEEN = -1, -2
GENERATOR = "generator:"


@dataclass(frozen=True)
class Step:
    """One execution, with what it read from which.

    Parameters
    ----------
    inputs
        For each variable that it read, the number of the execution that made it; `BEFORE` what nobody watched,
        `BETWEEN` what changed between cells. What nobody made is Python's own.
    """

    executed: Executed
    effects: Effects
    inputs: Mapping[str, int]

    @property
    def number(self) -> int:
        """Its place in the session."""
        return self.executed.number


@dataclass
class Trace:
    """The steps of a session; it grows with the history, and reads no execution twice.

    Parameters
    ----------
    makers
        The execution that made each variable, as things stand.
    """

    history: History
    steps: list[Step] = field(default_factory=list)
    makers: dict[str, int] = field(default_factory=dict)
    _world: World = field(default_factory=World)

    def update(self) -> Trace:
        """Read the executions that are over, and what the one that runs has done so far."""
        if not self.steps:
            self.makers.update(dict.fromkeys(self.history.known_before, BEFORE))
        for executed in self.history.executions[len(self.steps) :]:
            if executed.status == "running":
                break
            self._read(executed)
        return self

    def with_running(self) -> Trace:
        """Return the trace as it would be if the cell that runs had ended now."""
        self.update()
        waiting = self.history.executions[len(self.steps) :]
        if not waiting:
            return self
        self.history.peek()
        other = Trace(self.history, list(self.steps), dict(self.makers), self._world.copy())
        for executed in waiting:
            other._read(executed)
        return other

    def slice(self, goals: Iterable[int]) -> list[int]:
        """Return the executions that *goals* rest on, themselves included, in order."""
        found, waiting = set[int](), list(goals)
        while waiting:
            number = waiting.pop()
            if number >= 0 and number not in found:
                found.add(number)
                waiting += self.steps[number].inputs.values()
        return sorted(found)

    def _read(self, executed: Executed) -> None:
        self.makers.update(dict.fromkeys(executed.between, BETWEEN))
        origins = {name: item.origin for name, item in executed.bound.items()}
        effects = _with_namespace(effects_of(executed.source, self._world, origins), executed)
        found = {name: self._maker(name, executed) for name in effects.reads if name in self.makers}
        inputs = {name: number for name, number in found.items() if number is not None}
        self.steps.append(Step(executed, effects, inputs))
        self.makers.update(dict.fromkeys(effects.writes, executed.number))
        self._world.learn(effects.functions, executed.bound, executed.gone)
        for name, other in effects.shares:
            self._world.pair(name, other)

    def _maker(self, name: str, executed: Executed) -> int | None:
        """Return who made a variable; a cell that makes it anew each time does not rest on its own earlier turn."""
        number: int | None = self.makers[name]
        while number is not None and number >= 0:
            step = self.steps[number]
            is_again = step.executed.cell == executed.cell and step.executed.source == executed.source
            if not is_again or name not in step.effects.repeatable:
                break
            number = step.inputs.get(name)
        return number


def _with_namespace(effects: Effects, executed: Executed) -> Effects:
    """Complete what the source says by what the variables show."""
    generators = {f"{GENERATOR}{name}" for name in executed.drawn}
    seeded = {f"{GENERATOR}{name}" for name in effects.seeds}
    maybe = frozenset(name for name in effects.unsure if name not in executed.bound)
    doubts = effects.doubts
    if executed.status in {"failed", "interrupted"}:
        maybe = effects.writes - executed.bound.keys()  # nobody knows how far it got
        doubts = (*doubts, f"it {'failed with ' + executed.error if executed.error else 'was interrupted'}")
    return replace(
        effects,
        reads=effects.reads | (generators - seeded) | maybe,
        writes=effects.writes | set(executed.bound) | set(executed.gone) | generators | seeded,
        doubts=doubts,
    )
