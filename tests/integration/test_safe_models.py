"""With the real MLflow: what somebody wrote into a model's files is found before anything of them is loaded."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlparse

import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier

from jupyter_mlops.core.door import enter
from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.experiments.record import record
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.models.card import card
from jupyter_mlops.models.evaluate import evaluate
from jupyter_mlops.models.passport.check import check
from jupyter_mlops.models.passport.form import encode
from jupyter_mlops.models.passport.write import passport
from jupyter_mlops.models.register import register
from jupyter_mlops.models.safe import check_origin, load_version
from tests.unit.experiments.cells import PlainCell

FIT = """
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
X, y = load_iris(return_X_y=True, as_frame=True)
forest = RandomForestClassifier(n_estimators=3, random_state=0).fit(X, y)
"""


@pytest.fixture
def here(tmp_path: Path) -> Project:
    """A project with one recorded and registered forest."""
    project = Project(tmp_path / "shop")
    project.prepare()
    project._services["tracker"] = MlflowTracker(project)
    cell = PlainCell(FIT)
    record(project, cell, "fit")
    verb = verb_of(register)
    assert verb is not None
    enter(project, verb, {"model": cell.namespace["forest"], "name": "iris"})
    return project


def folder_of(project: Project) -> Path:
    """Where MLflow keeps the model's files."""
    source = project.tracker._client.get_model_version_download_uri("iris", "1")  # type: ignore[attr-defined]
    return Path(urlparse(source).path)


class TestOrigin:
    def test_a_registered_model_is_signed_and_loads(self, here: Project) -> None:
        """Every file that MLflow keeps of it."""
        version = here.tracker.resolve("iris@1")
        found = check_origin(here, version)
        assert (found.status, found.files) == ("signed", len(list(here.tracker.model_files(version))))
        assert found.files >= 4
        assert isinstance(load_version(here, version), RandomForestClassifier)
        assert check_origin(here, version).status == "signed"

    def test_loading_it_with_mlflow_alters_nothing(self, here: Project) -> None:
        """MLflow leaves a note of its own beside the model, as the example pipelines see when they load it."""
        from mlflow.store.artifact.models_artifact_repo import REGISTERED_MODEL_META_FILE_NAME

        (folder_of(here) / REGISTERED_MODEL_META_FILE_NAME).write_text(
            "model_name: iris\nmodel_version: '1'\n"
        )
        assert check_origin(here, here.tracker.resolve("iris@1")).status == "signed"

    def test_each_altered_file_is_named(self, here: Project) -> None:
        """The model, and what describes it."""
        version = here.tracker.resolve("iris@1")
        for path in sorted(item for item in folder_of(here).rglob("*") if item.is_file()):
            content = path.read_bytes()
            path.write_bytes(content + b"\n")
            found = check_origin(here, version)
            assert (found.status, path.name in found.reason) == ("altered", True)
            path.write_bytes(content)
        assert check_origin(here, version).status == "signed"

    def test_files_added_and_lost_refuse_the_load(self, here: Project) -> None:
        """A module beside the model is code, too."""
        (folder_of(here) / "sitecustomize.py").write_text("")
        with pytest.raises(Refused, match=r"sitecustomize\.py was added"):
            load_version(here, here.tracker.resolve("iris@1"))

    def test_a_folder_that_is_gone(self, here: Project) -> None:
        """It is said to be so, and not loaded."""
        folder = folder_of(here)
        folder.rename(folder.with_name("elsewhere"))
        assert check_origin(here, here.tracker.resolve("iris@1")).status == "altered"


class TestStory:
    def test_what_evaluate_found_is_on_the_card_and_in_the_passport(self, here: Project) -> None:
        """The whole way, with nobody typing anything twice."""
        table = load_iris(as_frame=True).frame
        evaluate(here, "iris@1", table, target="target")
        found = card(here, "iris@1")
        evaluation = next(section for section in found.sections if section.key == "evaluation")
        assert evaluation.gap == ""
        assert "accuracy" in {row[0] for row in evaluation.rows}
        assert "pipeline_tag" in found.metadata
        made = passport(here, "iris@1")
        assert check(encode(made.model_dump()), folder=folder_of(here)).flaws == ()
