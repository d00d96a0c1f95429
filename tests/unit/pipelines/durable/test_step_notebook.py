from __future__ import annotations

import pytest
from pydantic import JsonValue

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.step_notebook import notebook_of, passed_to
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.file.definition import load
from tests.unit.pipelines.files import write_pipeline, write_tagged

TEXT = """
[steps.load]
notebook = "train.ipynb"
cells = "load"
outputs = ["frame"]
[steps.train]
notebook = "train.ipynb"
cells = "train"
passes = { frame = "load" }
[steps.whole]
notebook = "train.ipynb"
outputs = ["auc"]
"""


@pytest.fixture
def sources(project: Project) -> dict[str, list[str]]:
    """The sources of the cells that each step runs."""
    cells = ("import os", "imports"), ("a = 1", "pipeline-parameters"), "b = 2", ("frame = a", "step:load")
    write_tagged(project, *cells, ("fit(frame)", "step:train"), ("auc = 1", "skip"))
    write_pipeline(project, TEXT)
    definition = load(project.root, "retrain")
    notebook = document.find(project.root, "train.ipynb")
    passed: dict[str, JsonValue] = {"frame": 3}
    made = [
        notebook_of(notebook, definition, step, passed if step.passes else {}) for step in definition.steps
    ]
    assert all("parameters" in item.node.cells[1].metadata["tags"] for item in made[:2])
    return {
        step.name: [cell.source for cell in item.node.cells]
        for step, item in zip(definition.steps, made, strict=True)
    }


class TestNotebookOf:
    def test_a_step_has_its_own_cells_after_the_shared_ones(self, sources: dict[str, list[str]]) -> None:
        """Kale's parameters are one cell, as papermill wants them; then what it takes, its cells, what it gives."""
        assert sources["train"] == [
            "import os",
            "a = 1\nb = 2",
            "# Taken over from earlier steps\nframe = 3",
            "fit(frame)",
        ]
        assert sources["load"][:3] == ["import os", "a = 1\nb = 2", "frame = a"]
        assert sources["load"][3].endswith("_passing.give('retrain.load', globals(), 'frame')")

    def test_a_whole_notebook_gives_its_outputs_too(self, sources: dict[str, list[str]]) -> None:
        """It runs as it is, and one cell more."""
        assert sources["whole"][:6] == ["import os", "a = 1", "b = 2", "frame = a", "fit(frame)", "auc = 1"]
        assert "_passing.give('retrain.whole'" in sources["whole"][6]


class TestPassedTo:
    def test_it_is_what_the_steps_gave(self, project: Project, sources: dict[str, list[str]]) -> None:
        """A step that has not given it is named."""
        step = load(project.root, "retrain").step("train")
        scope: dict[str, JsonValue] = {"steps": {"load": {"outputs": {"frame": {"$": "x@1", "is": "table"}}}}}
        assert passed_to(step, scope) == {"frame": {"$": "x@1", "is": "table"}}
        with pytest.raises(Invalid, match="load has not given 'frame'"):
            passed_to(step, {"steps": {"load": {"outputs": {}}}})
