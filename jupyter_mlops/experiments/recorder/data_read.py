"""Which snapshots a run rests on: those that its own cells read, or those of the session where nobody knows."""

from __future__ import annotations

from typing import Literal

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.recorder.proof import Proof
from jupyter_mlops.experiments.recorder.trace import GENERATOR, Step, Trace

Basis = Literal["slice", "session"]
_NO_DATA = ("atom", "module", "library", "local", "main:", "stateful")


def basis_of(proof: Proof) -> Basis:
    """Tell whether the slice shows all that was read; where in doubt, the whole session's data count."""
    trace = proof.trace
    if trace is None or not proof.steps or trace.history.troubles:
        return "session"
    between = trace.steps[proof.steps[0].number : proof.steps[-1].number + 1]
    is_doubtful = any(
        step.effects.doubts or any(number < 0 for number in step.inputs.values()) for step in proof.steps
    )
    return "session" if is_doubtful or any(step.effects.is_opaque for step in between) else "slice"


def snapshots_of(project: Project, proof: Proof) -> tuple[str, ...]:
    """Return the snapshots that the slice's cells read or made, and those made of a variable that they read.

    What no cell is known to have touched counts too.
    """
    known = tuple(project.session.snapshots)
    trace = proof.trace
    if trace is None or basis_of(proof) == "session":
        return known
    mine = {ref for step in proof.steps for ref in (*step.executed.loaded, *step.executed.kept)}
    mine |= _kept_of(trace, proof.steps)
    every = {ref for step in trace.steps for ref in (*step.executed.loaded, *step.executed.kept)}
    return tuple(ref for ref in known if ref in mine or ref not in every)


def _kept_of(trace: Trace, steps: tuple[Step, ...]) -> set[str]:
    """Return the snapshots that other cells made while they read the same data as the slice."""
    read = {pair for step in steps for pair in _data(trace, step)}
    makers = [step for step in trace.steps if step.executed.kept]
    return {ref for step in makers if read & _data(trace, step) for ref in step.executed.kept}


def _data(trace: Trace, step: Step) -> set[tuple[str, int]]:
    """Return the variables that may hold data and that a cell read, with the cell that made each."""
    return {
        (name, number)
        for name, number in step.inputs.items()
        if number >= 0
        and not name.startswith(GENERATOR)
        and not _origin(trace.steps[number], name).startswith(_NO_DATA)
    }


def _origin(maker: Step, name: str) -> str:
    bound = maker.executed.bound.get(name)
    return bound.origin if bound is not None else ""
