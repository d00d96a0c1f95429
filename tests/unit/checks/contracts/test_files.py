"""A contract's file is written whole, and never over somebody's change."""

from __future__ import annotations

import pytest

from jupyter_mlops.checks.contracts import files
from jupyter_mlops.core.errors import Conflict, Invalid


class TestLocate:
    def test_a_name_is_no_path(self, project):
        """It stays in the project."""
        assert files.locate(project, "shop").name == "shop.contract.toml"
        with pytest.raises(Invalid, match="is not a name"):
            files.locate(project, "../shop")


class TestRead:
    @pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 10_000_001])
    def test_what_is_no_text_is_said(self, tmp_path, content):
        """Bytes of a picture, or a table by that name."""
        path = tmp_path / "shop.contract.toml"
        path.write_bytes(content)
        with pytest.raises(Invalid):
            files.read(path)

    def test_none_is_none(self, tmp_path):
        """It need not exist."""
        assert files.read(tmp_path / "shop.contract.toml") is None


class TestWrite:
    def test_nothing_is_left_beside_it(self, tmp_path):
        """Neither a temporary file nor half a contract."""
        path = tmp_path / "shop.contract.toml"
        files.write(path, "a = 1", None)
        files.write(path, "a = 2", "a = 1")
        assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [(path.name, "a = 2")]

    def test_somebodys_change_is_kept(self, tmp_path):
        """What was written meanwhile is looked at first."""
        path = tmp_path / "shop.contract.toml"
        path.write_text("# mine")
        with pytest.raises(Conflict, match="changed meanwhile"):
            files.write(path, "a = 2", "a = 1")
        assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [(path.name, "# mine")]
