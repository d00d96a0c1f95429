"""What a search found: its trials, the best of them, and what mattered."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import RunRef
from jupyter_mlops.experiments.tuning.objective import TrialState
from jupyter_mlops.experiments.tuning.study import Direction

Stopped = Literal["done", "timeout", "interrupted", "cancelled"]
_SHOWN = 5
_WHY: dict[Stopped, str] = {
    "done": "",
    "timeout": "The time was up; the study can be resumed.",
    "interrupted": "It was interrupted; the study can be resumed.",
    "cancelled": "It was cancelled; the study can be resumed.",
}


class TrialRun(Record):
    """One trial of a study.

    Parameters
    ----------
    course
        What it reported on its way: pairs of step and value.
    run
        Its run; None for a trial of an earlier session, whose run is with that session's.
    reason
        Why it has no value.
    """

    number: int
    state: TrialState
    value: float | None = None
    params: dict[str, JsonValue] = {}
    course: tuple[tuple[int, float], ...] = ()
    took_s: float | None = None
    run: RunRef | None = None
    reason: str = ""


class Tuned(Record):
    """What a search found.

    Parameters
    ----------
    run
        The run that holds those of the trials.
    importance
        How much of the differences in value each parameter explains; they sum to 1.
    models
        The fitted estimators of the best trial that its run keeps; they are variables of the notebook too.
    """

    study: str
    run: RunRef
    direction: Direction
    stopped: Stopped
    trials: tuple[TrialRun, ...]
    importance: dict[str, float] = {}
    models: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> TrialRun | None:
        """The best complete trial, the first of equals."""
        complete = [trial for trial in self.trials if trial.state == "complete" and trial.value is not None]
        sign = -1 if self.direction == "maximize" else 1
        return min(complete, key=lambda trial: (sign * (trial.value or 0.0), trial.number), default=None)

    @property
    def is_well(self) -> bool:
        """Whether any trial has a value."""
        return self.best is not None

    @property
    def curve(self) -> tuple[tuple[int, float], ...]:
        """The best value so far, after each trial that has one."""
        return best_so_far(self.trials, self.direction)

    def figure(self) -> dict[str, object] | None:
        """Draw the trials, the best so far, and what mattered."""
        from jupyter_mlops.experiments.tuning.figure import draw

        return draw(self.trials, self.direction, self.importance)

    def card(self) -> Card:
        """Say what is best, and how far the search came."""
        best = self.best
        states = [trial.state for trial in self.trials]
        counts = [
            f"{states.count(state)} {state}" for state in ("complete", "pruned", "failed") if state in states
        ]
        facts = [("run", self.run), ("trials", ", ".join(counts) or "none")]
        if best is not None:
            facts += [("best", f"{best.value:.6g} by trial {best.number}")]
            facts += [(name, str(value)) for name, value in best.params.items()]
        facts += [
            (
                "matters most",
                ", ".join(f"{key} {one:.2f}" for key, one in list(self.importance.items())[:_SHOWN]),
            )
        ]
        return Card(
            f"Tuned {self.study}" if best else f"No trial of {self.study} has a value",
            self._state(),
            tuple(fact for fact in facts if fact[1]),
            notes=(*filter(None, (_WHY[self.stopped], self._failure())), *self.notes),
            next=self._next(),
        )

    def _state(self) -> State:
        if self.best is None:
            return "failed"
        return "ok" if self.stopped == "done" else "warning"

    def _failure(self) -> str:
        failed = [trial for trial in self.trials if trial.state == "failed" and trial.reason]
        return f"Trial {failed[-1].number} failed: {failed[-1].reason}" if failed else ""

    def _next(self) -> tuple[str, ...]:
        way = " --direction minimize" if self.direction == "minimize" else ""
        resume = f"%%mlops tune {self.study} --resume{way}"
        best = self.best
        register = (f"%mlops register {self.models[0]} NAME",) if self.models else ()
        show = (f"%mlops show {best.run}",) if best is not None and best.run else ()
        return (*register, *show, resume)


def best_so_far(trials: tuple[TrialRun, ...], direction: Direction) -> tuple[tuple[int, float], ...]:
    """Return number and best value so far of each complete trial, in order."""
    better = max if direction == "maximize" else min
    found: list[tuple[int, float]] = []
    for trial in trials:
        if trial.state == "complete" and trial.value is not None:
            found.append((trial.number, better(found[-1][1], trial.value) if found else trial.value))
    return tuple(found)
