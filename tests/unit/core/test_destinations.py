"""destinations: a folder, a git repository, an object store, a command."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pytest

from jupyter_mlops.core import destinations
from jupyter_mlops.core.checkpoint import Checkpoint
from jupyter_mlops.core.errors import Conflict, Invalid, Refused, Unavailable
from jupyter_mlops.core.project import Project
from tests.unit.core.faulty_s3 import FaultyS3


def made(size: int, note: str = "") -> Checkpoint:
    return Checkpoint(size, datetime(2026, 11, 1, tzinfo=UTC), note or f"note of {size}\n", (), ())


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a bare repository, with one commit pushed."""
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "clone")
    folder = tmp_path / "clone"
    (folder / "README").write_text("Checkpoints.\n")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=ada", "-c", "user.email=ada@x", "commit", "--quiet", "-m", "Begin")
    git(folder, "push", "--quiet", "-u", "origin", "HEAD")
    return folder


class TestFolder:
    def test_what_was_written_reads_back_in_order(self, project: Project, tmp_path: Path) -> None:
        """By size, and nothing else that lies there."""
        for size in (100, 20, 3):
            destinations.send(project, "../elsewhere", made(size))
        (tmp_path / "elsewhere" / "notes.md").write_text("mine")
        assert destinations.read(project, "../elsewhere") == ["note of 3\n", "note of 20\n", "note of 100\n"]

    def test_what_was_written_is_never_replaced(self, project: Project) -> None:
        """The same once more is well; another of the same size is another history."""
        destinations.send(project, "../elsewhere", made(3))
        destinations.send(project, "../elsewhere", made(3))
        with pytest.raises(Conflict, match="another checkpoint of 3 lines"):
            destinations.send(project, "../elsewhere", made(3, "forged"))
        assert destinations.read(project, "../elsewhere") == ["note of 3\n"]

    def test_a_copy_beside_the_original_is_none(self, project: Project) -> None:
        """Whoever can write the one can write the other."""
        with pytest.raises(Invalid, match="lies in"):
            destinations.send(project, ".mlops/copies", made(1))


class TestGit:
    def test_it_is_committed_and_pushed_and_nothing_else_is(
        self, project: Project, clone: Path, tmp_path: Path
    ) -> None:
        """What somebody has staged there stays staged."""
        (clone / "draft").write_text("mine")
        git(clone, "add", "draft")
        destinations.send(project, f"git+{clone}", made(7))
        assert git(tmp_path / "origin.git", "ls-tree", "-r", "--name-only", "HEAD").split() == [
            "README",
            "checkpoint-000000000007.txt",
        ]
        assert git(clone, "status", "--porcelain").split() == ["A", "draft"]
        assert destinations.read(project, f"git+{clone}") == ["note of 7\n"]

    def test_a_push_that_failed_is_made_up_for(self, project: Project, clone: Path, tmp_path: Path) -> None:
        """Committed here is not yet elsewhere."""
        (tmp_path / "origin.git").rename(tmp_path / "away.git")
        with pytest.raises(Unavailable):
            destinations.send(project, f"git+{clone}", made(7))
        (tmp_path / "away.git").rename(tmp_path / "origin.git")
        destinations.send(project, f"git+{clone}", made(7))
        assert "checkpoint-000000000007.txt" in git(
            tmp_path / "origin.git", "ls-tree", "-r", "--name-only", "HEAD"
        )

    def test_nobody_s_hooks_run(self, project: Project, clone: Path, tmp_path: Path) -> None:
        """A repository that somebody sent runs no program of theirs."""
        for name in ("pre-commit", "commit-msg", "post-commit", "pre-push"):
            hook = clone / ".git" / "hooks" / name
            hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
            hook.chmod(0o755)
        destinations.send(project, f"git+{clone}", made(7))
        assert not (tmp_path / "ran").exists()

    def test_a_folder_without_git_says_so(self, project: Project, tmp_path: Path) -> None:
        """The file is there, and its commit is made up for once there is a repository."""
        with pytest.raises(Unavailable, match="git failed"):
            destinations.send(project, f"git+{tmp_path / 'plain'}", made(7))


class TestUrl:
    def test_an_object_each(self, project: Project) -> None:
        """Through fsspec, whatever the store."""
        url = f"memory://bucket-{id(project)}/shop"
        for size in (2, 1, 2):
            destinations.send(project, url, made(size))
        assert destinations.read(project, url) == ["note of 1\n", "note of 2\n"]
        with pytest.raises(Conflict):
            destinations.send(project, url, made(2, "forged"))

    def test_a_store_that_hangs_is_given_up(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """Clients of object stores wait for minutes."""
        import threading

        never = threading.Event()
        monkeypatch.setattr(destinations, "_WAIT_S", 0.05)
        monkeypatch.setattr(fsspec.core, "url_to_fs", lambda _: never.wait(30))
        with pytest.raises(Unavailable, match="no answer for"):
            destinations.read(project, "memory://x")
        never.set()


class TestBucket:
    def test_a_real_endpoint_keeps_them(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """Over HTTP as S3 speaks it: a bucket, an object each, and none replaced."""
        server = FaultyS3()
        said = {"ENDPOINT_URL": server.url, "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret"}
        for name, value in (said | {"DEFAULT_REGION": "us-east-1"}).items():
            monkeypatch.setenv(f"AWS_{name}", value)
        try:
            fsspec.filesystem("s3", skip_instance_cache=True).mkdir("audit")
            assert destinations.newest(project, "s3://audit/shop") is None
            for size in (2, 1, 2):
                destinations.send(project, "s3://audit/shop", made(size))
            assert destinations.read(project, "s3://audit/shop") == ["note of 1\n", "note of 2\n"]
            assert destinations.newest(project, "s3://audit/shop") == "note of 2\n"
            with pytest.raises(Conflict, match="another checkpoint of 2 lines"):
                destinations.send(project, "s3://audit/shop", made(2, "forged"))
        finally:
            server.stop()


class TestCommand:
    def test_it_reads_the_note(
        self, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As a mail's body, without a shell."""
        place = f"command:tee '{tmp_path}/a mail; x'"
        monkeypatch.setenv("JUPYTER_MLOPS_CHECKPOINT_COPY", f'["{place}"]')
        destinations.send(Project(project.root), place, made(7))
        assert (tmp_path / "a mail; x").read_text() == "note of 7\n"

    def test_a_project_s_own_command_is_not_run(self, project: Project, tmp_path: Path) -> None:
        """Whoever sends a project would run it here."""
        place = f"command:touch {tmp_path}/ran"
        (project.root / "pyproject.toml").write_text(f"[tool.jupyter-mlops]\ncheckpoint_copy = ['{place}']\n")
        with pytest.raises(Refused, match=r"pyproject.toml is not run"):
            destinations.send(Project(project.root), place, made(7))
        assert not (tmp_path / "ran").exists()

    @pytest.mark.parametrize("line", ["false", "no-such-program", "sh -c 'echo full >&2; exit 3'"])
    def test_one_that_fails_says_how(
        self, project: Project, monkeypatch: pytest.MonkeyPatch, line: str
    ) -> None:
        """Its last words."""
        monkeypatch.setenv("JUPYTER_MLOPS_CHECKPOINT_COPY", f'["command:{line}"]')
        with pytest.raises(Unavailable, match=r"failed with 1|does not answer|failed with 3: full"):
            destinations.send(Project(project.root), f"command:{line}", made(7))
