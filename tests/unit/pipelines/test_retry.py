from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Conflict, Invalid, Refused
from jupyter_mlops.pipelines.retry import retry
from jupyter_mlops.pipelines.run import run
from tests.unit.pipelines.factory import Factory

CHAIN = """
    [steps.prepare]
    notebook = "prepare.ipynb"

    [steps.train]
    notebook = "train.ipynb"
    needs = ["prepare"]
"""


@pytest.fixture
def failed(factory: Factory) -> str:
    """An execution whose second step failed."""
    factory.notebook("train", "1/0")
    factory.pipeline(CHAIN)
    execution = factory.launch()
    factory.finish()
    return execution


class TestRetry:
    def test_it_goes_on_at_the_failed_step(self, factory: Factory, failed: str) -> None:
        """With the notebook as it was mended; what succeeded is not done again."""
        factory.notebook("train", "print('mended')")
        found = retry(factory.project, failed)
        assert found.status == "succeeded"
        assert [(step.name, step.attempt) for step in found.steps] == [("prepare", 1), ("train", 2)]

    def test_a_single_notebook(self, factory: Factory) -> None:
        """It is an execution like any other, in the same run."""
        factory.notebook("alone", "1/0")
        with pytest.raises(Invalid):
            run(factory.project, "alone.ipynb")
        factory.notebook("alone", "print(1)")
        assert retry(factory.project).status == "succeeded"
        assert [one.status for one in factory.project.tracker.runs().runs] == ["finished"]

    def test_it_may_be_left_to_a_worker(self, factory: Factory, failed: str) -> None:
        """Then it answers at once."""
        factory.notebook("train", "print('mended')")
        assert retry(factory.project, failed, detach=True).status == "queued"
        assert factory.finish() == ["train", "@end"]

    def test_from_the_start(self, factory: Factory, failed: str) -> None:
        """Every step is done again, whatever changed."""
        factory.notebook("train", "print('mended')")
        factory.notebook("prepare", "print('other')")
        found = retry(factory.project, failed, from_start=True)
        assert [step.attempt for step in found.steps] == [2, 2]

    def test_it_fails_again(self, factory: Factory, failed: str) -> None:
        """With the same sentence, and can be tried once more."""
        with pytest.raises(Invalid, match="retrain failed at train in cell"):
            retry(factory.project, failed)
        assert factory.account(failed).status == "failed"


class TestRefusal:
    def test_an_earlier_notebook_changed(self, factory: Factory, failed: str) -> None:
        """Its result does not hold any more; nothing is touched."""
        factory.notebook("prepare", "print('other')")
        with pytest.raises(Refused, match=r"prepare.ipynb has changed since prepare succeeded"):
            retry(factory.project, failed)
        assert factory.account(failed).status == "failed"

    def test_the_pipeline_changed(self, factory: Factory, failed: str) -> None:
        """It is another pipeline now."""
        factory.pipeline(CHAIN.replace("needs", "timeout_s = 5\n    needs"))
        with pytest.raises(Refused, match="has changed since"):
            retry(factory.project, failed)

    def test_nothing_failed(self, factory: Factory) -> None:
        """A conflict, that says how it stands."""
        factory.pipeline(CHAIN)
        factory.launch()
        with pytest.raises(Conflict, match="is queued"):
            retry(factory.project)
