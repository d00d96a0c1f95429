"""One verb verifies what is kept, and what a stranger was handed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from jupyter_mlops.core import keys
from jupyter_mlops.core.errors import Invalid, NoProject, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.models.passport.write import write_passport
from jupyter_mlops.models.register import register
from jupyter_mlops.project.verify import verify


@pytest.fixture
def file(project: Project) -> Path:
    """A passport in the project's folder."""
    register(project, LogisticRegression().fit(np.arange(8.0).reshape(4, 2), [0, 1, 0, 1]), "churn")
    path = project.root / "churn.passport.json"
    write_passport(project, "churn@1", path)
    return path


class TestVerify:
    def test_snapshots_are_verified_as_ever(self, project: Project) -> None:
        """A reference, or nothing at all, means what is kept."""
        snapshot(project, pd.DataFrame({"a": [1]}), "customers")
        found = verify(project, "customers@1")
        assert (found.versions, found.is_well, found.passport) == (1, True, None)
        assert "All snapshots are whole" in str(verify(project))

    def test_a_passport_is_told_by_being_a_file(self, project: Project, file: Path) -> None:
        """The same word checks it."""
        found = verify(project, file.name)
        assert found.passport is not None
        assert (found.is_well, found.passport.version) == (True, "churn@1")

    def test_the_expected_key_is_given_as_an_option(self, project: Project, file: Path) -> None:
        """Another key fails."""
        assert not verify(project, file.name, key=str(keys.fresh().public)).is_well

    def test_a_damaged_passport_is_not_well(self, project: Project, file: Path) -> None:
        """The card says what does not hold, and the command line exits with 1."""
        file.write_bytes(file.read_bytes().replace(b"LogisticRegression", b"LogisticRegressioN"))
        found = verify(project, file.name)
        assert not found.is_well
        assert "Do not trust" in str(found)

    def test_a_file_that_is_not_there(self, project: Project) -> None:
        """It is said to be so."""
        with pytest.raises(NotFound):
            verify(project, "nobody.json")

    def test_a_key_needs_a_passport(self, project: Project) -> None:
        """Snapshots have no signature of their own."""
        with pytest.raises(Invalid, match="passport"):
            verify(project, "customers@1", key="k")


class TestAnywhere:
    def test_snapshots_need_a_project(self, tmp_path: Path) -> None:
        """And nothing is made on the way to saying so."""
        with pytest.raises(NoProject):
            verify(Project(tmp_path))
        assert list(tmp_path.iterdir()) == []

    def test_a_passport_needs_none(self, file: Path, tmp_path: Path) -> None:
        """A stranger's machine has the file and this package, nothing else of ours."""
        folder = tmp_path / "stranger"
        folder.mkdir()
        (folder / file.name).write_bytes(file.read_bytes())
        own = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER_MLOPS")}
        command = [sys.executable, "-m", "jupyter_mlops", "verify", file.name]
        done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "The passport of churn@1 holds" in done.stdout
        assert [path.name for path in folder.iterdir()] == [file.name]
