from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core.errors import Conflict, Invalid
from jupyter_mlops.pipelines.file.pipeline_file import find_all, name_of, parse, read, shown, write


class TestFindAll:
    def test_hidden_folders_and_environments_have_none(self, tmp_path: Path) -> None:
        """The project's own files, in order."""
        (tmp_path / "env").mkdir()
        (tmp_path / "env/pyvenv.cfg").touch()
        for name in ("b", "jobs/a", ".git/x", "node_modules/x", "env/x", ".mlops/x"):
            path = tmp_path / f"{name}.pipeline.toml"
            path.parent.mkdir(exist_ok=True)
            path.touch()
        (tmp_path / ".pipeline.toml").touch()
        (tmp_path / "gone.pipeline.toml").symlink_to(tmp_path / "nowhere")
        (tmp_path / "out.pipeline.toml").symlink_to("/etc/passwd")
        assert [shown(tmp_path, path) for path in find_all(tmp_path)] == [
            "b.pipeline.toml",
            "jobs/a.pipeline.toml",
        ]
        assert name_of(find_all(tmp_path)[1]) == "a"


class TestRead:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"a = '\xff'", "byte 5 is not UTF-8"),
            (b"a = " + b"[" * 5000, "nested too deeply"),
            (b"a = 1\na = 2", "no TOML"),
        ],
    )
    def test_what_is_no_toml(self, tmp_path: Path, content: bytes, says: str) -> None:
        """One sentence, and no traceback."""
        path = tmp_path / "a.pipeline.toml"
        path.write_bytes(content)
        with pytest.raises(Invalid, match=says):
            parse(read(path))

    def test_line_ends_stay(self, tmp_path: Path) -> None:
        """Windows' too; a byte order mark goes."""
        path = tmp_path / "a.pipeline.toml"
        path.write_bytes(b"\xef\xbb\xbfa = 1\r\n")
        assert read(path) == "a = 1\r\n"


class TestWrite:
    def test_a_change_meanwhile_is_not_lost(self, tmp_path: Path) -> None:
        """The file stays as the other left it, and nothing lies about."""
        path = tmp_path / "a.pipeline.toml"
        write(path, "a = 1\n", None)
        with pytest.raises(Conflict):
            write(path, "a = 2\n", "a = 0\n")
        assert path.read_text() == "a = 1\n"
        assert list(tmp_path.iterdir()) == [path]
