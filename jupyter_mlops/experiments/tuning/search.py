"""Run the trials of a study: each one in a nested run, what fails and what is pruned told as such."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_mlops.core import live, progress
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.live import Picture
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.tracker import Artifact, Run, RunLog, RunStatus
from jupyter_mlops.experiments.provenance import PARENT, PART
from jupyter_mlops.experiments.tuning.figure import draw
from jupyter_mlops.experiments.tuning.objective import Objective, Outcome, TrialState
from jupyter_mlops.experiments.tuning.record import Stopped, TrialRun, best_so_far
from jupyter_mlops.experiments.tuning.runs import StudyRuns
from jupyter_mlops.experiments.tuning.study import Direction, owned
from jupyter_mlops.experiments.unsent import is_unsent, started

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

STATE = "jupyter_mlops.trial"
REASON = "jupyter_mlops.trial.reason"
_STATUS: dict[TrialState, RunStatus] = {"complete": "finished", "pruned": "killed", "failed": "failed"}


@dataclass(frozen=True)
class Limits:
    """When a search ends.

    Parameters
    ----------
    trials
        How many more.
    timeout_s
        No trial begins later than this; one that has begun ends.
    jobs
        How many at a time.
    """

    trials: int
    timeout_s: float | None = None
    jobs: int = 1


@dataclass
class TrialSearch:
    """A study under way.

    Parameters
    ----------
    names
        What the cell bound in the best trial so far.
    runs
        Where each trial is written.
    """

    project: Project
    study: Study
    parent: Run
    objective: Objective
    limits: Limits
    runs: StudyRuns
    names: Mapping[str, object] = field(default_factory=dict)
    best_run: Run | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _halt: threading.Event = field(default_factory=threading.Event)
    _begun: int = 0
    _runs: dict[int, Run] = field(default_factory=dict)
    _best: tuple[int, float] | None = None
    _began_at: float = 0.0

    def go(self) -> Stopped:
        """Run trials until the limits are reached, or somebody stops it; say which."""
        self._began_at = self.project.clock.monotonic()
        try:
            # A trial fits many models, and its score is what counts: libraries log nothing.
            with self.project.tracker.autolog(self.parent), self.project.tracker.autolog(None):
                self._work() if self.limits.jobs == 1 else self._work_side_by_side()
        except KeyboardInterrupt:
            self._halt.set()
            return "interrupted"
        except MlopsError as error:
            if not self._begun:
                raise
            self.runs.trouble = error.message
        return self._why_not() or "done"

    def settle(self) -> bool:
        """Send what waits if the tracker is back, and tell whether it has the run of every trial."""
        if not self.runs.settle():
            return False
        self._runs = {number: started(self.project, run) for number, run in self._runs.items()}
        if self.best_run is not None:
            self.best_run = started(self.project, self.best_run)
        return True

    def trials(self) -> tuple[TrialRun, ...]:
        """Return every trial of the study, of earlier sessions too."""
        return tuple(told(one, self._runs.get(one.number)) for one in self.study.get_trials(deepcopy=False))

    def _work(self) -> None:
        while not self._why_not() and self._is_mine():
            self._turn()

    def _work_side_by_side(self) -> None:
        """Work in threads, each of which shows its progress where the caller's is shown."""
        with ThreadPoolExecutor(self.limits.jobs) as pool:
            working = [
                pool.submit(contextvars.copy_context().run, self._work) for _ in range(self.limits.jobs)
            ]
            try:
                for one in working:
                    one.result()
            except BaseException:
                self._halt.set()  # what runs ends; nothing new begins
                raise

    def _is_mine(self) -> bool:
        """Take the next of the trials that were asked for, if one is left."""
        with self._lock:
            self._begun += 1
            return self._begun <= self.limits.trials

    def _why_not(self) -> Stopped | None:
        timeout_s = self.limits.timeout_s
        if timeout_s is not None and self.project.clock.monotonic() - self._began_at >= timeout_s:
            return "timeout"
        if progress.is_cancelled():
            return "cancelled"
        return "interrupted" if self._halt.is_set() else None

    def _turn(self) -> None:
        with self._lock:
            trial = self.study.ask()
            owned(trial)
            run = self._start(trial.number)
        try:
            outcome = self._run(trial, run)
        except BaseException:
            self._close(trial, run, Outcome("failed", reason="It was interrupted."), "killed")
            raise
        self._close(trial, run, outcome, _STATUS[outcome.state])

    def _run(self, trial: Trial, run: Run) -> Outcome:
        """Run the objective, whose own MLflow calls go to its run; a tracker that fails takes nothing of what came of it."""
        outcome = None
        try:
            with self.project.tracker.autolog(run):
                outcome = self.objective.run(trial, run)
        except MlopsError as error:
            self.runs.trouble = error.message
        return self.objective.run(trial, run) if outcome is None else outcome

    def _start(self, number: int) -> Run:
        tags = {PARENT: self.parent.id, PART: "trial"}
        name = f"{self.study.study_name}-{number}"
        key = f"{self.parent.id}:{number}"
        return self.runs.start(name, key=key, experiment=self.parent.experiment, tags=tags)

    def _close(self, trial: Trial, run: Run, outcome: Outcome, status: RunStatus) -> None:
        with self._lock:
            kept = self._tell(trial, outcome)
            self._runs[trial.number] = run
            took_s = 0.0 if kept.duration is None else kept.duration.total_seconds()
            self.runs.close(run, _log(kept, outcome), status, took_s)
            self._compare(trial.number, run, outcome)
            self._show()

    def _tell(self, trial: Trial, outcome: Outcome) -> FrozenTrial:
        from optuna.trial import TrialState as State

        states = {"complete": State.COMPLETE, "pruned": State.PRUNED, "failed": State.FAIL}
        if outcome.reason:
            trial.set_user_attr(REASON, redact(outcome.reason)[:500])
        return self.study.tell(trial, outcome.value, state=states[outcome.state])

    def _compare(self, number: int, run: Run, outcome: Outcome) -> None:
        """Remember what the best trial bound; of equals the first."""
        value = outcome.value
        if value is None or outcome.state != "complete":
            return
        sign = -1.0 if self.study.direction.name == "MAXIMIZE" else 1.0
        if self._best is None or (sign * value, number) < (sign * self._best[1], self._best[0]):
            self._best, self.names, self.best_run = (number, value), outcome.names, run

    def _show(self) -> None:
        said = "" if self._best is None else f"best {self._best[1]:.6g} (trial {self._best[0]})"
        done = min(self._begun, self.limits.trials)
        progress.report(done, self.limits.trials, said)
        direction = direction_of(self.study)
        live.draw(
            Picture(f"{done}/{self.limits.trials} trials, {said}", lambda: draw(self.trials(), direction, {}))
        )

    @property
    def took_s(self) -> float:
        """How long it has taken so far."""
        return self.project.clock.monotonic() - self._began_at

    @property
    def curve(self) -> tuple[tuple[int, float], ...]:
        """The best value so far, after each trial that has one."""
        return best_so_far(self.trials(), direction_of(self.study))


def _log(kept: FrozenTrial, outcome: Outcome) -> RunLog:
    """Return what a trial's run holds."""
    course = {"score.course": sorted(kept.intermediate_values.items())} if kept.intermediate_values else {}
    files = [Artifact("traceback.txt", redact(outcome.traceback).encode())] if outcome.traceback else []
    return RunLog(
        params={name: str(value) for name, value in kept.params.items()},
        metrics={} if kept.value is None else {"score": kept.value},
        tags={STATE: outcome.state} | ({REASON: redact(outcome.reason)} if outcome.reason else {}),
        artifacts=files,
        curves=course,
    )


def direction_of(study: Study) -> Direction:
    """Return which way a study looks."""
    return "maximize" if study.direction.name == "MAXIMIZE" else "minimize"


def told(trial: FrozenTrial, run: Run | None) -> TrialRun:
    """Return Optuna's trial as ours."""
    states: dict[str, TrialState] = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
    state = states.get(trial.state.name, "running")
    return TrialRun(
        number=trial.number,
        state=state,
        value=trial.value,
        params=dict(trial.params),
        course=tuple(sorted(trial.intermediate_values.items())),
        took_s=None if trial.duration is None else trial.duration.total_seconds(),
        run=None if run is None or is_unsent(run) else run.ref,
        reason=str(trial.user_attrs.get(REASON, "")),
    )
