"""Schedules on a clock that a test moves, and what came of their slots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import RowMapping, select

from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.state import EXECUTIONS
from jupyter_mlops.pipelines.schedule import Scheduled, schedule
from jupyter_mlops.pipelines.scheduling import schedules
from jupyter_mlops.pipelines.scheduling.scheduler import Scheduler
from jupyter_mlops.pipelines.scheduling.schedules import FIRINGS
from tests.fakes import FakeClock
from tests.notebooks.builder import write_notebook

MINUTE, HOUR, DAY = 60, 3_600, 86_400
PIPELINE = """
[parameters]
days = 7
source = "web"

[steps.train]
notebook = "train.ipynb"
parameters = { days = "${parameters.days}" }
"""


class Timer:
    """A project with a pipeline `retrain` and a notebook `train.ipynb`; its clock begins at noon UTC."""

    def __init__(self, project: Project) -> None:
        self.project = project
        assert isinstance(project.clock, FakeClock)
        self.clock = project.clock
        self.scheduler = Scheduler(project)
        write_notebook(project.root / "train.ipynb", "print(days)", parameters="days: int = 7")
        self.pipeline(PIPELINE)

    def pipeline(self, text: str, name: str = "retrain") -> None:
        """Write a pipeline file."""
        (self.project.root / f"{name}.pipeline.toml").write_text(text)

    def schedule(self, target: str = "retrain", **options: object) -> Scheduled:
        """Schedule, through the door."""
        verb = verb_of(schedule)
        assert verb is not None
        answer = door.enter(self.project, verb, {"target": target, **options})
        assert isinstance(answer, Scheduled)
        return answer

    def look(self, after_s: float = 0.0, *, every_s: float | None = None) -> int:
        """Let time pass, and look once at its end, or every so often; answer how many were launched."""
        every = every_s or after_s
        launched, passed = 0, 0.0
        while passed + every < after_s:
            self.clock.advance(every)
            passed += every
            launched += self.scheduler.look()
        self.clock.advance(after_s - passed)
        return launched + self.scheduler.look()

    def restart(self) -> None:
        """Let another process go on, which remembers nothing."""
        self.scheduler = Scheduler(self.project)

    def firings(self, name: str = "retrain") -> dict[str, str]:
        """Return what came of each slot, in their order."""
        query = select(FIRINGS.c.slot, FIRINGS.c.outcome).where(FIRINGS.c.schedule == name)
        with self.project.store.read() as connection:
            rows = connection.execute(query.order_by(FIRINGS.c.slot)).all()
        return {slot: outcome for slot, outcome in rows if outcome != "seen"}

    def reason(self, slot: str, name: str = "retrain") -> str:
        """Return why a slot came to what it did."""
        with self.project.store.read() as connection:
            row = schedules.find_firing(connection, name, slot)
        return "" if row is None else str(row["reason"])

    def row(self, name: str = "retrain") -> RowMapping:
        """Return a schedule as the store has it."""
        with self.project.store.read() as connection:
            return schedules.find(connection, name)

    def executions(self) -> list[RowMapping]:
        """Return what was asked for, in order."""
        query = select(EXECUTIONS).order_by(EXECUTIONS.c.created_at, EXECUTIONS.c.id)
        with self.project.store.read() as connection:
            return list(connection.execute(query).mappings().all())

    def slots(self) -> list[str]:
        """Return the slots of what was asked for, as hours and minutes."""
        return sorted(row["cause"]["slot"][11:16] for row in self.executions())

    def end(self, execution: str, status: str = "succeeded") -> None:
        """Let an execution end, as a worker tells the ledger."""
        now = state.moment(self.clock.now())
        with self.project.store.write() as connection:
            state.change(connection, execution, self.clock.now(), status=status, finished_at=now, due_at=None)
            row = state.find(connection, execution)
            said: Mapping[str, object] = {"execution": execution, "pipeline": row["pipeline"]}
            event = AuditEvent(
                at=now,
                actor="ada",
                source="os",
                face="pipeline",
                verb="run",
                phase="outcome",
                arguments=dict(said),
                outcome="ok" if status == "succeeded" else "failed",
            )
            ledger.append(connection, event)

    def events(self, verb: str) -> list[AuditEvent]:
        """Return the ledger's lines of a verb."""
        with self.project.store.read() as connection:
            return [event for event in ledger.entries(connection) if event.verb == verb]


def at(text: str) -> str:
    """Return a slot of the first day, like 13:30, as rows name it."""
    return datetime.fromisoformat(f"2026-11-01T{text}+00:00").isoformat(timespec="seconds")
