"""Objects are whole, durable and what they are called, whatever happens meanwhile."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import stat
import tempfile
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.objects import Objects

CONTENT = b"customers" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FORK = get_context("fork")


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    """An empty store."""
    return Objects(tmp_path / "objects")


def files(folder: Path) -> list[Path]:
    """Every file under *folder*, temporary ones included."""
    return [path for path in folder.rglob("*") if path.is_file()]


def in_a_child(act: Callable[[], object]) -> str:
    """Run *act* in another process and return what it raised."""
    answers = FORK.SimpleQueue()

    def run() -> None:
        try:
            act()
            answers.put("nothing raised")
        except Unavailable as error:
            answers.put(str(error))

    child = FORK.Process(target=run)
    child.start()
    child.join(20)
    assert child.exitcode == 0
    return str(answers.get())


class TestPut:
    def test_the_name_is_the_content(self, objects):
        """The address is the SHA-256 of the bytes, and the bytes come back."""
        assert objects.put(CONTENT) == DIGEST
        assert objects.get(DIGEST) == CONTENT

    def test_a_stream_is_as_good_as_bytes(self, objects):
        """What is too large for memory goes in by stream."""
        assert objects.put(io.BytesIO(CONTENT)) == objects.put(CONTENT)

    def test_an_object_is_written_once(self, objects):
        """Equal content is one file, which is not touched again."""
        objects.put(CONTENT)
        before = objects.path(DIGEST).stat()
        objects.put(CONTENT)
        after = objects.path(DIGEST).stat()
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)

    def test_an_object_is_read_only(self, objects):
        """Nobody writes to a kept object by accident."""
        objects.put(CONTENT)
        assert stat.S_IMODE(objects.path(DIGEST).stat().st_mode) == 0o444

    @pytest.mark.parametrize("torn", [b"", CONTENT[:100], b"x" * len(CONTENT)])
    def test_a_torn_leftover_is_replaced(self, objects, torn):
        """A file of the right name is not trusted for its name, nor for its size."""
        path = objects.path(DIGEST)
        path.parent.mkdir(parents=True)
        path.write_bytes(torn)
        objects.put(CONTENT)
        assert objects.get(DIGEST) == CONTENT

    def test_nothing_but_the_object_is_left(self, objects, tmp_path):
        """Temporary files are gone afterwards."""
        objects.put(CONTENT)
        assert files(tmp_path) == [objects.path(DIGEST)]

    def test_the_order_that_survives_a_power_cut(self, objects, monkeypatch):
        """The file is synced, then renamed, then its folders are synced, again too when it is found there."""
        done: list[str] = []
        sync, rename = os.fsync, Path.replace

        def fsync(handle: int) -> None:
            done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
            sync(handle)

        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(Path, "replace", lambda path, to: (done.append("rename"), rename(path, to)))
        objects.put(CONTENT)
        objects.put(CONTENT)
        assert done == ["file", "rename", *["folder"] * 6]

    def test_every_writer_of_one_object_succeeds(self, objects):
        """Processes that keep the same bytes at once do not disturb each other."""
        children = [FORK.Process(target=objects.put, args=(CONTENT,)) for _ in range(4)]
        for child in children:
            child.start()
        for child in children:
            child.join(20)
        assert [child.exitcode for child in children] == [0] * 4
        assert objects.get(DIGEST) == CONTENT


class TestTrouble:
    def test_a_full_disk_leaves_nothing(self, objects, tmp_path):
        """When the room ends in the middle, one sentence says so and no file stays."""

        def fill() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            objects.put(CONTENT)

        assert "cannot be written: File too large. Check the disk's room" in in_a_child(fill)
        assert files(tmp_path) == []

    def test_a_stream_that_breaks_leaves_nothing(self, objects, tmp_path):
        """A source that fails in the middle makes no object."""

        class Broken(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                if self.tell():
                    raise OSError(5, "Input/output error")
                return super().read(10)

        with pytest.raises(Unavailable, match="Input/output error"):
            objects.put(Broken(CONTENT))
        assert files(tmp_path) == []

    def test_a_read_only_folder_is_named(self):
        """Where nothing may be written, one sentence names the folder."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            folder.chmod(0o555)

            def put() -> None:
                if os.geteuid() == 0:
                    os.setuid(65534)  # root may write anywhere
                Objects(folder / "objects").put(CONTENT)

            assert f"{folder / 'objects'} cannot be written: Permission denied." in in_a_child(put)
            assert files(folder) == []
            folder.chmod(0o755)

    def test_a_flipped_bit_is_seen(self, objects):
        """Every single damaged byte makes the object unreadable, never different."""
        digest = objects.put(b"abcdef")
        path = objects.path(digest)
        path.chmod(0o644)
        for position in range(6):
            content = bytearray(b"abcdef")
            content[position] ^= 1
            path.write_bytes(content)
            with pytest.raises(Unavailable, match=f"Object {digest[:12]} is damaged"):
                objects.get(digest)

    def test_a_missing_object_is_named(self, objects):
        """A lost file is said to be lost, and where it should lie."""
        with pytest.raises(Unavailable, match=f"{DIGEST[:12]} cannot be read: No such file.*{DIGEST[2:]}"):
            objects.get(DIGEST)


class TestHolds:
    def test_only_what_is_whole(self, objects):
        """Size and digest both have to fit."""
        assert not objects.holds(DIGEST, len(CONTENT))
        objects.put(CONTENT)
        assert objects.holds(DIGEST, len(CONTENT))
        assert not objects.holds(DIGEST, len(CONTENT) + 1)
