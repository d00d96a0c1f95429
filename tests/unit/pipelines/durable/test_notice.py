from __future__ import annotations

import threading

import pytest

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.pipelines.durable import notice, state
from jupyter_mlops.pipelines.durable.conductor import Conductor
from jupyter_mlops.pipelines.durable.notice import Notice
from tests.unit.pipelines.factory import Factory

PIPELINE = """
    [notify]
    on = ["failure", "recovery", "approval"]
    to = ["env:OPS_URL"]

    [steps.report]
    notebook = "report.ipynb"
"""
QUESTION = PIPELINE.replace('notebook = "report.ipynb"', "approval = {}")


class Carrier:
    """A notifier that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Notice] = []
        self.is_down = False
        self.gate = threading.Event()
        self.gate.set()

    def send(self, notice: Notice) -> None:
        """Keep it, once the gate is open."""
        self.gate.wait(5)
        if self.is_down:
            raise Unavailable("No network.", hint="Mend it.")
        self.sent.append(notice)


@pytest.fixture
def carrier(factory: Factory) -> Carrier:
    made = Carrier()
    factory.project._services["notifier"] = made
    return made


def run(factory: Factory, source: str) -> None:
    factory.notebook("report", source)
    factory.pipeline(PIPELINE)
    factory.launch()
    factory.finish()
    factory.project.clock.advance(60)  # type: ignore[attr-defined]


class TestNotice:
    def test_a_failure_is_told_once(self, factory: Factory, carrier: Carrier) -> None:
        """With the sentence that says why."""
        run(factory, "1/0")
        (sent,) = carrier.sent
        assert (sent.event, sent.title) == ("failure", "retrain failed")
        assert "ZeroDivisionError" in sent.body

    def test_a_recovery_is_told_and_a_success_is_not(self, factory: Factory, carrier: Carrier) -> None:
        """Only the first success after a failure is news, unless success is asked for."""
        for source in ("print(1)", "1/0", "print(1)", "print(1)"):
            run(factory, source)
        assert [sent.event for sent in carrier.sent] == ["failure", "recovery"]

    def test_that_people_are_waited_for_is_told(self, factory: Factory, carrier: Carrier) -> None:
        """With the line to type."""
        factory.pipeline(QUESTION)
        execution = factory.launch()
        factory.finish()
        factory.finish()
        factory.conductor.finish_telling()
        assert [sent.event for sent in carrier.sent] == ["approval"]
        assert "mlops approve" in carrier.sent[0].body
        assert factory.account(execution).steps[0].reason == "env:OPS_URL was told."

    def test_a_slow_notifier_holds_up_no_look(self, factory: Factory, carrier: Carrier) -> None:
        """People are told beside it: the look is over while the notice is still on its way."""
        carrier.gate.clear()
        factory.pipeline(QUESTION)
        execution = factory.launch()
        factory.conductor.look()
        assert factory.account(execution).status == "waiting"
        assert carrier.sent == []
        carrier.gate.set()
        factory.conductor.finish_telling()
        assert len(carrier.sent) == 1

    def test_a_worker_that_dies_before_it_told_leaves_it_to_another(
        self, factory: Factory, carrier: Carrier
    ) -> None:
        """Not at once, since the first may be on its way; and once told, nobody tells again."""
        factory.pipeline(QUESTION)
        factory.launch()
        factory.conductor.stop()
        factory.conductor.look()
        for passed_s, told in ((5, 0), (60, 1), (120, 1)):
            factory.project.clock.advance(passed_s)  # type: ignore[attr-defined]
            other = Conductor(factory.project, factory, worker="there")
            other.look()
            other.finish_telling()
            assert len(carrier.sent) == told

    def test_an_end_is_told_twice_rather_than_never(
        self, factory: Factory, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A worker that dies before it has closed the execution leaves that, and the telling, to another."""
        factory.notebook("report", "1/0")
        factory.pipeline(PIPELINE)
        execution = factory.launch()

        def die(*_: object) -> bool:
            raise KeyboardInterrupt

        monkeypatch.setattr(state, "close", die)
        with pytest.raises(KeyboardInterrupt):
            factory.finish()
        monkeypatch.undo()
        factory.project.clock.advance(61)  # type: ignore[attr-defined]
        factory.finish()
        assert [sent.execution for sent in carrier.sent] == [execution, execution]
        factory.project.clock.advance(61)  # type: ignore[attr-defined]
        assert factory.finish() == []

    def test_the_step_says_that_nobody_could_be_told(self, factory: Factory, carrier: Carrier) -> None:
        """Whoever looks at the execution sees that a person is waited for who knows nothing of it."""
        carrier.is_down = True
        factory.pipeline(QUESTION)
        execution = factory.launch()
        factory.conductor.look()
        factory.conductor.finish_telling()
        assert factory.account(execution).steps[0].reason == "Nobody was told: No network."

    def test_a_notifier_that_hangs_is_not_waited_for(self, factory: Factory, carrier: Carrier) -> None:
        """The end of an execution is closed without it."""
        carrier.gate.clear()
        sent = Notice(event="failure", title="t", body="b", execution="e", pipeline="p", to=("env:OPS_URL",))
        said = notice.tell(factory.project, sent, patience_s=0.01)
        carrier.gate.set()
        assert said == "Nobody was told: env:OPS_URL took longer than 0.01 s."

    def test_a_notifier_that_is_away_fails_nothing(self, factory: Factory, carrier: Carrier) -> None:
        """The execution ends as it would have."""
        carrier.is_down = True
        run(factory, "print(1)")
        run(factory, "1/0")
        assert carrier.sent == []

    def test_secrets_are_masked(self, factory: Factory, carrier: Carrier) -> None:
        """What a cell raised may hold one."""
        run(factory, "raise ValueError('password=hunter22')")
        assert "hunter22" not in str(carrier.sent)
