"""Prune removes what nobody needs, and never what somebody may."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing import get_context

import pandas as pd
import pytest

from jupyter_mlops.core import door, ledger, lock
from jupyter_mlops.core.disk import Disk
from jupyter_mlops.core.errors import Conflict, NotFound, Refused, Unavailable
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.datasets import datasets
from jupyter_mlops.data.load import load
from jupyter_mlops.data.prune import prune
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.sources import scratch
from jupyter_mlops.data.versions.verify import verify

FRAME = pd.DataFrame({"id": range(3_000), "name": [f"n{i}" for i in range(3_000)]})
FORK = get_context("fork")


@pytest.fixture
def later(monkeypatch):
    """Return what moves the clock of objects on by hours."""

    def on(hours: float) -> None:
        monkeypatch.setattr(Disk, "now", lambda _: time.time() + hours * 3600)

    return on


@pytest.fixture
def aged(project):
    """Return what makes the temporary files of the project two days old."""

    def make() -> None:
        moment = time.time() - 48 * 3600
        for path in scratch.folder_of(project).iterdir():
            os.utime(path, (moment, moment))

    return make


def orphan(project: Project) -> str:
    """An object that no version needs."""
    return project.objects.put(b"nobody")


class TestPrune:
    def test_what_nobody_needs_goes_after_a_day(self, project, later):
        """A young orphan is spared, an old one goes, versions stay."""
        snapshot(project, FRAME, "customers")
        digest = orphan(project)
        young = prune(project)
        assert (young.objects, young.young) == (0, 1)
        later(25)
        assert prune(project).objects == 1
        assert project.objects.find(digest) is None
        assert verify(project).is_well

    def test_leftovers_of_dead_writers_go_too(self, project, later):
        """A temporary file is removed when no writer can be at it any more."""
        snapshot(project, FRAME, "customers")
        left = project.folder / "objects" / ".partial" / "abc"
        left.write_bytes(b"half")
        assert prune(project).leftovers == 0
        later(25)
        assert prune(project).leftovers == 1
        assert not left.exists()

    def test_a_download_that_was_killed_goes_too(self, project, aged):
        """Once it is old, and nobody holds it."""

        def die() -> None:
            held = scratch.Room(scratch.folder_of(project))
            (held.downloads / "0.csv").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)

        child = FORK.Process(target=die)
        child.start()
        child.join(20)
        assert prune(project).leftovers == 0
        aged()
        assert (prune(project, dry_run=True).leftovers, prune(project).leftovers) == (1, 1)
        assert list(scratch.folder_of(project).iterdir()) == []

    def test_a_download_in_use_stays(self, project, aged):
        """However old it is, until nobody holds it; so does a run that waits for the tracker."""
        held = scratch.Room(scratch.folder_of(project))
        place = held.downloads
        waiting = scratch.folder_of(project) / "run"
        waiting.mkdir()
        aged()
        assert prune(project).leftovers == 0
        assert place.is_dir()
        assert waiting.is_dir()
        del held
        assert not place.exists()

    def test_a_run_that_was_never_kept_whole_goes(self, project, aged):
        """What a killed process left of it; one that is being kept right now stays."""
        left = scratch.folder_of(project) / f"{scratch.FRESH}abc"
        left.mkdir(parents=True)
        (left / "file-0").write_bytes(b"half")
        assert prune(project, grace_hours=0).leftovers == 0
        aged()
        assert prune(project).size_bytes == 4
        assert not left.exists()

    def test_a_dry_run_changes_nothing(self, project, later):
        """The plan says what would go."""
        for number in range(3):
            snapshot(project, FRAME.assign(id=number), "customers")
        orphan(project)
        later(25)
        plan = prune(project, keep=1, dry_run=True)
        assert plan.card().next == ("%mlops prune --keep 1",)
        assert (plan.versions, plan.objects) == (("customers@1", "customers@2"), 1)
        assert "Would remove 1 objects" in str(plan)
        assert datasets(project, "customers").total == 3
        assert prune(project, dry_run=True).objects == 1

    def test_an_empty_project(self, project):
        """There is nothing to remove."""
        assert prune(project).objects == 0


class TestKeep:
    def test_old_versions_leave_the_list_and_later_their_room(self, project, later):
        """The latest stay and load; what the others alone needed goes a day after."""
        for number in range(4):
            snapshot(project, FRAME.assign(id=number), "customers")
        snapshot(project, FRAME, "other")
        found = prune(project, keep=2)
        assert found.versions == ("customers@1", "customers@2")
        with pytest.raises(NotFound):
            load(project, "customers@1")
        assert prune(project).objects == 0
        later(25)
        assert prune(project).objects > 0
        assert verify(project, deep=True).is_well
        assert [item.version for item in datasets(project, "customers").snapshots] == [4, 3]
        assert snapshot(project, FRAME.assign(id=9), "customers").version == 5

    def test_a_reader_that_began_before_goes_on(self, project):
        """What a version needed is young when it leaves the list."""
        made = snapshot(project, FRAME, "customers")
        snapshot(project, FRAME.assign(id=0), "customers")
        prune(project, keep=1)
        prune(project)
        assert project.objects.get(made.manifest)

    def test_the_ledger_keeps_what_happened(self, project):
        """Who took which versions off stays known."""
        for number in range(2):
            snapshot(project, FRAME.assign(id=number), "customers")
        door.enter(project, verb_of(prune), {"keep": 1})
        with project.store.read() as connection:
            (event,) = ledger.entries(connection)
        assert (event.verb, event.inputs) == ("prune", ("snapshot:customers@1",))

    def test_it_takes_an_approver(self, project):
        """Who may only contribute may not remove."""
        guest = Project(project.root, actor=Actor("eve", "os"), admin={"roles": {"eve": "contributor"}})
        with pytest.raises(Refused):
            door.enter(guest, verb_of(prune), {})


class TestSafety:
    def test_nothing_goes_while_a_manifest_is_damaged(self, project, later):
        """Who cannot tell what is needed removes nothing."""
        made = snapshot(project, FRAME, "customers")
        path = project.objects.path(made.manifest)
        path.chmod(0o644)
        path.write_bytes(b"?")
        later(25)
        with pytest.raises(Unavailable, match="Nothing can be removed while the manifest of customers@1"):
            prune(project)

    def test_a_writer_at_work_keeps_it_out(self, project, monkeypatch):
        """Nothing is removed between a writer's objects and its reference."""
        monkeypatch.setattr(lock, "_WAIT_S", 0.1)
        snapshot(project, FRAME, "customers")
        shared = lock.shared
        monkeypatch.setattr(lock, "exclusive", lambda path: lock._held(path, is_alone=True, wait_s=0.1))
        with shared(project.folder / "objects" / ".lock"), pytest.raises(Conflict, match="at work"):
            prune(project)

    def test_beside_writers_and_readers(self, project):
        """Processes that snapshot, load and prune without grace all succeed, and all is whole afterwards."""
        snapshot(project, FRAME, "customers")
        root = project.root

        def write(number: int) -> None:
            mine = Project(root)
            for turn in range(5):
                snapshot(mine, FRAME.assign(id=number * 10 + turn), "customers")
                load(mine, "customers@latest")

        def clean() -> None:
            for _ in range(8):
                prune(Project(root), grace_hours=0)

        children = [FORK.Process(target=write, args=(number,)) for number in range(2)]
        children.append(FORK.Process(target=clean))
        for child in children:
            child.start()
        for child in children:
            child.join(60)
        assert [child.exitcode for child in children] == [0, 0, 0]
        assert datasets(project, "customers").total == 11
        assert verify(project, deep=True).is_well

    def test_a_file_of_another_kind_is_left_alone(self, project, later):
        """Only what is named like an object is one."""
        snapshot(project, FRAME, "customers")
        other = project.folder / "objects" / "ab"
        other.mkdir(exist_ok=True)
        (other / "README").write_text("mine")
        later(25)
        prune(project)
        assert os.listdir(other).count("README") == 1  # noqa: PTH208
