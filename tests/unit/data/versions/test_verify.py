"""Verify finds what is damaged and names the versions harmed."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import update

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.store import manifest
from jupyter_mlops.data.versions.catalogue import SNAPSHOTS
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.data.versions.verify import verify

FRAME = pd.DataFrame({"id": range(9_000), "name": [f"n{i * 7919 % 9001}" for i in range(9_000)]})


@pytest.fixture
def versions(project):
    """Three versions, the second and third on the first's words; and another dataset."""
    snapshot(project, FRAME, "customers")
    snapshot(project, FRAME.assign(id=1), "customers")
    snapshot(project, FRAME.assign(id=2), "customers")
    snapshot(project, FRAME[["id"]].head(), "other")


def object_of(project, ref_manifest: str, place: int) -> str:
    """The object that a column lies in."""
    kept = manifest.read(project.objects, ref_manifest)
    return kept.objects[kept.columns[place].key[0]][0]


def flip(project, digest: str, position: int = -1) -> None:
    """Flip one bit of an object."""
    path = project.objects.path(digest)
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


class TestVerify:
    def test_all_is_well(self, project, versions):
        """Whole snapshots are said to be, read or put together."""
        assert verify(project).is_well
        found = verify(project, deep=True)
        assert (found.versions, found.is_deep, found.is_well) == (4, True, True)
        assert "All snapshots are whole" in str(found)

    def test_an_empty_project_is_well(self, project):
        """Nothing kept, nothing broken."""
        assert verify(project).is_well

    def test_a_flipped_bit_names_every_version_it_harms(self, project, versions):
        """Versions that share the object are named, the others are not."""
        made = snapshot(project, FRAME, "customers")
        flip(project, object_of(project, made.manifest, 1))
        found = verify(project)
        (harm,) = found.harms
        assert not found.is_well
        assert harm.versions == ("customers@1", "customers@2", "customers@3", "customers@4")
        assert "4 of 5 versions are damaged" in str(found)

    def test_a_lost_object_and_a_damaged_manifest(self, project, versions):
        """What is gone is told from what is broken."""
        first, last = (resolve(project, f"customers@{number}") for number in (1, 3))
        project.objects.path(object_of(project, first.manifest, 1)).unlink()
        made = snapshot(project, FRAME.head(3), "new")
        flip(project, made.manifest)
        found = {harm.condition: harm.versions for harm in verify(project).harms}
        assert found["damaged"] == ("new@1",)
        assert found["missing"] == (first.ref, "customers@2", last.ref)

    def test_one_version_alone(self, project, versions):
        """Only what a version needs is read."""
        flip(project, object_of(project, snapshot(project, FRAME, "third").manifest, 1))
        assert verify(project, "other@1").is_well
        assert not verify(project, "customers@2").is_well
        with pytest.raises(NotFound):
            verify(project, "nobody")

    def test_a_row_that_names_other_content(self, project, versions):
        """A version that was made to name another's manifest is seen."""
        with project.store.write() as connection:
            connection.execute(update(SNAPSHOTS).where(SNAPSHOTS.c.version == 2).values(digest="0" * 64))
        (harm,) = verify(project).harms
        assert (harm.condition, harm.versions) == ("other content", ("customers@2",))

    def test_the_same_table_mends_it(self, project, versions):
        """What was found in a version can be put right by recording its table again."""
        flip(project, object_of(project, snapshot(project, FRAME.assign(id=2), "customers").manifest, 1))
        assert not verify(project, "customers@3").is_well
        snapshot(project, FRAME.assign(id=2), "customers")
        assert verify(project, "customers@3", deep=True).is_well

    def test_it_can_be_stopped(self, project, versions):
        """Whoever waits may end it; nothing is changed."""
        with progress.listening(lambda *_: None, lambda: True), pytest.raises(Invalid, match="Cancelled"):
            verify(project)


class TestNoWrongData:
    def test_any_bit(self, project):
        """Whatever bit flips in whatever object, a load fails or is exact: never other data."""
        frame = FRAME.head(200)
        snapshot(project, frame, "customers")
        changed = frame.assign(id=frame["id"].where(frame["id"] != 3, 0))
        made = snapshot(project, changed, "customers")
        objects = [
            made.manifest,
            *(name for name, _ in manifest.read(project.objects, made.manifest).objects),
        ]
        for digest in objects:
            size = project.objects.path(digest).stat().st_size
            for position in range(0, size, max(1, size // 12)):
                flip(project, digest, position)
                with pytest.raises(Unavailable, match="damaged"):
                    load(project, "customers@2")
                flip(project, digest, position)
        pd.testing.assert_frame_equal(load(project, "customers@2"), changed)
