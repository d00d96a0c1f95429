"""Whether what a cell made can be proven: a clean run of the cells that it rests on would make it again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.recorder.executed import Executed
from jupyter_mlops.experiments.recorder.history import History
from jupyter_mlops.experiments.recorder.sheet import current
from jupyter_mlops.experiments.recorder.states import CellState, states
from jupyter_mlops.experiments.recorder.trace import Step, Trace

PROVEN = "mlops.proven"
REASONS = "mlops.unproven_reasons"
FINDINGS = "mlops.flow_findings"
UNWATCHED = "no recorder watched the cells: load the extension first"
_SHOWN = 5
_LONGEST = 1_000


@dataclass(frozen=True)
class Proof:
    """What is known of how something was made.

    Parameters
    ----------
    reasons
        Why a clean run may give something else; nothing is proven then.
    steps
        The executions that it rests on, in order.
    trace
        The session that they are of.
    """

    reasons: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    trace: Trace | None = None
    states: dict[str, CellState] = field(default_factory=dict)

    @property
    def is_proven(self) -> bool:
        """Whether there is no reason to doubt."""
        return not self.reasons

    def tags(self) -> dict[str, str]:
        """Return what a run, or a version, is stamped with."""
        said = "; ".join(self.reasons[:_SHOWN])[:_LONGEST]
        return {PROVEN: "true"} if self.is_proven else {PROVEN: "false", REASONS: said}


def trace_of(project: Project) -> Trace | None:
    """Return what this session's cells did, up to the one that runs; None outside of a kernel."""
    history = project.session.recorder
    if not isinstance(history, History):
        return None
    if not isinstance(history.reading, Trace):
        history.reading = Trace(history)
    return history.reading.with_running()


def cell_states(project: Project) -> tuple[CellState, ...]:
    """Return the state of every cell of this session, but for the one that asks."""
    trace = trace_of(project)
    if trace is None:
        return ()
    running = {step.executed.cell for step in trace.steps if step.executed.status == "running"}
    return tuple(item for item in states(trace, current(project, trace.history)) if item.cell not in running)


def proof_of_cell(project: Project, doubt: str = "") -> Proof:
    """Judge what the cell that runs has made so far.

    Parameters
    ----------
    doubt
        What the caller knows against it.
    """
    trace = trace_of(project)
    if trace is None or not trace.steps:
        return Proof(tuple(filter(None, (doubt, UNWATCHED))))
    found = _judged(project, trace, [trace.steps[-1].number])
    return replace(found, reasons=(doubt, *found.reasons)) if doubt else found


def proof_of_object(project: Project, value: object) -> Proof:
    """Judge an object by the variables that it is bound to."""
    trace = trace_of(project)
    if trace is None or not trace.steps:
        return Proof((UNWATCHED,))
    names = [name for name, held in dict(trace.history.namespace).items() if held is value]
    makers = [trace.makers[name] for name in names if name in trace.makers]
    if not makers:
        return Proof(("no cell is known to have made it",), trace=trace)
    if min(makers) < 0:
        return Proof((f"{names[0]} was made while nobody watched",), trace=trace)
    return _judged(project, trace, makers)


def _judged(project: Project, trace: Trace, goals: list[int]) -> Proof:
    numbers = trace.slice(goals)
    steps = tuple(trace.steps[number] for number in numbers)
    known = {item.cell: item for item in states(trace, current(project, trace.history))}
    reasons = [*trace.history.troubles]
    for step in steps:
        state = known.get(step.executed.cell)
        if state is not None and state.state != "fresh":
            why = state.reasons[0] if state.reasons else state.state
            reasons.append(f"{_said(step.executed)} is {state.state}: {why}")
    return Proof(tuple(dict.fromkeys(reasons)), steps, trace, known)


def _said(executed: Executed) -> str:
    return f"cell {executed.label}"
