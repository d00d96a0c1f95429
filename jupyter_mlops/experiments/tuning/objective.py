"""What a trial runs, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.core.types import Cell
from jupyter_mlops.experiments.tuning.space import Dimension
from jupyter_mlops.experiments.unsent import is_unsent

if TYPE_CHECKING:
    from optuna import Trial

    from jupyter_mlops.core.project import Project
    from jupyter_mlops.core.tracker import Run

TrialState = Literal["complete", "pruned", "failed", "running"]


@dataclass(frozen=True)
class Outcome:
    """What came of one trial.

    Parameters
    ----------
    reason
        Why it has no value.
    names
        What the cell bound meanwhile.
    """

    state: TrialState
    value: float | None = None
    reason: str = ""
    traceback: str = ""
    names: Mapping[str, object] = field(default_factory=dict)


class Objective(Protocol):
    """What is searched: a cell, or a notebook."""

    def run(self, trial: Trial, run: Run, /) -> Outcome:
        """Run it once, for a trial whose run is given; raise only what ends the search."""
        ...


@dataclass(frozen=True)
class CellObjective:
    """A cell that is given `trial`, and whose value is the score."""

    cell: Cell

    def run(self, trial: Trial, _run: Run, /) -> Outcome:
        """Run the cell in a namespace of its own.

        Raises
        ------
        KeyboardInterrupt
            Somebody interrupted it.
        """
        from optuna import TrialPruned

        found = self.cell.evaluate({"trial": trial})
        error = found.error
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise KeyboardInterrupt
        if isinstance(error, TrialPruned):
            return Outcome("pruned", reason=str(error) or "The pruner stopped it.")
        if error is not None:
            return Outcome("failed", reason=f"{type(error).__name__}: {error}", traceback=found.traceback)
        names = {name: value for name, value in found.names.items() if name != "trial"}
        return scored(found.value, names)


@dataclass(frozen=True)
class NotebookObjective:
    """A notebook with parameters, one of whose outputs is the score."""

    project: Project
    notebook: str
    space: Mapping[str, Dimension]
    score: str

    def check(self) -> None:
        """Ask whether the notebook takes the parameters.

        Raises
        ------
        Invalid
            It does not, or nothing is searched.
        """
        from jupyter_mlops.pipelines.run import prepare

        if not self.space:
            raise Invalid(
                f"Nothing of {self.notebook} is searched.", hint="Say what: --space 'lr=log(1e-4,1e-1)'."
            )
        prepare(self.project, self.notebook, {name: one.first for name, one in self.space.items()})

    def run(self, trial: Trial, run: Run, /) -> Outcome:
        """Run the notebook in a fresh kernel; what it records is part of the trial's run."""
        from jupyter_mlops.pipelines.durable.launch import Cause, Request
        from jupyter_mlops.pipelines.run import finish, prepare

        what = f"trial {trial.number} of {trial.study.study_name}"
        cause = Cause(kind="tune", what=what, run="" if is_unsent(run) else run.id)
        chosen = {name: one.suggest(trial) for name, one in self.space.items()}
        try:
            plan, values = prepare(self.project, self.notebook, chosen)
            found = finish(self.project, plan, values, Request(cause=cause))
        except MlopsError as error:
            return Outcome("failed", reason=error.message)
        outputs = {name: value for step in found.steps for name, value in step.outputs.items()}
        if self.score not in outputs:
            given = ", ".join(outputs) or "none"
            return Outcome("failed", reason=f"It gave no output {self.score!r}; it gave {given}.")
        return scored(outputs[self.score], {})


def scored(value: object, names: Mapping[str, object]) -> Outcome:
    """Return what *value* means as a score: a number that is one, or a failure."""
    if isinstance(value, str | bytes) or not hasattr(value, "__float__"):
        return Outcome("failed", reason=f"The score is {_named(value)}, not a number.")
    try:
        number = float(value)
    except (TypeError, ValueError):
        return Outcome("failed", reason=f"The score is {_named(value)}, not a number.")
    if math.isnan(number):
        return Outcome("failed", reason="The score is NaN.")
    return Outcome("complete", number, names=names)


def _named(value: object) -> str:
    return "missing" if value is None else f"a {type(value).__name__}"
