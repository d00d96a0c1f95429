"""A cell run for its value: in a namespace of its own, as often as wanted."""

from __future__ import annotations

from pathlib import Path

from jupyter_mlops.faces.cell import NotebookCell
from jupyter_mlops.faces.script import Script
from tests.faces.shell import Notebook


class TestNotebookCell:
    def test_it_reads_the_notebooks_variables_and_changes_none(self, notebook: Notebook) -> None:
        """What it binds is told, and stays out."""
        notebook.say("base = 40")
        found = NotebookCell(notebook, "base = base + 1\nmade = base + extra\nmade", None).evaluate(
            {"extra": 1}
        )
        assert (found.value, found.names["made"], found.names["base"]) == (42, 42, 41)
        assert (notebook.user_ns["base"], "made" in notebook.user_ns) == (40, False)

    def test_it_shows_nothing_of_its_own(self, notebook: Notebook) -> None:
        """The value is no output of the notebook."""
        before = len(notebook.displays)
        NotebookCell(notebook, "6 * 7", None).evaluate({})
        assert len(notebook.displays) == before

    def test_the_users_error_is_kept_with_the_users_frames(self, notebook: Notebook) -> None:
        """Ours are not among them; neither is anything raised."""
        found = NotebookCell(notebook, "def f(): return 1 / 0\nf()", None).evaluate({})
        assert isinstance(found.error, ZeroDivisionError)
        assert "evaluation.py" not in found.traceback

    def test_what_is_no_python_is_an_error_too(self, notebook: Notebook) -> None:
        """Kept as any other."""
        assert isinstance(NotebookCell(notebook, "a = = 1", None).evaluate({}).error, SyntaxError)

    def test_names_can_be_bound(self, notebook: Notebook) -> None:
        """They are variables then."""
        NotebookCell(notebook, "", None).bind({"best": 3})
        assert notebook.say("best") == 3


class TestScript:
    def test_its_last_assignment_is_its_value(self, tmp_path: Path) -> None:
        """As in a cell."""
        (tmp_path / "score.py").write_text("score: float = extra * 2\n")
        assert Script(tmp_path / "score.py", tmp_path).evaluate({"extra": 4}).value == 8

    def test_its_error_is_kept(self, tmp_path: Path) -> None:
        """And one of its syntax."""
        for source, kind in (("1 / 0", ZeroDivisionError), ("a = = 1", SyntaxError)):
            (tmp_path / "bad.py").write_text(source)
            assert isinstance(Script(tmp_path / "bad.py", tmp_path).evaluate({}).error, kind)

    def test_without_a_value_there_is_none(self, tmp_path: Path) -> None:
        """A loop at the end gives nothing."""
        (tmp_path / "loop.py").write_text("for n in range(3): pass")
        assert Script(tmp_path / "loop.py", tmp_path).evaluate({}).value is None
