"""init: one folder becomes a project, once."""

from __future__ import annotations

from pathlib import Path

from jupyter_mlops.core import door, keys, ledger
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.project.init import Initialised, init


class TestInit:
    def test_it_makes_the_folder_and_says_what_comes_next(self, tmp_path: Path) -> None:
        """The first time it is new; the ledger's first line says who made it."""
        project = Project(tmp_path)
        found = verb_of(init)
        assert found is not None
        answer = door.enter(project, found, {})
        assert isinstance(answer, Initialised)
        assert answer.is_new
        assert "snapshot" in str(answer)
        with project.store.read() as connection:
            assert [event.verb for event in ledger.entries(connection)] == ["init"]

    def test_twice_is_harmless(self, tmp_path: Path) -> None:
        """It says that it is one already, and changes nothing."""
        project = Project(tmp_path)
        found = verb_of(init)
        assert found is not None
        door.enter(project, found, {})
        answer = door.enter(Project(tmp_path), found, {})
        assert isinstance(answer, Initialised)
        assert not answer.is_new
        assert "already" in str(answer)

    def test_it_makes_the_key_that_signs_the_ledger(self, project: Project) -> None:
        """The public half is shown, to be kept elsewhere; the second time it is the same."""
        first, again = init(project), init(project)
        signer = keys.load(project)
        assert signer is not None
        assert first.key == again.key == str(signer.public)
        assert str(signer.public) in str(first)

    def test_a_key_that_others_have_is_not_asked_for(self, project: Project) -> None:
        """A project may be made where nobody signs."""
        (project.root / "pyproject.toml").write_text("[tool.jupyter-mlops]\ncheckpoint_key = 'env:GONE'\n")
        assert init(project).key is None
