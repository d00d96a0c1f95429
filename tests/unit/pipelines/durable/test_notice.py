from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.pipelines.durable.notice import Notice
from tests.unit.pipelines.factory import Factory

PIPELINE = """
    [notify]
    on = ["failure", "recovery", "approval"]
    to = ["env:OPS_URL"]

    [steps.report]
    notebook = "report.ipynb"
"""


class Carrier:
    """A notifier that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Notice] = []
        self.is_down = False

    def send(self, notice: Notice) -> None:
        """Keep it."""
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
        factory.pipeline(PIPELINE.replace('notebook = "report.ipynb"', "approval = {}"))
        factory.launch()
        factory.finish()
        factory.finish()
        assert [sent.event for sent in carrier.sent] == ["approval"]
        assert "mlops approve" in carrier.sent[0].body

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
