"""A worker in a process of its own, whose notebooks need no kernel: `python -m tests.worker_process ROOT [NAME]`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import text

from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.script import GRAMMAR
from jupyter_mlops.pipelines.durable.frozen import Frozen, freeze
from jupyter_mlops.pipelines.durable.launch import Request, launch
from jupyter_mlops.pipelines.durable.state import ENDED, EXECUTIONS, STEPS
from jupyter_mlops.pipelines.file.definition import Definition
from jupyter_mlops.pipelines.running.runner import CellProgress, Failure, Job, NotebookRun
from tests.fakes import FakeTracker

WAIT_S = 90
JOURNAL = "journal.txt"


class SleepingRunner:
    """Sleep for as long as the notebook's first cell says, and leave a line at the beginning and at the end."""

    def __init__(self, root: Path) -> None:
        self._journal = root / JOURNAL

    def run(
        self, job: Job, _observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> NotebookRun:
        """Run nothing, for some time."""
        execution = job.environment["JUPYTER_MLOPS_EXECUTION"]
        step = job.output.parts[job.output.parts.index(execution) + 1]
        key = f"{execution} {step} {os.getpid()}"
        self._say(f"begin {key}")
        until = time.monotonic() + float(job.notebook.node.cells[0].source)
        while time.monotonic() < until:
            if cancelled():
                self._say(f"cancel {key}")
                failure = Failure(cause="cancelled", cell=0, label="", name="Cancelled", message="Cancelled.")
                return NotebookRun(status="cancelled", kernel="none", duration_s=0.0, failure=failure)
            time.sleep(0.01)
        self._say(f"end {key}")
        return NotebookRun(status="completed", kernel="none", duration_s=0.0)

    def _say(self, line: str) -> None:
        with self._journal.open("a") as file:
            file.write(f"{line} {time.time()}\n")


def opened(root: Path) -> Project:
    """Open the project with a runner and a tracker that cost nothing."""
    services = {"tracker": FakeTracker(), "runner": SleepingRunner(root)}
    project = Project(root, actor=Actor("ada", "os"), services=services)
    project.prepare()
    return project


def pipeline(project: Project, *steps: str, sleep_s: float = 0.05, **fields: object) -> Frozen:
    """Return a pipeline of notebooks that sleep, one after another."""
    from tests.notebooks.builder import write_notebook

    name = f"sleep-{sleep_s}.ipynb"
    write_notebook(project.root / name, str(sleep_s))
    tables = [
        {"name": step, "notebook": name, "needs": list(steps[max(0, number - 1) : number])}
        for number, step in enumerate(steps)
    ]
    return freeze(project, Definition.model_validate({"name": "nap", "steps": tables, **fields}))


def launch_many(project: Project, frozen: Frozen, count: int) -> list[str]:
    """Ask for *count* executions."""
    return [launch(project, frozen, {}, Request()) for _ in range(count)]


class WorkerProcess:
    """A worker that can be killed."""

    def __init__(
        self, root: Path, *words: str, environment: Mapping[str, str] | None = None, is_fake: bool = True
    ) -> None:
        self.log = root / f"worker-{time.monotonic_ns()}.log"
        module = ["tests.worker_process", str(root)] if is_fake else ["jupyter_mlops", "worker"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *module, *words],
                cwd=Path(__file__).parents[1] if is_fake else root,
                env={**os.environ, **(environment or {})},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def kill(self, number: int = signal.SIGKILL) -> int:
        """Send a signal, and wait for the end."""
        self.process.send_signal(number)
        return self.process.wait(WAIT_S)

    def said(self) -> str:
        """Return what it logged."""
        return self.log.read_text()


def wait_for(claim: Callable[[], bool], *workers: WorkerProcess, wait_s: float = WAIT_S) -> float:
    """Wait until *claim* holds, and return how long it took."""
    started = time.monotonic()
    while not claim():
        if time.monotonic() - started > wait_s:
            raise AssertionError(
                "it took too long\n" + "\n".join(worker.said()[-3000:] for worker in workers)
            )
        time.sleep(0.05)
    return time.monotonic() - started


def count(project: Project, *status: str) -> int:
    """Count the executions that stand so."""
    with project.store.read() as connection:
        query = EXECUTIONS.select().where(EXECUTIONS.c.status.in_(status))
        return len(connection.execute(query).all())


def are_over(project: Project) -> bool:
    """Tell whether every execution has ended, and its end has been told."""
    with project.store.read() as connection:
        left = EXECUTIONS.c.status.not_in(ENDED) | EXECUTIONS.c.due_at.is_not(None)
        return connection.execute(EXECUTIONS.select().where(left).limit(1)).first() is None


def journal(root: Path, word: str) -> list[list[str]]:
    """Return the lines of the journal that begin with *word*."""
    path = root / JOURNAL
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.split() for line in lines if line.startswith(word)]


def keep_transitions(project: Project) -> None:
    """Have the database itself note each step that comes to succeed, and each that stops being so."""
    with project.store.write() as connection:
        connection.execute(text("CREATE TABLE transitions (execution TEXT, name TEXT, old TEXT, new TEXT)"))
        insert = "INSERT INTO transitions VALUES (NEW.execution, NEW.name, OLD.status, NEW.status)"
        if connection.dialect.name == "sqlite":
            when = "OLD.status <> NEW.status AND 'succeeded' IN (OLD.status, NEW.status)"
            connection.execute(
                text(f"CREATE TRIGGER noted AFTER UPDATE ON steps WHEN {when} BEGIN {insert}; END")
            )
            return
        body = f"BEGIN {insert}; RETURN NEW; END"
        connection.execute(text(f"CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
        when = "OLD.status <> NEW.status AND 'succeeded' IN (OLD.status, NEW.status)"
        connection.execute(
            text(
                f"CREATE TRIGGER noted AFTER UPDATE ON steps FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION noted()"
            )
        )


def transitions(project: Project) -> list[tuple[str, str, str, str]]:
    """Return what the database noted."""
    with project.store.read() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM transitions")).all()]  # type: ignore[misc]


def step_count(project: Project, status: str) -> int:
    """Count the steps that stand so."""
    with project.store.read() as connection:
        return len(connection.execute(STEPS.select().where(STEPS.c.status == status)).all())


def main() -> None:
    """Work until told to stop."""
    sys.modules[GRAMMAR] = None  # type: ignore[assignment]  # as the command line does
    from jupyter_mlops.pipelines.worker import worker

    root, *rest = sys.argv[1:]
    options = dict(word.split("=", 1) for word in rest)
    answer = worker(
        opened(Path(root)),
        slots=int(options.get("slots", "4")),
        name=options.get("name", ""),
        until_idle="until_idle" in options,
    )
    sys.stdout.write(f"{answer.card().title}\n")


if __name__ == "__main__":
    main()
