from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from jupyter_mlops.core.disk import Disk
from jupyter_mlops.pipelines.durable import frozen, retention
from jupyter_mlops.pipelines.durable.launch import launch
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.schedule import schedule
from jupyter_mlops.pipelines.scheduling import leftovers
from tests.unit.pipelines.factory import Factory

DAY = 86_400


@pytest.fixture
def age(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let days pass, for the clock as for the files."""
    passed = 0.0

    def pass_days(days: float) -> None:
        nonlocal passed
        passed += days
        factory.project.clock.advance(days * DAY)  # type: ignore[attr-defined]
        monkeypatch.setattr(Disk, "now", lambda _: time.time() + passed * DAY)

    return pass_days


def run(factory: Factory, source: str) -> str:
    """Run a notebook that says *source*, to its end."""
    factory.notebook("plain", source)
    notebook = document.find(factory.project.root, "plain.ipynb")
    execution = launch(factory.project, frozen.of_notebook(factory.project, notebook), {})
    factory.finish()
    return execution


def kept(factory: Factory) -> set[str]:
    """Return the frozen notebooks that are left, by the text of their first cell."""
    store = frozen.objects(factory.project)
    root = factory.project.root / "x.ipynb"
    found = (document.parse(store.get(item.digest), root, "x.ipynb") for item in store.place.each())
    return {str(notebook.node.cells[0].source) for notebook in found}


def folders(factory: Factory) -> set[str]:
    return {path.name for path in (factory.project.folder / "runs").iterdir()}


class TestNotebooks:
    def test_what_executions_and_schedules_run_stays(
        self, factory: Factory, age: Callable[[float], None]
    ) -> None:
        """However old it is; what the executions that were dropped had run goes."""
        first = run(factory, "print(1)")
        factory.notebook("nightly", "print('nightly')")
        schedule(factory.project, "nightly.ipynb", cron="0 6 * * *")
        factory.notebook("nightly", "print('edited')")
        age(60)
        last = run(factory, "print(2)")
        age(60)
        waiting = factory.launch(factory.pipeline('[steps.report]\nnotebook = "report.ipynb"\n'))
        assert retention.prune(factory.project) == 1
        leftovers.clear(factory.project)
        assert kept(factory) == {"print(2)", "print('nightly')", "print('done')"}
        assert first not in folders(factory)
        assert last in folders(factory)
        assert factory.account(waiting).status == "queued"

    def test_what_was_frozen_just_now_stays(self, factory: Factory) -> None:
        """The execution that needs it may be about to be written down."""
        notebook = document.find(factory.project.root, "report.ipynb")
        frozen.of_notebook(factory.project, notebook)
        assert leftovers.clear(factory.project) == 0
        assert kept(factory) == {"print('done')"}

    def test_an_old_one_that_is_frozen_again_is_young(self, factory: Factory) -> None:
        """It would go before it is referred to."""
        notebook = document.find(factory.project.root, "report.ipynb")
        (address,) = frozen.of_notebook(factory.project, notebook).notebooks.values()
        path = frozen.objects(factory.project).path(address)
        os.utime(path, (1, 1))
        frozen.of_notebook(factory.project, notebook)
        assert path.stat().st_mtime > time.time() - 60


class TestOutputs:
    def test_folders_that_no_execution_owns_go(self, factory: Factory, age: Callable[[float], None]) -> None:
        """Once they are old; what else lies there is not ours."""
        runs = factory.project.folder / "runs"
        for name in ("20260101-120000-abcdef01", "notes"):
            (runs / name).mkdir(parents=True)
        assert leftovers.clear(factory.project) == 0
        age(120)
        assert leftovers.clear(factory.project) == 1
        assert folders(factory) == {"notes"}
