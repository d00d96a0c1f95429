"""An execution is a run of the tracker, and its steps are runs within it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import JsonValue

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.core.verb import Registry
from jupyter_mlops.pipelines.file.vocabulary import registry_of
from jupyter_mlops.pipelines.retry import retry
from tests.fakes import FakeClock
from tests.unit.pipelines.factory import Factory

VERBS = """
[parameters]
alias = "champion"
[steps.judge]
verb = "gate"
arguments = {version = "churn@2", to = "${parameters.alias}"}
[steps.promote]
verb = "promote"
needs = ["judge"]
arguments = {version = "churn@2", note = "judged in ${steps.judge.outputs.duration_s} s"}
"""


class Judged(Record):
    duration_s: float = 1.5
    version: str = "churn@2"


class Calls:
    """Answer verbs, each after ten seconds; what is in `refused` fails."""

    def __init__(self, clock: FakeClock, registry: Registry) -> None:
        self.registry = registry
        self.refused: set[str] = set()
        self._clock = clock

    def call(self, project: Project, verb: str, arguments: Mapping[str, JsonValue]) -> Record:
        """Answer a verb."""
        self._clock.advance(10)
        if verb in self.refused:
            raise Refused("auc is 0.6, below 0.8.", hint="Train it better.")
        return Judged()


@pytest.fixture
def calls(factory: Factory) -> Calls:
    clock = factory.project.clock
    assert isinstance(clock, FakeClock)
    made = Calls(clock, registry_of(factory.project))
    factory.project._services["caller"] = made
    return made


def within(factory: Factory, execution: str) -> dict[str, Run]:
    """Return the runs within an execution's, by name."""
    tracker = factory.project.tracker
    outer = tracker.run(str(factory.account(execution).run))
    return {run.name: run for run in tracker.runs().runs if run.tags.get("jupyter_mlops.parent") == outer.id}


def whole(factory: Factory, execution: str) -> Run:
    return factory.project.tracker.run(str(factory.account(execution).run))


@pytest.mark.usefixtures("calls")
class TestVerbs:
    def test_an_execution_of_verbs_only_is_a_run_too(self, factory: Factory) -> None:
        """With the parameters it was given, and the time it took."""
        factory.pipeline(VERBS)
        execution = factory.launch(values={"alias": "challenger"})
        factory.finish()
        found = whole(factory, execution)
        assert (found.name, found.status, found.params) == ("retrain", "finished", {"alias": "challenger"})
        assert found.duration_s == 20

    def test_each_step_is_a_run_within_it(self, factory: Factory) -> None:
        """With its arguments as they were filled, its numbers, and its own time."""
        factory.pipeline(VERBS)
        execution = factory.launch()
        factory.finish()
        found = within(factory, execution)
        judge, promote = found["judge"], found["promote"]
        assert (judge.status, judge.metrics, judge.duration_s) == ("finished", {"duration_s": 1.5}, 10)
        assert judge.params == {"version": "churn@2", "to": "champion"}
        assert promote.params["note"] == "judged in 1.5 s"
        assert promote.started_at >= judge.started_at

    def test_the_execution_names_its_steps_runs(self, factory: Factory) -> None:
        """Whoever reads it goes from a step to its run."""
        factory.pipeline(VERBS)
        execution = factory.launch()
        factory.finish()
        found = within(factory, execution)
        assert {step.name: step.run for step in factory.account(execution).steps} == {
            name: run.ref for name, run in found.items()
        }

    def test_a_step_that_failed_says_why(self, factory: Factory, calls: Calls) -> None:
        """What waited for it never began, and has none."""
        calls.refused.add("gate")
        factory.pipeline(VERBS)
        execution = factory.launch()
        factory.finish()
        (judge,) = within(factory, execution).values()
        assert (judge.status, judge.tags["jupyter_mlops.reason"]) == ("failed", "auc is 0.6, below 0.8.")
        assert whole(factory, execution).status == "failed"

    def test_another_try_is_another_run(self, factory: Factory, calls: Calls) -> None:
        """The first try's stays as it was."""
        calls.refused.add("gate")
        factory.pipeline(VERBS)
        execution = factory.launch()
        factory.finish()
        calls.refused.clear()
        retry(factory.project, execution, detach=True)
        factory.finish()
        tracker = factory.project.tracker
        tries = [run.status for run in tracker.runs().runs if run.name == "judge"]
        assert sorted(tries) == ["failed", "finished"]
        assert whole(factory, execution).status == "finished"

    def test_an_argument_that_is_not_there_stays_as_written(self, factory: Factory) -> None:
        """The step failed for it."""
        factory.pipeline(VERBS.replace("outputs.duration_s", "outputs.run"))
        execution = factory.launch()
        factory.finish()
        assert (
            within(factory, execution)["promote"].params["note"] == "judged in ${steps.judge.outputs.run} s"
        )


class TestOthers:
    def test_the_execution_is_a_run_with_its_notebooks_within(self, factory: Factory) -> None:
        """All are closed at its end; parameters are the pipeline's."""
        factory.pipeline("""
            [parameters.n]
            type = "int"
            default = 3
            [steps.prepare]
            notebook = "prepare.ipynb"
            [steps.train]
            notebook = "train.ipynb"
            needs = ["prepare"]
        """)
        execution = factory.launch()
        factory.finish()
        outer = whole(factory, execution)
        assert (outer.name, outer.status, outer.params["n"]) == ("retrain", "finished", "3")
        inner = within(factory, execution)
        assert {name: run.status for name, run in inner.items()} == {
            "prepare": "finished",
            "train": "finished",
        }

    def test_what_people_were_asked_is_a_step_like_any(self, factory: Factory) -> None:
        """It was cancelled while it waited."""
        factory.pipeline('[steps.agree]\napproval = {message = "Go on?"}\n')
        execution = factory.launch()
        factory.step()
        factory.cancel(execution)
        factory.finish()
        assert within(factory, execution)["agree"].status == "killed"

    def test_what_never_began_is_no_run(self, factory: Factory) -> None:
        """It was cancelled before anybody came to it."""
        factory.pipeline(VERBS)
        execution = factory.launch()
        factory.cancel(execution)
        factory.finish()
        assert factory.account(execution).run is None
        assert not factory.project.tracker.runs().runs
