from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from jupyter_mlops.pipelines.running.inside.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(str(tmp_path / "objects"), 1000, lambda piece: b"secret" in piece)


class TestShelf:
    def test_what_is_put_is_found_under_its_digest(self, shelf: Shelf, tmp_path: Path) -> None:
        """For the owner's eyes only."""
        name, size = shelf.put(b"content", lambda _: None)
        assert (name, size) == (hashlib.sha256(b"content").hexdigest(), 7)
        assert shelf.get(name) == b"content"
        assert (tmp_path / "objects" / name).stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "objects").stat().st_mode & 0o777 == 0o700

    def test_the_same_takes_room_once(self, shelf: Shelf) -> None:
        """Also when another process has put it."""
        for _ in range(5):
            shelf.put(b"x" * 900, lambda _: None)
        assert shelf._total == 900

    @pytest.mark.parametrize(("content", "why"), [(b"x" * 1001, "no room"), (b"a secret", "holds a secret")])
    def test_what_does_not_belong_there(self, shelf: Shelf, tmp_path: Path, content: bytes, why: str) -> None:
        """Nothing of it is left."""
        with pytest.raises(OSError, match=why):
            shelf.put(content, lambda _: None)
        assert list((tmp_path / "objects").iterdir()) == []

    def test_a_full_disk(self, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Leaves no half of it."""

        def full(_from: str, _to: str) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.replace", full)
        with pytest.raises(OSError, match="No space"):
            shelf.put(b"content", lambda _: None)
        assert list((tmp_path / "objects").iterdir()) == []

    def test_damage_is_found(self, shelf: Shelf, tmp_path: Path) -> None:
        """A flipped bit, or another file of the same name."""
        name, _ = shelf.put(b"content", lambda _: None)
        (tmp_path / "objects" / name).write_bytes(b"contenT")
        with pytest.raises(OSError, match="damaged"):
            shelf.get(name)
