from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jupyter_mlops.core import ledger
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.pipelines.durable import retention
from jupyter_mlops.pipelines.durable.frozen import of_notebook
from jupyter_mlops.pipelines.durable.launch import launch
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, STEPS
from jupyter_mlops.pipelines.file import document
from tests.unit.pipelines.factory import Factory

KEPT = 'retention_days = 7\n[steps.report]\nnotebook = "report.ipynb"\n'


def run(factory: Factory, name: str = "retrain") -> str:
    """Run a pipeline to its end, a minute after the last one."""
    execution = factory.launch(name)
    factory.finish()
    pass_days(factory, 1 / 1440)
    return execution


def pass_days(factory: Factory, days: float) -> None:
    factory.project.clock.advance(days * 86_400)  # type: ignore[attr-defined]


def known(factory: Factory) -> set[str]:
    with factory.project.store.read() as connection:
        return {row.id for row in connection.execute(EXECUTIONS.select())}


def folder(factory: Factory, execution: str) -> Path:
    return factory.project.folder / "runs" / execution


class TestPrune:
    def test_rows_and_outputs_go_when_their_time_is_over(self, factory: Factory) -> None:
        """The last one stays: it tells how the pipeline stands."""
        factory.pipeline(KEPT)
        old, last = run(factory), run(factory)
        assert folder(factory, old).is_dir()
        pass_days(factory, 8)
        assert retention.prune(factory.project) == 1
        assert known(factory) == {last}
        assert [path.name for path in (factory.project.folder / "runs").iterdir()] == [last]
        with factory.project.store.read() as connection:
            assert {row.execution for row in connection.execute(STEPS.select())} == {last}

    def test_nothing_goes_before(self, factory: Factory) -> None:
        """Time counts from the end of the execution."""
        factory.pipeline(KEPT)
        executions = {run(factory), run(factory)}
        pass_days(factory, 6.9)
        assert retention.prune(factory.project) == 0
        assert known(factory) == executions

    def test_a_pipeline_that_says_nothing_keeps_all(self, factory: Factory) -> None:
        """So did those that ran before it said so."""
        factory.pipeline(KEPT.partition("\n")[2])
        executions = {run(factory), run(factory)}
        pass_days(factory, 4_000)
        assert retention.prune(factory.project) == 0
        assert known(factory) == executions

    def test_a_single_notebook_is_kept_as_settings_say(self, factory: Factory) -> None:
        """Its last execution stays, and so does what a pipeline keeps for ever."""
        notebook = document.find(factory.project.root, "report.ipynb")
        for _ in range(2):
            launch(factory.project, of_notebook(factory.project, notebook), {})
            factory.finish()
            pass_days(factory, 1)
        pipeline = run(factory, factory.pipeline(KEPT.partition("\n")[2]))
        pass_days(factory, 87)
        assert retention.prune(factory.project) == 0
        pass_days(factory, 30)
        assert retention.prune(factory.project) == 1
        assert pipeline in known(factory)
        assert len(known(factory)) == 2

    def test_what_has_not_ended_stays(self, factory: Factory) -> None:
        """However long ago it was asked for."""
        factory.pipeline(KEPT)
        waiting = factory.launch()
        pass_days(factory, 30)
        run(factory, factory.pipeline(KEPT, "other"))
        assert retention.prune(factory.project) == 0
        assert waiting in known(factory)

    def test_what_a_cached_step_shows_as_its_own_stays(self, factory: Factory) -> None:
        """It goes once the executions that took its outputs are gone."""
        factory.pipeline(KEPT + "cache = true\n")
        first, cached, last = (run(factory) for _ in range(3))
        pass_days(factory, 8)
        assert retention.prune(factory.project) == 1
        assert known(factory) == {first, last}
        assert cached not in known(factory)

    def test_the_ledger_and_the_runs_stay(self, factory: Factory) -> None:
        """What was done is history; only its working papers go."""
        factory.pipeline(KEPT)
        old = run(factory)
        run(factory)
        pass_days(factory, 8)
        before = len(factory.project.tracker.runs().runs)
        retention.prune(factory.project)
        assert len(factory.project.tracker.runs().runs) == before
        with factory.project.store.read() as connection:
            assert any(event.arguments.get("execution") == old for event in ledger.entries(connection))

    def test_no_more_go_in_one_pass_than_is_said(
        self, factory: Factory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The oldest first; the next pass takes the rest."""
        monkeypatch.setattr(retention, "MOST", 2)
        factory.pipeline(KEPT)
        executions = [run(factory) for _ in range(4)]
        pass_days(factory, 8)
        assert retention.prune(factory.project) == 2
        assert known(factory) == set(executions[2:])
        assert retention.prune(factory.project) == 1

    def test_folders_that_a_dead_worker_had_set_aside_go_too(self, factory: Factory) -> None:
        """It died between moving them and emptying them."""
        aside = factory.project.folder / "runs" / ".gone" / "20261101-120000-abc123-ffffff"
        aside.mkdir(parents=True)
        retention.prune(factory.project)
        assert not aside.exists()

    def test_outputs_that_somebody_has_removed_are_no_obstacle(self, factory: Factory) -> None:
        """The rows go as they would have."""
        factory.pipeline(KEPT)
        old = run(factory)
        run(factory)
        shutil.rmtree(folder(factory, old))
        pass_days(factory, 8)
        assert retention.prune(factory.project) == 1


class TestKeepUp:
    """Where no worker runs, whoever runs something in the foreground drops what is too old."""

    def test_a_few_go_once_a_day(self, factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
        """So that a run costs no more than a look at a file's time."""
        monkeypatch.setattr(retention, "_AT_ONCE", 2)
        factory.pipeline(KEPT)
        for _ in range(4):
            run(factory)
        pass_days(factory, 8)
        counts = []
        for days in (0, 0.5, 0.6):
            pass_days(factory, days)
            retention.keep_up(factory.project)
            counts.append(len(known(factory)))
        assert counts == [2, 2, 1]

    def test_a_store_that_is_away_hinders_no_run(
        self, factory: Factory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Another day will do."""

        def away(*_: object) -> int:
            raise Unavailable("The store does not answer.")

        monkeypatch.setattr(retention, "prune", away)
        retention.keep_up(factory.project)
