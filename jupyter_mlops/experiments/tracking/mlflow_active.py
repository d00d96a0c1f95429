"""Which run MLflow takes for the active one, thread by thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

from jupyter_mlops.core.tracker import Run
from jupyter_mlops.experiments.tracking.mlflow_reading import milliseconds

if TYPE_CHECKING:
    from mlflow.entities import Run as MlflowRun

_OURS = "_jupyter_mlops_ours"


class _Stacks(Protocol):
    """MLflow's active runs of each thread."""

    default_factory: Callable[[], list[object]]

    def get(self) -> list[object]: ...

    def get_all_thread_values(self) -> dict[int, list[object]]: ...


def activate(stack: ExitStack, block: object, run: MlflowRun) -> None:
    """Make *run* the active one of every thread, also for a user's own `with mlflow.start_run()`, which joins it."""
    import mlflow

    active, stacks = _ours(run), _stacks()
    own = stacks.get()
    stack.callback(own.__setitem__, slice(None), list(own))
    own[:] = [active]
    for waiting in stacks.get_all_thread_values().values():  # threads of a pool that is older than the block
        if not waiting:
            waiting.append(active)
    stack.callback(_deactivate, active)
    replace(stack, stacks, "default_factory", _Everywhere(block, active))
    for name, make in (("start_run", _joining), ("end_run", _staying)):
        replace(stack, mlflow, name, make(getattr(mlflow, name)))


@contextmanager
def active_in_thread(run: MlflowRun) -> Iterator[None]:
    """Make another run the active one of this thread."""
    own = _stacks().get()
    before = list(own)
    own[:] = [_ours(run)]
    try:
        yield
    finally:
        own[:] = before


def entity(run: Run, experiment_id: str) -> MlflowRun:
    """Return *run* as MLflow would, without asking the server for it."""
    from mlflow.entities import Run as MlflowRun
    from mlflow.entities import RunData, RunInfo

    began = milliseconds(run.started_at)
    return MlflowRun(RunInfo(run.id, experiment_id, "", "RUNNING", began, None, "active"), RunData())


def open_block() -> object | None:
    """Return the block that was given to `activate` and is open in this process."""
    return getattr(_stacks().default_factory, "block", None)


def replace(stack: ExitStack, owner: object, name: str, value: object) -> None:
    """Put *value* in the place of an attribute until the end of the block."""
    stack.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, value)


def _deactivate(active: object) -> None:
    for runs in _stacks().get_all_thread_values().values():
        runs[:] = [run for run in runs if run is not active]


class _Everywhere:
    """Give each new thread the run of the block; MLflow would start one of its own for each that logs."""

    def __init__(self, block: object, active: object) -> None:
        self.block = block
        self._active = active

    def __call__(self) -> list[object]:
        return [self._active]


def _stacks() -> _Stacks:
    from mlflow.tracking import fluent

    found: _Stacks = getattr(fluent, "_active_run_stack")  # noqa: B009 - resuming a run would write to it twice
    return found


def _ours(run: MlflowRun) -> object:
    """Return *run* as one that is active, marked as none of the user's own."""
    import mlflow

    active = mlflow.ActiveRun(run)  # type: ignore[no-untyped-call]
    setattr(active, _OURS, True)
    return active


def _joining(start: Callable[..., object]) -> Callable[..., object]:
    import mlflow
    from mlflow.tracking import fluent

    def start_run(*args: object, **options: object) -> object:
        around = mlflow.active_run()
        if around is None or args or options.get("run_id") or not hasattr(around, _OURS):
            return start(*args, **options)
        if not options.get("nested"):
            return _Joined(around)
        if getattr(fluent, "_active_experiment_id") is None:  # noqa: B009 - the user chose none, so that it joins its parent
            options.setdefault("experiment_id", around.info.experiment_id)
        return start(*args, **options)

    return start_run


def _staying(end: Callable[..., None]) -> Callable[..., None]:
    import mlflow

    def end_run(status: str = "FINISHED") -> None:
        if not hasattr(mlflow.active_run(), _OURS):
            end(status)

    return end_run


class _Joined:
    """The run under way, as the answer of the user's own `mlflow.start_run()`; leaving it does not end it."""

    def __init__(self, run: object) -> None:
        self._run = run

    def __getattr__(self, name: str) -> object:
        return getattr(self._run, name)

    def __enter__(self) -> object:
        return self._run

    def __exit__(self, *error: object) -> None:
        return None
