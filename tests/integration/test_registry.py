"""With the real MLflow: promoters at once in processes of their own, and what somebody did to the store without us."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from jupyter_mlops.core.door import enter
from jupyter_mlops.core.errors import NotFound, Refused
from jupyter_mlops.core.ledger import entries
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.models.evaluate import evaluate
from jupyter_mlops.models.gate import gate
from jupyter_mlops.models.gates.report import GateReport
from jupyter_mlops.models.promote import promote
from jupyter_mlops.models.register import register
from jupyter_mlops.models.safe import check_origin, load_version
from jupyter_mlops.models.trust import trust
from tests.unit.models.conftest import people

GATE = """
[tool.jupyter-mlops.gates.champion]
data = "holdout@1"
target = "left"
checks = [{check = "metric", name = "accuracy", at_least = 0.5}]
"""
CHEAP_GATE = """
[tool.jupyter-mlops.gates.champion]
checks = [{check = "size", mb = 1}]
"""
PROMOTE = """
import os, sys
from pathlib import Path
from jupyter_mlops.core.door import enter
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.models.promote import promote
import mlflow.store.tracking.sqlalchemy_store, mlflow.store.model_registry.sqlalchemy_store

def said(version):
    try:
        return b"moved " if enter(Project.open(Path(sys.argv[1])), verb_of(promote), {"version": version}).is_changed else b"there "
    except MlopsError as error:
        return error.code.encode() + b" "

gate, opener = os.pipe()
for version in sys.argv[2:]:
    if os.fork() == 0:
        os.close(opener)
        os.read(gate, 1)
        os.write(1, said(version))
        os._exit(0)
os.close(opener)
sys.exit(sum(os.waitstatus_to_exitcode(os.wait()[1]) != 0 for _ in sys.argv[2:]))
"""


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A project with a guarded alias and two versions of churn."""
    root = tmp_path / "shop"
    Project(root).prepare()
    (root / "pyproject.toml").write_text(GATE)
    project = Project.open(root)
    snapshot(project, people(600, 1), "holdout")
    for strength in (0.1, 1.0):
        table = people(400, 2)
        model = LogisticRegression(C=strength).fit(table[["age", "income"]], table["left"])
        register(project, model, "churn")
    return project


def client(project: Project) -> object:
    tracker = project.tracker
    assert isinstance(tracker, MlflowTracker)
    return tracker._client


class TestAtOnce:
    def test_two_processes_leave_one_truth(self, shop: Project) -> None:
        """Each moves it in its turn or hears of the other; the ledger's last word is where the alias points."""
        (shop.root / "pyproject.toml").write_text(CHEAP_GATE)
        program = [sys.executable, "-c", PROMOTE, str(shop.root), "churn@1", "churn@2"]
        said = subprocess.run(program, capture_output=True, text=True, check=True).stdout.split()
        assert len(said) == 2
        assert set(said) <= {"moved", "conflict"}
        assert "moved" in said
        with shop.store.read() as connection:
            moved = [item for item in entries(connection) if item.verb == "promote" and item.outcome == "ok"]
        assert moved[-1].outputs == (f"version:{shop.tracker.resolve('churn@champion').ref}",)


class TestOutside:
    def test_a_version_whose_run_was_deleted_is_judged_all_the_same(self, shop: Project) -> None:
        """Its files are there still; what is kept with the run is kept nowhere, and that is said."""
        run = shop.tracker.run(str(shop.tracker.resolve("churn@2").run))
        client(shop).delete_run(run.id)  # type: ignore[attr-defined]
        report = gate(shop, "churn@2")
        assert isinstance(report, GateReport)
        assert (report.verdict, report.run) == ("passed", None)
        found = evaluate(shop, "churn@2", "holdout@1", target="left")
        assert (found.rows, found.kept_in) == (600, None)
        assert "kept nowhere: the version's run is gone" in str(found)

    def test_a_deleted_version_is_not_promoted(self, shop: Project) -> None:
        """One sentence that says what there is."""
        client(shop).delete_model_version("churn", "2")  # type: ignore[attr-defined]
        with pytest.raises(NotFound, match="no version '2'"):
            promote(shop, "churn@2")

    def test_a_pickle_of_somebody_else_is_never_loaded(self, shop: Project, tmp_path: Path) -> None:
        """Loading it would run whatever it holds."""
        marker = tmp_path / "ran"
        _put(shop, _Trap(str(marker)), tmp_path / "foreign", "pickle")
        marker.unlink(missing_ok=True)  # MLflow reads back what it saves
        with pytest.raises(
            Refused, match=r"foreign@1: It is not signed\. It is a pickle, which may run any code"
        ):
            _call(shop, evaluate, version="foreign@1", data="holdout@1", target="left")
        assert not marker.exists()
        with shop.store.read() as connection:
            assert list(entries(connection))[-1].outcome == "refused"

    def test_a_consent_lets_these_very_files_be_loaded(self, shop: Project, tmp_path: Path) -> None:
        """In each of MLflow's forms; another byte, and they are refused again."""
        model = make_pipeline(FunctionTransformer(people), LinearRegression())
        for number, form in enumerate(("pickle", "cloudpickle", "skops"), 1):
            folder = tmp_path / form
            _put(shop, model, folder, form)
            version = shop.tracker.resolve(f"foreign@{number}")
            digest = check_origin(shop, version).digest
            with pytest.raises(Refused, match="Nobody vouches") as caught:
                load_version(shop, version)
            assert f"trust foreign@{number} {digest[:16]}" in caught.value.hint
            _call(shop, trust, version=version.ref, digest=digest, why="ticket 12")
            assert type(load_version(shop, version)) is type(model)
            with (folder / "MLmodel").open("a") as file:
                file.write("\n")
            assert check_origin(shop, version).status == "unknown"


def _call(project: Project, function: Callable[..., object], **arguments: object) -> object:
    verb = verb_of(function)
    assert verb is not None
    return enter(project, verb, arguments)


def _put(project: Project, model: object, folder: Path, form: str) -> None:
    """Register a model as somebody does who knows nothing of us."""
    import mlflow

    types = ["tests.unit.models.conftest.people"] if form == "skops" else None
    mlflow.sklearn.save_model(
        model, str(folder), serialization_format=form, skops_trusted_types=types, pip_requirements=[]
    )
    held = client(project)
    with suppress(mlflow.exceptions.MlflowException):
        held.create_registered_model("foreign")  # type: ignore[attr-defined]
    held.create_model_version("foreign", folder.as_uri())  # type: ignore[attr-defined]


class _Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (self.path, "w")
