"""demo: refuses to write over anything; the whole walk is run by `make demo` and tests/docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.core.project import Project
from jupyter_mlops.project.demo import NOTEBOOK, bundled, demo


class TestDemo:
    def test_a_folder_with_other_things_is_left_alone(
        self, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It says so, and how to name another."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "thesis.ipynb").write_text("precious")
        with pytest.raises(Conflict, match="holds other things"):
            demo(project, folder="mine")
        assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.ipynb"]

    def test_its_notebook_is_bundled(self) -> None:
        """The package finds its example wherever it is installed."""
        assert bundled(NOTEBOOK).is_file()
