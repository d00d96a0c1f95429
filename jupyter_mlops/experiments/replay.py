"""Run two runs again with one factor swapped at a time, to find what their difference comes from."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.errors import Invalid, MlopsError, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run, RunLog
from jupyter_mlops.core.verb import verb
from jupyter_mlops.experiments.comparison.replayed import Replay, Turn, attributed
from jupyter_mlops.experiments.comparison.subject import Comparable, named
from jupyter_mlops.experiments.comparison.swap import Factor, beyond, factors, mixed
from jupyter_mlops.experiments.environment import environment
from jupyter_mlops.experiments.recorder.run_record import RecordedEnvironment, RunRecord
from jupyter_mlops.experiments.reproduce import finished_record
from jupyter_mlops.experiments.reproduction.again import Order, check_snapshots, run_again
from jupyter_mlops.experiments.reproduction.fresh import fresh
from jupyter_mlops.experiments.reproduction.rebuild import rebuild

REPLAYS = "mlops.replays"
TAKEN = "mlops.replay_takes"
_NOTHING = "nothing"

Minutes = Annotated[
    float,
    Field(gt=0, description="Longest time that running again may take; what was found by then is told."),
]


@verb("replay", effect="write", foreign=True, long=True)
def replay(project: Project, before: Comparable, after: Comparable, *, minutes: Minutes = 10) -> Replay:
    """Find what the change of the metrics between two runs comes from, by running again with one factor swapped.

    Raises
    ------
    NotFound
        A run has no record, or a snapshot that it read is gone; nothing ran.
    Invalid
        A run did not finish, or both are one; nothing ran.
    Refused
        A source was masked; nothing ran.
    Unavailable
        It was cancelled.
    """
    runs = [named(project, given)[0] for given in (before, after)]
    if runs[0].id == runs[1].id:
        raise Invalid(
            f"{runs[0].ref} is compared with itself.", hint="Name two runs: `%mlops runs` lists them."
        )
    for run, given in zip(runs, (before, after), strict=True):
        call.reads(f"run:{run.ref}", given=f"any:{given}")
    records = [finished_record(project, run) for run in runs]
    for record in records:
        rebuild(record, "")
        check_snapshots(project, record)
    with _Stage(project, runs, records, minutes * 60) as stage:
        return stage.play()


@dataclass
class _Stage:
    """Where the turns are played, until the time is up."""

    project: Project
    runs: Sequence[Run]
    records: Sequence[RunRecord]
    budget_s: float
    _turns: dict[frozenset[Factor], Turn] = field(default_factory=dict)
    _pythons: dict[str, Path | None] = field(default_factory=dict)
    _not_swapped: list[str] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _begun: float = 0.0

    def __enter__(self) -> _Stage:
        self._begun = self.project.clock.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def play(self) -> Replay:
        """Play every turn that there is time for."""
        found = factors(*self.records)
        if "environment" in found and not self._environments():
            del found["environment"]
        plan = list(_plan(list(found)))
        for number, taken in enumerate(plan):
            progress.report(number, len(plan), f"run with {_said(taken)} of {self.runs[1].ref}")
            if self._left_s() <= 0:
                self._not_swapped.append(
                    f"The time was up after {number} of {len(plan)} runs: say more `--minutes`."
                )
                break
            self._turns[taken] = self._turn(taken)
        given = {taken: turn.metrics for taken, turn in self._turns.items() if not turn.failed}
        return Replay(
            before=self.runs[0].ref,
            after=self.runs[1].ref,
            factors=found,
            attributions=attributed((self.runs[0].metrics, self.runs[1].metrics), list(found), given),
            turns=tuple(self._turns.values()),
            not_swapped=(*beyond(*self.records), *self._not_swapped),
            took_s=self.project.clock.monotonic() - self._begun,
        )

    def _left_s(self) -> float:
        return self.budget_s - (self.project.clock.monotonic() - self._begun)

    def _turn(self, taken: frozenset[Factor]) -> Turn:
        mark = uuid.uuid4().hex[:12]
        record = mixed(self.records[0], self.records[1], taken)
        timeout_s = min(self.project.settings.cell_timeout_s, self._left_s())
        order = Order(mark, timeout_s, self._pythons.get(record.environment.digest))
        try:
            ran = run_again(self.project, self.runs[0], record, rebuild(record, mark), order)
        except MlopsError as error:
            if progress.is_cancelled():
                raise
            return Turn(taken=_ordered(taken), failed=error.message.rstrip("."))
        if ran.made is None or ran.failed:
            return Turn(taken=_ordered(taken), failed=ran.failed, took_s=ran.answer.duration_s)
        call.makes(f"run:{ran.made.ref}")
        tags = {REPLAYS: " ".join(run.id for run in self.runs), TAKEN: _said(taken)}
        self.project.tracker.log(ran.made, RunLog(tags=tags))
        return Turn(
            taken=_ordered(taken), run=ran.made.ref, took_s=ran.answer.duration_s, metrics=ran.made.metrics
        )

    def _environments(self) -> bool:
        """Make an environment of each side that differs from the one at hand; tell whether there are both."""
        try:
            for record in self.records:
                self._pythons[record.environment.digest] = self._python(record.environment)
        except Unavailable as error:
            if progress.is_cancelled():
                raise
            self._not_swapped.append(f"The environment: {error.message}")
            self._pythons.clear()
            return False
        return True

    def _python(self, recorded: RecordedEnvironment) -> Path | None:
        if recorded.digest == environment(self.project).digest:
            return None
        place = self.project.folder / "reproduced" / f"{uuid.uuid4().hex[:12]}-environment"
        made = self._stack.enter_context(fresh(recorded, place, self.project.root))
        self._not_swapped += made.lacking
        return made.python


def _plan(every: Sequence[Factor]) -> Iterator[frozenset[Factor]]:
    """Yield what to take from the second run: nothing, all, each alone, all but each; nothing twice."""
    whole = frozenset(every)
    alone, last = [frozenset([one]) for one in every], [whole - {one} for one in every]
    yield from dict.fromkeys([frozenset[Factor](), whole, *alone, *last])


def _ordered(taken: frozenset[Factor]) -> tuple[Factor, ...]:
    return tuple(sorted(taken))


def _said(taken: frozenset[Factor]) -> str:
    return ", ".join(_ordered(taken)) or _NOTHING
