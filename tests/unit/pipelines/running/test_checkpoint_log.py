from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core.errors import Refused
from jupyter_mlops.pipelines.running.checkpoint_log import Log, project_key

KEY = bytes(32)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    made = Log(tmp_path / "step", KEY)
    made.start([{"cell": 0}])
    made.append({"cell": 1})
    return made


def lines(tmp_path: Path) -> Path:
    return tmp_path / "step" / "cells.jsonl"


class TestLog:
    def test_what_was_written_is_read(self, log: Log, tmp_path: Path) -> None:
        """In order, and for nobody else."""
        assert Log(tmp_path / "step", KEY).read() == [{"cell": 0}, {"cell": 1}]
        assert lines(tmp_path).stat().st_mode & 0o777 == 0o600

    def test_it_goes_on_after_reading(self, log: Log, tmp_path: Path) -> None:
        """A resumed run adds its own."""
        again = Log(tmp_path / "step", KEY)
        again.read()
        again.append({"cell": 2})
        assert len(Log(tmp_path / "step", KEY).read()) == 3

    def test_a_torn_end_is_left_out(self, log: Log, tmp_path: Path) -> None:
        """The runner was killed while it wrote."""
        content = lines(tmp_path).read_bytes()
        lines(tmp_path).write_bytes(content + content[:50])
        assert len(Log(tmp_path / "step", KEY).read()) == 2

    @pytest.mark.parametrize(
        "change",
        [
            lambda content: content.replace(b'"cell":1', b'"cell":7'),
            lambda content: content.split(b"\n")[1] + b"\n",
            lambda content: content + content.split(b"\n")[0] + b"\n",
        ],
    )
    def test_a_foreign_hand_is_refused(self, log: Log, tmp_path: Path, change: object) -> None:
        """A line changed, removed, or repeated."""
        lines(tmp_path).write_bytes(change(lines(tmp_path).read_bytes()))  # type: ignore[operator]
        with pytest.raises(Refused, match="was not written by this project"):
            Log(tmp_path / "step", KEY).read()

    def test_another_projects_is_refused(self, log: Log, tmp_path: Path) -> None:
        """Its pickles are foreign."""
        with pytest.raises(Refused):
            Log(tmp_path / "step", b"1" * 32).read()

    def test_none_yet(self, tmp_path: Path) -> None:
        """Is empty."""
        assert Log(tmp_path / "none", KEY).read() == []


class TestKey:
    def test_it_is_made_once(self, tmp_path: Path) -> None:
        """For the owner alone."""
        key = project_key(tmp_path)
        assert len(key) == 32
        assert project_key(tmp_path) == key
        assert (tmp_path / "checkpoint.key").stat().st_mode & 0o777 == 0o600
