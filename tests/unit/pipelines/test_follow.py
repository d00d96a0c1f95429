from __future__ import annotations

import threading

import pytest

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.pipelines.follow import follow
from jupyter_mlops.pipelines.schedule import schedule
from jupyter_mlops.pipelines.trigger import trigger
from tests.unit.pipelines.factory import Factory

TWO = '[steps.a]\nnotebook = "report.ipynb"\n[steps.b]\nnotebook = "report.ipynb"\nneeds = ["a"]\n'


class TestFollow:
    def test_it_waits_for_the_end(self, factory: Factory) -> None:
        """While somebody else works, it tells how far that has come."""
        factory.pipeline(TWO)
        execution = factory.launch()
        heard: list[tuple[int, int, str]] = []
        working = threading.Thread(target=factory.finish)
        working.start()
        with progress.listening(lambda *at: heard.append(at)):
            found = follow(factory.project, execution)
        working.join()
        assert found.status == "succeeded"
        assert heard[-1] == (2, 2, "succeeded")

    def test_it_looks_once(self, factory: Factory) -> None:
        """With no patience at all."""
        factory.pipeline(TWO)
        factory.launch()
        assert follow(factory.project, wait=0).status == "queued"

    @pytest.mark.parametrize("part", ["latest", "retrain", "end"])
    def test_what_names_an_execution(self, factory: Factory, part: str) -> None:
        """The newest of all, of a pipeline, or the end of its id."""
        factory.pipeline(TWO)
        execution = factory.launch()
        assert follow(factory.project, execution[-4:] if part == "end" else part, wait=0).ref == execution

    def test_unknown_and_ambiguous_names(self, factory: Factory) -> None:
        """One sentence each."""
        factory.pipeline(TWO)
        with pytest.raises(NotFound, match="No execution 'nothing'"):
            follow(factory.project, "nothing", wait=0)
        for tail in ("aa-1", "bb-1"):
            factory.launch(id=f"20261101-120000-{tail}")
        with pytest.raises(Invalid, match="names several"):
            follow(factory.project, "-1", wait=0)


class TestChanged:
    def test_files_that_are_newer_than_what_it_runs_are_named(self, factory: Factory) -> None:
        """It runs what it froze: the card says so, and `show` is the same."""
        factory.pipeline(TWO)
        execution = factory.launch()
        assert follow(factory.project, execution, wait=0).changed == ()
        factory.notebook("report", "print('edited')")
        factory.finish()
        found = follow(factory.project, execution, wait=0)
        assert found.changed == ("report.ipynb",)
        assert "It ran what was frozen when it was asked for; since then report.ipynb changed." in str(found)

    def test_of_a_schedule_it_says_what_to_do(self, factory: Factory) -> None:
        """Until somebody decides to keep what is frozen, or to take the files as they are."""
        factory.pipeline(TWO)
        schedule(factory.project, "retrain", cron="0 6 * * *")
        execution = trigger(factory.project, "retrain").execution
        factory.notebook("report", "print('edited')")
        assert "`%mlops schedule retrain --update`" in str(follow(factory.project, execution, wait=0))
        schedule(factory.project, "retrain", keep=True)
        assert follow(factory.project, execution, wait=0).changed == ()
