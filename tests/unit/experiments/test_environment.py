"""The environment is exact, and quick to tell."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.environment import (
    Environment,
    environment,
    modules_of,
    parts,
    requirements_for,
)


class TestEnvironment:
    def test_it_is_what_pip_says(self, project: Project) -> None:
        """Every distribution with its version, as `pip freeze --all` lists them."""
        command = [sys.executable, "-m", "pip", "freeze", "--all"]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        pinned = {line for line in said.splitlines() if "==" in line and line[0] != "#"}
        assert pinned <= set(environment(project).packages)

    def test_it_is_remembered_on_disk(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second process reads one file instead of hundreds."""
        from jupyter_mlops.experiments import environment as module

        found = environment(project)
        module._cached.cache_clear()
        module._installed.cache_clear()
        monkeypatch.setattr(module, "_read", lambda: pytest.fail("It was read anew."))
        assert environment(project) == found

    def test_a_new_distribution_is_noticed(
        self, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An installation changes a folder of the import path."""
        place = tmp_path / "site"
        place.mkdir()
        monkeypatch.syspath_prepend(str(place))
        before = environment(project)
        info = place / "churn_tools-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: churn-tools\nVersion: 1.2\n")
        assert set(environment(project).packages) - set(before.packages) == {"churn-tools==1.2"}
        assert environment(project).digest != before.digest

    def test_a_saved_file_is_no_installation(
        self, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A notebook's folder is on the import path too, and changes all the time."""
        from jupyter_mlops.experiments import environment as module

        place = tmp_path / "site"
        place.mkdir()
        monkeypatch.syspath_prepend(str(place))
        found = environment(project)
        (place / "churn.csv").write_text("a\n1\n")
        monkeypatch.setattr(module, "_read", lambda: pytest.fail("It was read anew."))
        assert environment(project) == found

    def test_a_torn_cache_is_read_anew(self, project: Project) -> None:
        """A half-written file costs time, nothing else."""
        from jupyter_mlops.experiments import environment as module

        found = environment(project)
        for file in (project.folder / "cache").iterdir():
            file.write_text("{")
        module._cached.cache_clear()
        module._installed.cache_clear()
        assert environment(project) == found

    def test_another_project_of_this_process_reads_nothing(
        self, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is installed is the process', not the project's."""
        from jupyter_mlops.experiments import environment as module

        found = environment(project)
        monkeypatch.setattr(module, "_read", lambda: pytest.fail("It was read anew."))
        assert environment(Project.create(tmp_path / "other")) == found

    def test_it_reads_as_a_requirements_file(self) -> None:
        """Pins, and as comments what a pin cannot say."""
        known = Environment(python="3.12.1", platform="Linux", packages=("a==1", "b==2"))
        assert known.requirements == "# python 3.12.1\n# Linux\na==1\nb==2\n"


class TestRequirements:
    def test_they_are_the_pins_of_what_the_estimator_holds(self, project: Project) -> None:
        """scikit-learn and what it stands on; pandas when it was fitted on a table."""
        import pandas as pd
        from sklearn.linear_model import LinearRegression

        bare = LinearRegression().fit([[1.0], [2.0]], [1, 2])
        table = LinearRegression().fit(pd.DataFrame({"a": [1.0, 2.0]}), [1, 2])
        expected = {f"{name}=={version(name)}" for name in ("numpy", "scikit-learn", "scipy", "skops")}
        assert set(requirements_for(bare, project)) == expected
        assert set(requirements_for(table)) == {*expected, f"pandas=={version('pandas')}"}

    def test_a_type_deep_within_counts(self) -> None:
        """A step of a pipeline brings its own package."""
        from fractions import Fraction

        from sklearn.pipeline import make_pipeline

        class Step:
            inner = None

        step = Step()
        step.inner = {"rate": [Fraction(1, 2)]}  # type: ignore[assignment]
        assert "fractions" in modules_of(make_pipeline(step))

    def test_a_circle_ends(self) -> None:
        """What holds itself is walked once."""
        circle: list[object] = [object()]
        circle.append(circle)
        assert len(list(parts(circle))) == 2
