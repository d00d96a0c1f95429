"""Killed, cut off or out of room at any call: every recorded version loads, and the next try succeeds."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import event

from jupyter_mlops.core import disk, durable
from jupyter_mlops.core.errors import MlopsError, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.datasets import datasets
from jupyter_mlops.data.load import load
from jupyter_mlops.data.prune import prune
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions.verify import verify
from tests.fakes import FakeClock, FakeTracker
from tests.unit.data.store.powerloss import VARIANTS, Disk, Op, Watch, build

RANDOM = np.random.default_rng(3)
ROWS = 5_000
FIRST = pd.DataFrame({"value": RANDOM.normal(size=ROWS), "name": [f"n{i % 7}" for i in range(ROWS)]})
SECOND = FIRST.assign(value=np.where(FIRST.index < 50, 0.5, FIRST["value"]), other=RANDOM.normal(size=ROWS))
FORK = get_context("fork")


def opened(root: Path) -> Project:
    """A project at *root*."""
    project = Project(root, clock=FakeClock(), services={"tracker": FakeTracker(FakeClock())})
    project.prepare()
    return project


@dataclass
class Trace:
    """What a second snapshot did to the folder of objects, and the store before and after."""

    objects: Disk
    ops: list[Op]
    before: bytes
    after: bytes

    def states(self) -> Iterator[tuple[int, str, dict[str, bytes | None], bytes]]:
        """Yield every state that a power cut may leave, call by call, with the store of that moment."""
        store = self.before
        for number in range(len(self.ops) + 1):
            if number and self.ops[number - 1].kind == "commit":
                store = self.after
            elif number:
                self.objects.apply(self.ops[number - 1])
            for variant in VARIANTS:
                yield number, variant, self.objects.state(variant, number), store


def database(project: Project) -> bytes:
    """The store as one file."""
    target = project.folder / "copy.db"
    with sqlite3.connect(project.folder / "mlops.db") as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    content = target.read_bytes()
    target.unlink()
    return content


def traced(root: Path) -> Trace:
    """Record a version, then trace the recording of the next."""
    project = opened(root)
    snapshot(project, FIRST, "customers")
    before = Disk.of(project.folder / "objects"), database(project)
    watch = Watch(project.folder / "objects")
    event.listen(project.store.engine, "commit", lambda _: watch.note(Op("commit")))
    with watch.watching():
        snapshot(project, SECOND, "customers")
    ops = watch.ops
    last = max(number for number, op in enumerate(ops) if op.kind == "commit")
    ops = [op for number, op in enumerate(ops) if op.kind != "commit" or number == last]
    return Trace(before[0], ops, before[1], database(project))


def wrong(root: Path, state: dict[str, bytes | None], store: bytes, *, is_recorded: bool) -> list[str]:
    """Rebuild a state, and say what a user would find wrong with it."""
    shutil.rmtree(root, ignore_errors=True)
    (root / ".mlops").mkdir(parents=True)
    build(state, root / ".mlops" / "objects")
    (root / ".mlops" / "mlops.db").write_bytes(store)
    project = opened(root)
    place = project.objects.place
    found = [
        f"half-written: {item}" for item in place.each() if not place.proves(item.digest, item.size_bytes)
    ]
    frames = [FIRST, SECOND] if is_recorded else [FIRST]
    for number, frame in enumerate(frames, 1):
        try:
            pd.testing.assert_frame_equal(load(project, f"customers@{number}"), frame)
        except (MlopsError, AssertionError) as error:
            found.append(f"customers@{number}: {error}")
    try:
        snapshot(project, SECOND, "customers")
        pd.testing.assert_frame_equal(load(project, "customers@2"), SECOND)
    except (MlopsError, AssertionError) as error:
        found.append(f"a retry: {error}")
    return found


def bad_states(trace: Trace, root: Path) -> list[tuple[int, str, list[str]]]:
    """Every state of a trace in which something is wrong; states that look the same are tried once."""
    seen, bad = set(), []
    for number, variant, state, store in trace.states():
        mark = (frozenset(state.items()), store is trace.after)
        if mark not in seen:
            seen.add(mark)
            found = wrong(root, state, store, is_recorded=store is trace.after)
            if found:
                bad.append((number, variant, found))
    assert len(seen) > 20
    return bad


def in_place(self: disk.Disk, content: object, digest: str | None = None) -> str:
    """Write an object where it is to lie."""
    path = self.place(str(digest))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    durable.create(path, content)  # type: ignore[arg-type]
    return str(digest)


def unsynced(handle: int, content: object) -> None:
    """Write a file and sync nothing."""
    for piece in content:  # type: ignore[attr-defined]
        os.write(handle, piece)
    os.close(handle)


@contextmanager
def late(self: disk.Disk) -> Iterator[None]:
    """Hold objects back until the reference is written."""
    held: list[Callable[[], object]] = []
    write, settle = disk.Disk.write, disk.Disk.settle

    def later(self: disk.Disk, content: object, digest: str | None = None) -> str:
        kept = [bytes(piece) for piece in content]  # type: ignore[attr-defined]
        held.append(lambda: write(self, kept, digest))
        held.append(lambda: settle(self, [str(digest)]))
        return str(digest)

    with patch.object(disk.Disk, "write", later), patch.object(disk.Disk, "settle", lambda *_: None):
        yield
    for act in held:
        act()


BUGS = {
    "inplace": lambda: patch.object(disk.Disk, "write", in_place),
    "nofsync": lambda: patch.object(durable, "_fill", unsynced),
    "nodirsync": lambda: patch.object(durable, "sync_folder", lambda _: None),
    "reffirst": lambda: patch.object(disk.Disk, "sharing", late),
    "trustexist": lambda: patch.object(
        disk.Disk, "proves", lambda self, digest, _: self.place(digest).exists()
    ),
}


class TestPowerLoss:
    def test_no_state_is_wrong(self, tmp_path):
        """Whatever the disk forgot, what is recorded loads, and the same snapshot again succeeds."""
        assert bad_states(traced(tmp_path / "a"), tmp_path / "b") == []

    @pytest.mark.parametrize("bug", ["inplace", "nofsync", "nodirsync", "reffirst"])
    def test_the_harness_finds_a_store_that_is_wrong(self, tmp_path, bug):
        """A store with a step left out is caught, else this harness would prove nothing."""
        with BUGS[bug]():
            trace = traced(tmp_path / "a")
            assert bad_states(trace, tmp_path / "b")

    @pytest.mark.parametrize("bug", [None, "trustexist"])
    def test_a_torn_leftover_is_not_trusted(self, tmp_path, bug):
        """An object that is there and damaged is replaced; a store that trusts its name is caught."""
        trace = traced(tmp_path / "a")
        project = opened(tmp_path / "b")
        fresh = sorted({op.to for op in trace.ops if op.kind == "replace"})
        for name in fresh:
            path = project.folder / "objects" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"torn")
        snapshot(project, FIRST, "customers")
        with BUGS[bug]() if bug else nullcontext():
            try:
                snapshot(project, SECOND, "customers")
                is_whole = load(project, "customers@2").equals(SECOND)
            except Unavailable:
                is_whole = False
        assert is_whole == (bug is None)


def calls(root: Path) -> int:
    """How many mutating calls the second snapshot makes."""
    return len([op for op in traced(root).ops if op.kind != "commit"])


class TestKill:
    def test_at_every_call(self, tmp_path):
        """A process that dies at a call leaves the old version or the new one, never anything else."""
        snapshot(opened(tmp_path / "a"), FIRST, "customers")
        for number in range(calls(tmp_path / "count")):
            root = tmp_path / f"at{number}"
            shutil.copytree(tmp_path / "a", root)

            def die(now: int, _kind: str, at: int = number) -> None:
                if now == at:
                    os.kill(os.getpid(), signal.SIGKILL)

            def work(root: Path = root, die: Callable[[int, str], None] = die) -> None:
                with Watch(root / ".mlops" / "objects", die).watching():
                    snapshot(opened(root), SECOND, "customers")

            child = FORK.Process(target=work)
            child.start()
            child.join(60)
            assert child.exitcode == -signal.SIGKILL
            project = opened(root)
            pd.testing.assert_frame_equal(load(project, "customers"), FIRST)
            assert verify(project).is_well
            assert snapshot(project, SECOND, "customers").version == 2
            assert prune(project, grace_hours=0).versions == ()
            pd.testing.assert_frame_equal(load(project, "customers"), SECOND)
            shutil.rmtree(root)


class TestRefusedCall:
    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
    def test_at_every_call(self, tmp_path, code):
        """A call that fails is one sentence; the old state is intact, and it works again afterwards."""
        project = opened(tmp_path / "a")
        snapshot(project, FIRST, "customers")
        copy = tmp_path / "copy"
        shutil.copytree(project.root, copy)
        for number in range(calls(tmp_path / "count")):
            shutil.rmtree(project.root)
            shutil.copytree(copy, project.root)

            left = [number]

            def refuse(now: int, _kind: str, left: list[int] = left) -> None:
                if left == [now]:
                    left.clear()
                    raise OSError(code, os.strerror(code))

            again = opened(project.root)
            with Watch(project.folder / "objects", refuse).watching(), pytest.raises(Unavailable) as caught:
                snapshot(again, SECOND, "customers")
            assert os.strerror(code) in str(caught.value)
            assert datasets(again, "customers").total == 1
            assert not any((project.folder / "objects" / ".partial").iterdir())
            assert snapshot(again, SECOND, "customers").version == 2
            pd.testing.assert_frame_equal(load(again, "customers"), SECOND)
