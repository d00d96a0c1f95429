from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core.door import enter
from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.ledger import entries
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.pipelines.file.definition import load
from jupyter_mlops.pipelines.pipeline import pipeline
from tests.unit.pipelines.files import write_tagged

CELLS = (
    ("import pandas as pd", "imports"),
    ("trees: int = 100  # how many", "pipeline-parameters"),
    ("frame = pd.read_csv('in.csv')", "step:load"),
    ("model = fit(frame, trees)\n%mlops register model churn", "step:train"),
)


@pytest.fixture
def notebook(project: Project) -> str:
    write_tagged(project, *CELLS, name="nb/train.ipynb")
    return "nb/train.ipynb"


@pytest.fixture
def path(project: Project) -> Path:
    return project.root / "nb/retrain.pipeline.toml"


class TestPlan:
    def test_nothing_is_written_before_it_was_seen(self, project: Project, notebook: str, path: Path) -> None:
        """The plan shows steps, data and the whole file, and the line that writes it."""
        plan = pipeline(project, notebook, "retrain")
        assert not path.exists()
        assert (plan.is_well, plan.is_written) == (True, False)
        shown = plan.card().text()
        assert "nothing is written yet" in shown
        assert "→ version:churn" in shown
        assert '[steps.load]\n  notebook = "train.ipynb"' in shown
        assert plan.card().next == ("%mlops pipeline nb/train.ipynb retrain --write",)

    def test_what_is_written_loads(self, project: Project, notebook: str, path: Path) -> None:
        """Beside the notebook, with the schema that its first line names."""
        plan = pipeline(project, notebook, "retrain", write=True)
        assert plan.text == path.read_text()
        schema = plan.text.splitlines()[0].removeprefix("#:schema ")
        assert (path.parent / schema).resolve() == project.folder / "pipeline.schema.json"
        assert (project.folder / "pipeline.schema.json").exists()
        found = load(project.root, "retrain")
        assert found.step("train").passes == {"frame": "load"}
        assert found.step("load").reads == ("file:nb/in.csv",)
        assert found.values({"trees": "5"}) == {"trees": 5}

    def test_a_second_time_nothing_changes(self, project: Project, notebook: str, path: Path) -> None:
        """The same notebook says the same."""
        pipeline(project, notebook, "retrain", write=True)
        before = path.stat().st_mtime_ns
        plan = pipeline(project, notebook, "retrain", write=True)
        assert (plan.is_changed, plan.is_written, path.stat().st_mtime_ns) == (False, False, before)

    def test_a_changed_notebook_shows_the_difference(self, project: Project, notebook: str) -> None:
        """Line by line."""
        pipeline(project, notebook, "retrain", write=True)
        write_tagged(project, *CELLS[:3], ("model = fit(frame)", "step:train"), name=notebook)
        plan = pipeline(project, notebook, "retrain")
        assert '-parameters = { trees = "${parameters.trees}" }' in plan.diff
        assert not plan.is_edited

    def test_the_file_may_lie_elsewhere(self, project: Project, notebook: str, path: Path) -> None:
        """It is found by its name, and its paths start there."""
        pipeline(project, notebook, "retrain", write=True)
        text = path.read_text().replace('"train.ipynb"', '"nb/train.ipynb"').replace("in.csv", "nb/in.csv")
        path.rename(project.root / path.name).write_text(text)
        assert not pipeline(project, notebook, "retrain").is_changed

    def test_the_ledger_has_it(self, project: Project, notebook: str) -> None:
        """With the notebook that it was inferred from."""
        verb = verb_of(pipeline)
        assert verb is not None
        enter(project, verb, {"notebook": notebook, "name": "retrain", "write": True})
        with project.store.read() as connection:
            (event,) = entries(connection)
        assert (event.verb, event.inputs) == ("pipeline", ("notebook:nb/train.ipynb",))


class TestHands:
    def test_a_hand_is_not_overwritten(self, project: Project, notebook: str, path: Path) -> None:
        """Not without being told to, and then what it wrote stays."""
        pipeline(project, notebook, "retrain", write=True)
        mine = path.read_text().replace(
            "[steps.train]", "# mine\n[steps.train]\nretries = { times = 2 }  # twice"
        )
        path.write_text(mine)
        write_tagged(project, *CELLS, ("print(model)", "step:show"), name=notebook)
        plan = pipeline(project, notebook, "retrain")
        assert plan.card().next == ("%mlops pipeline nb/train.ipynb retrain --write --force",)
        with pytest.raises(Conflict, match="was changed by hand"):
            pipeline(project, notebook, "retrain", write=True)
        assert path.read_text() == mine
        made = pipeline(project, notebook, "retrain", write=True, force=True).text
        assert "# mine\n[steps.train]\nretries = { times = 2 }  # twice\n" in made
        assert "[steps.show]" in made

    def test_a_broken_file_is_left_alone(self, project: Project, notebook: str, path: Path) -> None:
        """It says where it is broken."""
        path.write_text("[steps\n")
        with pytest.raises(Invalid, match=r"retrain\.pipeline\.toml: it is no TOML"):
            pipeline(project, notebook, "retrain", write=True, force=True)
        assert path.read_text() == "[steps\n"

    def test_what_would_not_run_is_told_with_the_plan(
        self, project: Project, notebook: str, path: Path
    ) -> None:
        """Here a step that somebody added."""
        path.write_text('[steps.serve]\nnotebook = "gone.ipynb"\n')
        plan = pipeline(project, notebook, "retrain")
        assert "steps.serve.notebook: No file 'nb/gone.ipynb'" in " ".join(plan.problems)
        assert plan.card().state == "warning"


class TestBadInput:
    @pytest.mark.parametrize(
        ("target", "kind"), [("gone.ipynb", NotFound), ("../gone.ipynb", NotFound), ("nb", Invalid)]
    )
    def test_no_notebook(self, project: Project, notebook: str, target: str, kind: type[Exception]) -> None:
        """Nothing is written."""
        with pytest.raises(kind):
            pipeline(project, target, "retrain", write=True)
        assert not list(project.root.rglob("*.toml"))

    def test_another_language(self, project: Project) -> None:
        """It is said; a file by hand runs such a notebook all the same."""
        path = write_tagged(project, "x <- 1", name="model.ipynb")
        path.write_text(path.read_text().replace('"language": "python"', '"language": "R"'))
        with pytest.raises(Invalid, match="is written in r; only Python is read"):
            pipeline(project, "model.ipynb", "retrain")
