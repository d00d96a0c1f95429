"""Snapshot keeps a table as the next version of a dataset, once, whole, and for good."""

from __future__ import annotations

import os
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core import door, ledger, progress
from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.datasets import datasets
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.store import manifest
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.resolve import resolve
from tests.fakes import FakeClock, FakeTracker

FORK = get_context("fork")
FRAME = pd.DataFrame({"id": range(1000), "name": ["ada", "bob"] * 500})
OTHER = FRAME.assign(id=FRAME.id + 1)


def files(project: Project) -> list[Path]:
    """The objects that the project keeps."""
    folder = project.folder / "objects"
    return sorted(path for path in folder.glob("[0-9a-f][0-9a-f]/*") if path.is_file())


def object_of(project: Project, made: Snapshot, column: int) -> str:
    """The digest of the object that a column lies in."""
    kept = manifest.read(project.objects, made.manifest)
    return kept.objects[kept.columns[column].key[0]][0]


def damage(project: Project, digest: str) -> None:
    """Flip a bit of an object."""
    path = project.objects.path(digest)
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


class TestVersions:
    def test_the_first_is_number_1(self, project):
        """A dataset begins at version 1, with who, when, why and how much."""
        made = snapshot(project, FRAME, "customers", note="from the shop")
        assert (made.ref, made.is_new, made.parent, made.note) == ("customers@1", True, None, "from the shop")
        assert (made.rows, made.columns, made.actor, made.created_at) == (1000, 2, "ada", project.clock.now())

    def test_equal_content_makes_no_new_version(self, project):
        """The same table again is the same version, and the card says so."""
        snapshot(project, FRAME, "customers")
        again = snapshot(project, FRAME.copy(), "customers")
        assert (again.ref, again.is_new) == ("customers@1", False)
        assert "No new version: customers@1 has this content already" in str(again)

    def test_going_back_is_a_new_version_that_takes_no_room(self, project):
        """Content equal to an older version is a version of its own, on the same objects."""
        snapshot(project, FRAME, "customers")
        snapshot(project, OTHER, "customers")
        before = files(project)
        third = snapshot(project, FRAME, "customers")
        assert (third.ref, third.is_new, third.parent, third.same_as) == ("customers@3", True, 2, 1)
        assert "Same content as customers@1" in str(third)
        assert files(project) == before

    def test_equal_columns_are_kept_once(self, project):
        """A version that changes one column adds one column and its manifest."""
        snapshot(project, FRAME, "customers")
        before = files(project)
        snapshot(project, OTHER, "customers")
        assert len(files(project)) - len(before) == 2

    def test_names_are_normalised_and_checked(self, project):
        """A path is no name, not even when the verb is called as a function."""
        with pytest.raises(Invalid, match="is not a name"):
            snapshot(project, FRAME, "a/../b")
        assert snapshot(project, FRAME, "cafe\u0301").dataset == "caf\u00e9"

    def test_a_table_is_not_changed_by_it(self, project):
        """The caller's frame is as it was."""
        frame = FRAME.copy()
        snapshot(project, frame, "customers")
        pd.testing.assert_frame_equal(frame, FRAME)

    def test_secrets_in_a_note_are_masked(self, project):
        """A note is read by others."""
        made = snapshot(project, FRAME, "customers", note="password=hunter22")
        assert "hunter22" not in resolve(project, made.ref).note


class TestRecord:
    def test_the_session_remembers(self, project):
        """A run that follows knows which data it has."""
        snapshot(project, FRAME, "customers")
        assert list(project.session.snapshots) == ["customers@1"]

    def test_the_ledger_has_it(self, project):
        """The door writes what went in and what came out, and no data."""
        door.enter(project, verb_of(snapshot), {"table": FRAME, "name": "customers"})
        with project.store.read() as connection:
            (event,) = ledger.entries(connection)
        assert (event.outputs, event.arguments["table"]) == (("snapshot:customers@1",), "<DataFrame 1000×2>")

    def test_it_reports_progress(self, project):
        """Every column is reported."""
        seen = []
        with progress.listening(lambda done, total, label: seen.append((done, total, label))):
            snapshot(project, FRAME, "customers")
        assert seen[:2] == [(0, 2, "reading columns"), (1, 2, "reading columns")]

    def test_it_survives_json(self, project):
        """The wire form is plain JSON and reads back."""
        made = snapshot(project, FRAME, "customers")
        assert type(made).model_validate_json(made.model_dump_json()) == made


class TestRefusal:
    def test_nothing_is_kept_of_a_refused_table(self, project):
        """A table that cannot be kept leaves no object and no version."""
        with pytest.raises(Invalid, match="Column 'b' holds"):
            snapshot(project, FRAME.assign(b=object()), "customers")
        assert files(project) == []
        assert datasets(project).snapshots == ()

    def test_a_folder_that_cannot_be_written(self, project):
        """Where objects cannot be made, one sentence says so and no version appears."""
        (project.folder / "objects").write_text("in the way")
        with pytest.raises(Unavailable, match="objects cannot be written"):
            snapshot(project, FRAME, "customers")
        assert datasets(project).snapshots == ()


class DyingClock(FakeClock):
    """Kill the process at the moment a version is about to be written down."""

    def now(self) -> datetime:
        """End everything, without a word."""
        os._exit(9)


def write_one(root: Path, number: int, barrier: object) -> None:
    """Snapshot a frame of one's own at the same moment as the others."""
    project = Project(root, services={"tracker": FakeTracker(FakeClock())})
    barrier.wait(20)
    snapshot(project, FRAME.assign(id=number), "customers")


class TestParallel:
    def test_every_writer_gets_a_number(self, project):
        """Four processes that snapshot one dataset in a fresh project make versions 1 to 4."""
        barrier = FORK.Barrier(4)
        children = [FORK.Process(target=write_one, args=(project.root, n, barrier)) for n in range(4)]
        for child in children:
            child.start()
        for child in children:
            child.join(60)
        assert [child.exitcode for child in children] == [0] * 4
        found = datasets(project, "customers").snapshots
        assert [item.version for item in found] == [4, 3, 2, 1]
        assert {int(load(project, item.ref)["id"].iloc[0]) for item in found} == {0, 1, 2, 3}


class TestCrash:
    def test_between_objects_and_reference(self, project):
        """A process that dies before the reference leaves nothing to see, and a retry succeeds."""
        snapshot(project, FRAME, "customers")
        dying = Project(project.root, clock=DyingClock(), services={"tracker": FakeTracker(FakeClock())})
        child = FORK.Process(target=snapshot, args=(dying, OTHER, "customers"))
        child.start()
        child.join(30)
        assert child.exitcode == 9
        assert resolve(project, "customers").version == 1
        assert snapshot(project, OTHER, "customers").version == 2
        pd.testing.assert_frame_equal(load(project, "customers"), OTHER)


class TestDamage:
    def test_the_same_content_mends_it(self, project):
        """A damaged object is not trusted for its name: the same table again replaces it."""
        made = snapshot(project, FRAME, "customers")
        damage(project, object_of(project, made, 0))
        damage(project, made.manifest)
        assert snapshot(project, FRAME, "customers").is_new is False
        pd.testing.assert_frame_equal(load(project, "customers@1"), FRAME)

    def test_another_compression_mends_it_too(self, project, monkeypatch):
        """A part stored in other bytes now than then is the same content; the version names the new bytes."""
        with monkeypatch.context() as then:
            then.setattr("jupyter_mlops.data.store.blocks._WORTH", 10**9)
            made = snapshot(project, FRAME, "customers")
        damage(project, object_of(project, made, 0))
        again = snapshot(project, FRAME, "customers")
        assert (again.is_new, again.digest, again.manifest == made.manifest) == (False, made.digest, False)
        pd.testing.assert_frame_equal(load(project, "customers@1"), FRAME)

    def test_a_damaged_object_is_not_shared(self, project):
        """The next version does not lean on a broken column of the one before."""
        made = snapshot(project, FRAME, "customers")
        damage(project, object_of(project, made, 1))
        snapshot(project, OTHER, "customers")
        pd.testing.assert_frame_equal(load(project, "customers@2"), OTHER)


class TestSize:
    def test_many_columns(self, project):
        """A wide frame is no different."""
        wide = pd.DataFrame(np.zeros((1, 300)), columns=[f"c{i}" for i in range(300)])
        assert snapshot(project, wide, "wide").columns == 300
        pd.testing.assert_frame_equal(load(project, "wide"), wide)
