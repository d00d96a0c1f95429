from __future__ import annotations

from pathlib import Path

from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.injection import with_parameters
from tests.notebooks.builder import write_notebook


class TestInjection:
    def test_after_the_parameters_cell(self, tmp_path: Path) -> None:
        """Values as literals, secrets by reference; the notebook itself stays as it is."""
        notebook = document.read(
            write_notebook(tmp_path / "a.ipynb", "1", parameters="n = 1\nkey = ''"), "a.ipynb"
        )
        made = with_parameters(notebook.node, {"n": 2}, {"key": "env:KEY"})
        assert [cell.id for cell in made.cells] == ["parameters", "injected-parameters", "cell-0"]
        assert made.cells[1].source == (
            "# Parameters\nn = 2\nkey = __import__(\"_jupyter_mlops\").secret('env:KEY')"
        )
        assert len(notebook.node.cells) == 2

    def test_instead_of_an_earlier_one(self, tmp_path: Path) -> None:
        """A notebook that papermill has made can be run again; without a parameters cell it comes first."""
        notebook = document.read(write_notebook(tmp_path / "a.ipynb", "1"), "a.ipynb")
        once = with_parameters(notebook.node, {"n": 2})
        twice = with_parameters(once, {"n": 3})
        assert [cell.source for cell in twice.cells] == ["# Parameters\nn = 3", "1"]
        assert with_parameters(notebook.node, {}) == notebook.node
