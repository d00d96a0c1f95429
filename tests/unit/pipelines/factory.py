"""Pipelines small enough to follow with the eye, run without kernels."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import frozen, state
from jupyter_mlops.pipelines.durable.account import Execution, account
from jupyter_mlops.pipelines.durable.conductor import Conductor
from jupyter_mlops.pipelines.durable.engine import Task
from jupyter_mlops.pipelines.durable.launch import Request, launch
from jupyter_mlops.pipelines.file import definition
from tests.notebooks.builder import FakeRunner, write_notebook


class Factory:
    """A project with a conductor whose tasks are performed when the test says so.

    Attributes
    ----------
    queue
        Keys of the tasks that wait, in the order they came; a known key is not queued again.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.runner = FakeRunner()
        project._services["runner"] = self.runner
        self.queue: list[str] = []
        self._known: set[str] = set()
        self.conductor = Conductor(project, self, worker="here")

    def submit(self, task: Task) -> None:
        """Queue a task, as an engine does."""
        if task.key not in self._known:
            self._known.add(task.key)
            self.queue.append(task.key)

    def notebook(self, name: str, *sources: str, parameters: str | None = None) -> None:
        """Write a notebook."""
        write_notebook(self.project.root / f"{name}.ipynb", *sources, parameters=parameters)

    def pipeline(self, text: str, name: str = "retrain") -> str:
        """Write a pipeline file, with a notebook of one cell for each step that names none that exists."""
        (self.project.root / f"{name}.pipeline.toml").write_text(dedent(text))
        return name

    def launch(
        self, name: str = "retrain", values: Mapping[str, object] | None = None, **request: object
    ) -> str:
        """Ask for an execution."""
        plan = frozen.freeze(self.project, definition.load(self.project.root, name))
        return launch(self.project, plan, plan.definition.values(values), Request(**request))  # type: ignore[arg-type]

    def step(self) -> str | None:
        """Look, then perform the first task that waits; answer its key."""
        self.conductor.look()
        if not self.queue:
            return None
        key = self.queue.pop(0)
        self.conductor.perform(key)
        return key

    def finish(self, limit: int = 50) -> list[str]:
        """Perform tasks until none is left, and answer which steps those were, in order."""
        keys = []
        while (key := self.step()) is not None and len(keys) < limit:
            keys.append(key)
        return [key.split("/")[1] for key in keys]

    def account(self, execution: str) -> Execution:
        """Return how an execution stands."""
        with self.project.store.read() as connection:
            return account(connection, execution, self.project.clock.now())

    def cancel(self, execution: str) -> None:
        """Ask for an execution's end."""
        now = self.project.clock.now()
        with self.project.store.write() as connection:
            state.change(connection, execution, now, is_cancelled=True, due_at=state.moment(now))

    def statuses(self, execution: str) -> dict[str, str]:
        """Return how each step stands, by its label."""
        return {step.label: step.status for step in self.account(execution).steps}
