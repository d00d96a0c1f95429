from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable import frozen
from jupyter_mlops.pipelines.file.definition import load
from tests.unit.pipelines.files import write_pipeline, write_tagged


class TestCheckVerbs:
    def test_nothing_is_frozen_that_would_fail_on_the_way(self, project: Project) -> None:
        """A verb that is not there, or takes something else, is told before the first step runs."""
        write_tagged(project, "x = 1")
        text = '[steps.train]\nnotebook = "train.ipynb"\n[steps.last]\nverb = "promote"\nneeds = ["train"]\n'
        write_pipeline(project, text)
        with pytest.raises(
            Invalid, match=r"retrain\.pipeline\.toml: steps\.last\.arguments: promote needs version"
        ):
            frozen.freeze(project, load(project.root, "retrain"))

    def test_a_notebook_is_the_one_beside_the_file(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not another of that name where one happens to stand."""
        write_tagged(project, "right = 1")
        write_tagged(project, "wrong = 1", name="jobs/train.ipynb")
        write_pipeline(project, '[steps.train]\nnotebook = "train.ipynb"\n')
        monkeypatch.chdir(project.root / "jobs")
        kept = frozen.freeze(project, load(project.root, "retrain"))
        assert frozen.thaw(project, kept, "train.ipynb").node.cells[0].source == "right = 1"
