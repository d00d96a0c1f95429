"""A project: found by walking up, made once, and confined to its root."""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from jupyter_mlops.core import ledger
from jupyter_mlops.core.errors import Conflict, NotFound, Unavailable
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project, confined, find

LINE = {
    "at": "2026-11-20T12:00:00+00:00",
    "actor": "ada",
    "source": "os",
    "face": "cli",
    "verb": "x",
    "phase": "outcome",
    "outcome": "ok",
}


class TestFind:
    def test_the_nearest_marked_folder_is_the_project(self, tmp_path: Path) -> None:
        """From a folder below, the project is found above."""
        Project.create(tmp_path)
        deep = tmp_path / "notebooks" / "drafts"
        deep.mkdir(parents=True)
        assert find(deep) == tmp_path

    def test_a_table_in_pyproject_marks_one_too(self, tmp_path: Path) -> None:
        """Settings declare the project before its first use."""
        (tmp_path / "pyproject.toml").write_text("[tool.jupyter-mlops]\n")
        assert Project.open(tmp_path).folder.is_dir()

    def test_a_checkout_does_not_belong_to_what_lies_above_it(self, tmp_path: Path) -> None:
        """The search ends at the root of a git checkout."""
        Project.create(tmp_path)
        checkout = tmp_path / "clone"
        (checkout / ".git").mkdir(parents=True)
        assert find(checkout) is None

    def test_nowhere_is_one_sentence_with_the_way_out(self, tmp_path: Path) -> None:
        """Not a project: says where it looked, and how to make one."""
        (tmp_path / ".git").mkdir()
        with pytest.raises(NotFound, match="is not in a project") as error:
            Project.open(tmp_path)
        assert "init" in error.value.hint


class TestPrepare:
    def test_git_does_not_see_the_state(self, tmp_path: Path) -> None:
        """What is recorded is not source."""
        folder = Project.create(tmp_path).folder
        assert "*" in (folder / ".gitignore").read_text().splitlines()

    def test_processes_may_begin_at_once(self, tmp_path: Path) -> None:
        """Eight kernels start on one fresh folder; all of them find whole tables."""
        context = multiprocessing.get_context("spawn")
        workers = [context.Process(target=_begin, args=(tmp_path / "fresh",)) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        assert [worker.exitcode for worker in workers] == [0] * 8

    def test_a_folder_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        """A file stands where the folder should: one sentence, nothing made."""
        (tmp_path / ".mlops").write_text("in the way")
        with pytest.raises(Unavailable, match="cannot be written"):
            Project.create(tmp_path)


class TestStore:
    def test_a_newer_store_is_not_touched(self, project: Project) -> None:
        """A store made by a newer package says so and names both versions."""
        with project.store.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(Conflict, match=r"9999.*newer"), Project(project.root).store.read():
            pass

    def test_a_broken_store_is_one_sentence(self, project: Project) -> None:
        """A file that is no database is named, not traced."""
        (project.folder / "mlops.db").write_bytes(b"not a database, at all" * 100)
        with pytest.raises(Unavailable, match=r"mlops\.db"), project.store.read():
            pass

    def test_the_tables_are_those_that_the_code_knows(self, project: Project) -> None:
        """What the migrations make is what the features declare."""
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        from jupyter_mlops import catalog
        from jupyter_mlops.core.store import METADATA

        catalog.registry()
        with project.store.read() as connection:
            assert compare_metadata(MigrationContext.configure(connection), METADATA) == []

    def test_a_folder_made_anew_is_written_to(self, project: Project) -> None:
        """Somebody removes .mlops while a kernel has it open; the next line goes where everybody looks."""
        with project.store.write() as connection:
            connection.execute(text("SELECT count(*) FROM ledger"))
        shutil.rmtree(project.folder)
        project.prepare()
        with project.store.write() as connection:
            ledger.append(connection, AuditEvent(**LINE))
        with Project(project.root).store.read() as connection:
            assert ledger.last(connection) == 1


class TestConfined:
    def test_a_file_within_is_found(self, tmp_path: Path) -> None:
        """Paths start at the project's root."""
        (tmp_path / "a.csv").touch()
        assert confined(tmp_path, "a.csv") == tmp_path / "a.csv"

    @pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../secret", "link"])
    def test_a_file_outside_is_not(self, tmp_path: Path, path: str) -> None:
        """Neither dots, nor an absolute path, nor a link leave the root."""
        root = tmp_path / "root"
        root.mkdir()
        (tmp_path / "secret").touch()
        (root / "link").symlink_to(tmp_path / "secret")
        with pytest.raises(NotFound):
            confined(root, path)


def _begin(root: Path) -> None:
    with Project.create(root).store.write() as connection:
        connection.execute(text("SELECT count(*) FROM ledger"))
