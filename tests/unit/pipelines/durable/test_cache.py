from __future__ import annotations

import shutil

import pandas as pd
import pytest

from jupyter_mlops.data.snapshot import snapshot
from tests.unit.pipelines.factory import Factory

PIPELINE = """
    [parameters]
    n = 3

    [steps.prepare]
    notebook = "prepare.ipynb"
    parameters = { n = "${parameters.n}" }
    outputs = ["rows"]
    reads = ["snapshot:customers@latest", "file:rates.csv"]
    cache = true

    [steps.train]
    notebook = "train.ipynb"
    parameters = { rows = "${steps.prepare.outputs.rows}" }
"""


@pytest.fixture
def ran(factory: Factory) -> Factory:
    """A project in which the pipeline has run once."""
    (factory.project.root / "rates.csv").write_text("EUR,1\n")
    snapshot(factory.project, pd.DataFrame({"id": [1]}), "customers")
    factory.pipeline(PIPELINE)
    factory.launch()
    factory.finish()
    return factory


def again(factory: Factory, **values: object) -> dict[str, str]:
    execution = factory.launch(values=values)
    factory.finish()
    return factory.statuses(execution)


class TestCache:
    def test_an_equal_step_stands_for_it(self, ran: Factory) -> None:
        """Its outputs go on to later steps, and it says whose they are."""
        ran.runner.job = None
        execution = ran.launch()
        ran.step()
        assert ran.runner.job is None
        prepare = ran.account(execution).steps[0]
        assert (prepare.status, prepare.outputs) == ("cached", {"rows": 30})
        assert prepare.reason.startswith("As in ")

    def test_what_differs_is_run(self, ran: Factory) -> None:
        """Another value, notebook, file or snapshot."""
        project = ran.project
        assert again(ran)["prepare"] == "cached"
        assert again(ran, n=4)["prepare"] == "succeeded"
        (project.root / "rates.csv").write_text("EUR,2\n")
        assert again(ran)["prepare"] == "succeeded"
        snapshot(project, pd.DataFrame({"id": [2]}), "customers")
        assert again(ran)["prepare"] == "succeeded"
        ran.notebook("prepare", "give('rows', n * 100)", parameters="n: int = 1")
        assert again(ran)["prepare"] == "succeeded"
        assert again(ran)["prepare"] == "cached"

    def test_what_failed_never_stands(self, ran: Factory) -> None:
        """Nor does what lost its notebook."""
        shutil.rmtree(ran.project.folder / "runs")
        assert again(ran)["prepare"] == "succeeded"
        ran.notebook("prepare", "1/0", parameters="n: int = 1")
        assert again(ran)["prepare"] == "failed"
        assert again(ran)["prepare"] == "failed"

    def test_other_steps_run_always(self, ran: Factory) -> None:
        """Only who says `cache = true` is spared."""
        assert again(ran)["train"] == "succeeded"
