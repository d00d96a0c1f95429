from __future__ import annotations

from textwrap import dedent

import pytest

from jupyter_mlops.core.ledger import entries
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.governance import approval
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.conductor import Conductor
from jupyter_mlops.pipelines.durable.launch import Cause
from tests.fakes import FakeClock, FakeTracker
from tests.unit.pipelines.factory import Factory

CHAIN = """
    [parameters]
    n = 3

    [steps.prepare]
    notebook = "prepare.ipynb"
    parameters = { n = "${parameters.n}" }
    outputs = ["rows"]

    [steps.train]
    notebook = "train.ipynb"
    parameters = { rows = "${steps.prepare.outputs.rows}" }

    [steps.report]
    notebook = "report.ipynb"
    needs = ["train"]
"""


class TestOrder:
    def test_a_step_begins_when_what_it_needs_has_succeeded(self, factory: Factory) -> None:
        """One after the other, and at last what is done at the end."""
        factory.pipeline(CHAIN)
        execution = factory.launch()
        assert factory.finish() == ["prepare", "train", "report", "@end"]
        assert factory.account(execution).status == "succeeded"

    def test_steps_that_need_nothing_begin_together(self, factory: Factory) -> None:
        """They are queued at one look."""
        factory.pipeline('[steps.a]\nnotebook = "report.ipynb"\n[steps.b]\nnotebook = "report.ipynb"\n')
        factory.launch()
        factory.conductor.look()
        assert [key.split("/")[1] for key in factory.queue] == ["a", "b"]

    def test_no_more_than_the_pipeline_allows(self, factory: Factory) -> None:
        """`concurrency` bounds the steps at a time."""
        steps = "".join(f'[steps.{name}]\nnotebook = "report.ipynb"\n' for name in "abc")
        factory.pipeline(f"concurrency = 1\n{steps}")
        factory.launch()
        factory.conductor.look()
        assert len(factory.queue) == 1
        assert factory.finish() == ["a", "b", "c", "@end"]

    def test_outputs_reach_the_steps_that_name_them(self, factory: Factory) -> None:
        """With the type they were given."""
        factory.pipeline(CHAIN)
        execution = factory.launch(values={"n": 7})
        factory.finish()
        prepare, *_ = factory.account(execution).steps
        assert prepare.outputs == {"rows": 70}
        run = factory.project.tracker.runs(query="train").runs[0]
        assert run.params["rows"] == "70"

    def test_a_promise_that_is_not_kept_is_a_failure(self, factory: Factory) -> None:
        """The sentence names the output and how to give it."""
        factory.notebook("prepare", "n", parameters="n: int = 1")
        factory.pipeline(CHAIN)
        execution = factory.launch()
        factory.finish()
        assert "promises the output 'rows'" in factory.account(execution).reason


class TestFailure:
    def test_what_needs_a_failed_step_is_skipped(self, factory: Factory) -> None:
        """The others go on, and the execution says which step failed and why."""
        factory.notebook("train", "1/0", parameters="rows: int = 0")
        factory.pipeline(CHAIN)
        execution = factory.launch()
        factory.finish()
        found = factory.account(execution)
        assert factory.statuses(execution) == {"prepare": "succeeded", "train": "failed", "report": "skipped"}
        assert found.status == "failed"
        assert found.reason.startswith("train: in cell [3] (1/0): ZeroDivisionError")

    def test_a_step_is_tried_again_after_a_while(self, factory: Factory) -> None:
        """Not before its back-off is over, each time longer, and no more often than it says."""
        factory.notebook("report", "1/0")
        factory.pipeline(
            '[steps.report]\nnotebook = "report.ipynb"\nretries = { times = 2, backoff_s = 10, factor = 3 }\n'
        )
        execution = factory.launch()
        assert factory.finish() == ["report"]
        for wait_s in (10, 30):
            advance(factory, wait_s - 1)
            assert factory.finish() == []
            advance(factory, 2)
            factory.step()
        assert factory.account(execution).steps[0].attempt == 3
        assert factory.account(execution).status == "failed"

    def test_a_whole_execution_has_a_time_limit(self, factory: Factory) -> None:
        """What has not begun by then never does."""
        factory.pipeline("timeout_s = 60\n" + dedent(CHAIN))
        execution = factory.launch()
        factory.step()
        advance(factory, 120)
        factory.finish()
        assert factory.account(execution).status == "cancelled"
        assert factory.account(execution).reason == "It took longer than 60 s."


class TestDurability:
    def test_a_lost_task_comes_back(self, factory: Factory) -> None:
        """Killed between writing a step down as queued and queueing it: a later look queues it again."""
        factory.pipeline(CHAIN)
        execution = factory.launch()
        factory.conductor.look()
        factory.queue.clear()
        factory._known.clear()
        advance(factory, 61)
        assert factory.finish() == ["prepare", "train", "report", "@end"]
        assert factory.account(execution).status == "succeeded"

    def test_an_interrupted_attempt_is_done_again_and_recorded_once(self, factory: Factory) -> None:
        """Killed in mid-step: the same task performed again takes it over."""
        factory.pipeline(CHAIN)
        execution = factory.launch()
        factory.conductor.look()
        key = factory.queue[0]
        with factory.project.store.write() as connection:
            step = state.StepKey.parse(key)
            state.change_step(connection, step, factory.project.clock.now(), status="running", claim="dead")
        factory.finish()
        assert factory.statuses(execution) == dict.fromkeys(("prepare", "train", "report"), "succeeded")

    def test_who_lost_the_claim_settles_nothing(self, factory: Factory) -> None:
        """A worker that comes back from a long sleep finds its step another's."""
        factory.pipeline('[steps.report]\nnotebook = "report.ipynb"\n')
        execution = factory.launch()

        def stolen(*_: object) -> None:
            with factory.project.store.write() as connection:
                key = state.StepKey(execution, "report", 0, 1)
                state.change_step(connection, key, factory.project.clock.now(), claim="another")

        factory.runner.before = stolen
        factory.step()
        assert factory.statuses(execution) == {"report": "running"}

    def test_a_task_done_twice_is_done_once(self, factory: Factory) -> None:
        """An engine may perform a task again after it came through."""
        factory.pipeline('[steps.report]\nnotebook = "report.ipynb"\n')
        execution = factory.launch()
        key = factory.step()
        runs = len(factory.project.tracker.runs().runs)
        factory.conductor.perform(str(key))
        assert len(factory.project.tracker.runs().runs) == runs
        assert factory.account(execution).steps[0].attempt == 1

    def test_a_stopped_worker_puts_its_step_back(self, factory: Factory) -> None:
        """It counts as no failure, and whoever comes next does it."""
        factory.pipeline('[steps.report]\nnotebook = "report.ipynb"\n')
        execution = factory.launch()
        factory.runner.before = lambda *_: factory.conductor.stop()
        factory.step()
        assert factory.statuses(execution) == {"report": "queued"}
        factory.runner.before = None
        factory.conductor = Conductor(factory.project, factory, worker="next")
        factory.finish()
        assert factory.statuses(execution) == {"report": "succeeded"}

    def test_asked_for_twice_with_one_key_it_runs_once(self, factory: Factory) -> None:
        """The second request answers the first one's execution."""
        factory.pipeline(CHAIN)
        assert factory.launch(key="monday") == factory.launch(key="monday")

    def test_edits_during_the_run_change_nothing(self, factory: Factory) -> None:
        """It runs what was there when it was asked for."""
        factory.pipeline(CHAIN)
        execution = factory.launch()
        factory.notebook("train", "1/0")
        factory.pipeline('[steps.other]\nnotebook = "report.ipynb"\n')
        factory.finish()
        assert factory.account(execution).status == "succeeded"


class TestCancel:
    def test_what_has_not_begun_never_does(self, factory: Factory) -> None:
        """The task that was queued does nothing."""
        factory.pipeline(CHAIN)
        execution = factory.launch()
        factory.conductor.look()
        factory.cancel(execution)
        factory.finish()
        assert set(factory.statuses(execution).values()) == {"cancelled"}
        assert factory.account(execution).status == "cancelled"

    def test_a_running_notebook_is_told(self, factory: Factory) -> None:
        """Within a second its runner hears of it."""
        factory.pipeline(CHAIN)
        execution = factory.launch()
        factory.runner.before = lambda *_: factory.cancel(execution)
        factory.step()
        assert factory.statuses(execution)["prepare"] == "cancelled"


class TestFanOut:
    def test_a_matrix_runs_every_combination(self, factory: Factory) -> None:
        """Each is an item with parameters and outputs of its own; later steps get lists."""
        factory.pipeline(
            """
            [steps.prepare]
            notebook = "prepare.ipynb"
            matrix = { n = [1, 2] }
            outputs = ["rows"]

            [steps.last]
            notebook = "train.ipynb"
            parameters = { rows = "${steps.prepare.outputs.rows.1}" }
            """
        )
        execution = factory.launch()
        factory.finish()
        found = factory.account(execution)
        assert [(step.label, step.outputs.get("rows")) for step in found.steps[:2]] == [
            ("prepare[0]", 10),
            ("prepare[1]", 20),
        ]
        assert factory.project.tracker.runs(query="last").runs[0].params["rows"] == "20"

    @pytest.mark.parametrize(("listed", "expected"), [("[4, 5]", [40, 50]), ("[]", [])])
    def test_a_map_runs_every_item_of_a_list(
        self, factory: Factory, listed: str, expected: list[int]
    ) -> None:
        """Known only when the earlier step has given it; an empty one is no failure."""
        factory.notebook("report", f"give('parts', {listed})")
        factory.pipeline(
            """
            [steps.split]
            notebook = "report.ipynb"
            outputs = ["parts"]

            [steps.prepare]
            notebook = "prepare.ipynb"
            map = { n = "${steps.split.outputs.parts}" }
            outputs = ["rows"]
            """
        )
        execution = factory.launch()
        factory.finish()
        found = factory.account(execution)
        assert found.status == "succeeded"
        assert [step.outputs["rows"] for step in found.steps[1:] if step.outputs] == expected


class TestApproval:
    @pytest.fixture
    def waiting(self, factory: Factory) -> str:
        factory.pipeline(
            """
            [steps.train]
            notebook = "report.ipynb"

            [steps.agree]
            approval = { approvers = 1, expires_days = 2, message = "Serve it?" }
            needs = ["train"]

            [steps.serve]
            notebook = "report.ipynb"
            needs = ["agree"]
            """
        )
        execution = factory.launch()
        factory.finish()
        return execution

    def test_it_waits_without_a_worker(self, factory: Factory, waiting: str) -> None:
        """Nothing is queued, and the card says how to approve."""
        found = factory.account(waiting)
        assert (found.status, factory.queue) == ("waiting", [])
        assert any("approve" in line for line in found.card().next)

    def test_it_goes_on_when_people_agree(self, factory: Factory, waiting: str) -> None:
        """Days later, in another process: all that counts is in the store."""
        step = factory.account(waiting).steps[1]
        with factory.project.store.write() as connection:
            approval.settle(connection, str(step.approval), "approved", now=factory.project.clock.now())
        advance(factory, 3)
        assert factory.finish() == ["serve", "@end"]
        assert factory.account(waiting).status == "succeeded"

    def test_it_fails_when_they_do_not(self, factory: Factory, waiting: str) -> None:
        """Silence counts as no, after a while."""
        advance(factory, 2 * 86_400 + 1)
        factory.finish()
        assert factory.account(waiting).reason == "agree: The approval was expired."

    def test_its_cancellation_takes_the_question_back(self, factory: Factory, waiting: str) -> None:
        """Nobody is asked for what will not happen."""
        factory.cancel(waiting)
        factory.finish()
        asked = str(factory.account(waiting).steps[1].approval)
        with factory.project.store.read() as connection:
            assert approval.state(connection, asked, now=factory.project.clock.now()) == "withdrawn"


class TestRecord:
    def test_the_ledger_says_who_asked_why_and_how_it_ended(self, factory: Factory) -> None:
        """In the name of whoever asked for it."""
        factory.pipeline(CHAIN)
        factory.project.actor = Actor("grace", "jupyter")
        execution = factory.launch(cause=Cause(kind="cron", slot="2026-11-01T06:00:00+00:00"))
        factory.project.actor = Actor("worker", "os")
        factory.finish()
        with factory.project.store.read() as connection:
            last = list(entries(connection))[-1]
        assert (last.actor, last.verb, last.outcome) == ("grace", "run", "ok")
        assert last.arguments["execution"] == execution
        assert len(last.outputs) == 3

    def test_a_run_whose_step_never_named_it_is_closed_too(self, factory: Factory) -> None:
        """The worker died between beginning it and saying so, and the execution was cancelled then."""
        factory.pipeline('[steps.report]\nnotebook = "report.ipynb"\n')
        execution = factory.launch()
        factory.conductor.look()
        begun = factory.project.tracker.start("retrain", key=execution, experiment="shop", tags={})
        with factory.project.store.write() as connection:
            state.change(connection, execution, factory.project.clock.now(), run_id=begun.id)
        factory.cancel(execution)
        factory.finish()
        assert factory.project.tracker.run(begun.ref).status == "killed"

    def test_the_end_is_told_when_the_tracker_is_back(self, factory: Factory) -> None:
        """A tracker that is away then costs nothing but time."""
        factory.pipeline('[steps.report]\nnotebook = "report.ipynb"\n')
        execution = factory.launch()
        factory.step()
        tracker = factory.project.tracker
        assert isinstance(tracker, FakeTracker)
        tracker.is_down = True
        factory.finish()
        tracker.is_down = False
        advance(factory, 70)
        assert factory.finish() == ["@end"]
        assert tracker.run(str(factory.account(execution).run)).status == "finished"


def advance(factory: Factory, seconds: float) -> None:
    clock = factory.project.clock
    assert isinstance(clock, FakeClock)
    clock.advance(seconds)
