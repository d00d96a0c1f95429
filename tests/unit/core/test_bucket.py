"""Objects in a bucket: the same promises, on a real S3 endpoint that fails now and then."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

import pandas as pd
import pytest

from jupyter_mlops.core.bucket import Bucket
from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.objects import Objects, open_objects
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.erasure.rewrite import rewrite, without_rows
from jupyter_mlops.data.load import load
from jupyter_mlops.data.prune import prune
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions.verify import verify
from tests.unit.core.faulty_s3 import FaultyS3

CONTENT = b"customers" * 1_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FRAME = pd.DataFrame({"id": range(9_000), "name": [f"n{i * 7919 % 9001}" for i in range(9_000)]})
OTHER = FRAME.assign(id=FRAME["id"].where(FRAME["id"] != 5, 0))


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    """An endpoint with a bucket `lake`, and the environment that leads to it."""
    server = FaultyS3()
    for name, value in {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "3",
    }.items():
        monkeypatch.setenv(name, value)
    import fsspec

    fsspec.filesystem("s3", skip_instance_cache=True).mkdir("lake")
    yield server
    server.stop()


@pytest.fixture
def objects(s3: FaultyS3) -> Objects:
    """An empty place in the bucket."""
    return open_objects("s3://lake/team/objects", None)  # type: ignore[arg-type]


@pytest.fixture
def team(s3: FaultyS3, tmp_path) -> Project:
    """A project whose objects lie in the bucket."""
    made = Project(tmp_path, admin={"objects_url": "s3://lake/team"})
    made.prepare()
    return made


class TestObjects:
    def test_what_is_put_is_got(self, objects):
        """The address is the SHA-256 of the bytes, and they come back, from memory or from a stream."""
        assert objects.put(CONTENT) == DIGEST
        assert objects.put(iter([CONTENT[:10], CONTENT[10:]])) == DIGEST
        assert objects.get(DIGEST) == CONTENT
        assert objects.holds(DIGEST, len(CONTENT))
        assert not objects.holds(DIGEST, len(CONTENT) + 1)

    def test_what_is_there_is_listed_and_removed(self, objects):
        """Objects are found with size and age, and nothing else is."""
        objects.put(CONTENT)
        (found,) = objects.place.each()
        assert (found.digest, found.size_bytes) == (DIGEST, len(CONTENT))
        assert abs(found.touched_at - time.time()) < 60
        objects.place.remove(DIGEST)
        objects.place.remove(DIGEST)
        assert list(objects.place.each()) == []

    def test_other_bytes_under_a_name_are_seen(self, objects):
        """What was changed in the bucket is never taken for what was kept."""
        objects.put(CONTENT)
        objects.place._files.pipe_file(objects.place._path(DIGEST), b"x" * len(CONTENT))
        with pytest.raises(Unavailable, match=f"Object {DIGEST[:12]} is damaged"):
            objects.get(DIGEST)
        assert objects.condition(DIGEST, len(CONTENT)) == "damaged"

    def test_what_is_missing_is_named(self, objects):
        """A lost object is said to be lost; so is a bucket."""
        with pytest.raises(Unavailable, match=r"s3://lake/team/objects cannot be read"):
            objects.get(DIGEST)
        assert objects.condition(DIGEST, 1) == "missing"
        with pytest.raises(Unavailable, match=r"s3://none cannot be written: .*bucket"):
            Objects(Bucket("s3://none")).put(CONTENT)

    def test_a_scheme_that_nobody_knows(self):
        """It is refused with the way to bring what it needs."""
        with pytest.raises(Invalid, match="cannot be kept at nowhere://x"):
            open_objects("nowhere://x", None).put(CONTENT)  # type: ignore[arg-type]


class TestFaults:
    def test_an_overloaded_service_is_asked_again(self, s3, objects):
        """A 503 now and then costs time, and nothing else."""
        s3.slow_downs = 2
        assert objects.put(CONTENT) == DIGEST
        assert objects.get(DIGEST) == CONTENT

    def test_half_an_object_is_no_object(self, s3, objects):
        """A service that kept less than it was given is not believed."""
        s3.cut = True
        with pytest.raises(Unavailable, match="did not keep all of object"):
            objects.put(CONTENT)
        s3.cut = False
        assert objects.put(CONTENT) == DIGEST
        assert objects.get(DIGEST) == CONTENT

    def test_a_stale_list_removes_nothing_that_is_needed(self, s3, team, monkeypatch):
        """Prune with yesterday's list neither fails nor harms."""
        s3.stale = True
        snapshot(team, FRAME, "customers")
        assert list(team.objects.place.each())
        snapshot(team, OTHER, "customers")
        monkeypatch.setattr(Bucket, "now", lambda _: time.time() + 100 * 3600)
        prune(team)
        prune(team)
        assert verify(team, deep=True).is_well

    def test_clocks_that_differ(self, s3, objects):
        """The cause is said in one sentence."""
        s3.is_skewed = True
        with pytest.raises(
            Unavailable, match=r"cannot be .*Check the address, the credentials and the clock"
        ):
            objects.put(CONTENT)

    def test_nobody_there(self, s3, objects):
        """An endpoint that is gone is one sentence, before long."""
        s3.stop()
        with pytest.raises(Unavailable, match="s3://lake/team/objects cannot be"):
            objects.put(CONTENT)


class TestStore:
    def test_versions_are_kept_and_loaded(self, s3, team):
        """Snapshots work as in a folder: shared, exact, verified."""
        snapshot(team, FRAME, "customers")
        snapshot(team, OTHER, "customers")
        assert snapshot(team, OTHER.copy(), "customers").is_new is False
        pd.testing.assert_frame_equal(load(team, "customers@1"), FRAME)
        pd.testing.assert_frame_equal(load(team, "customers@2", columns=["id"]), OTHER[["id"]])
        assert verify(team, deep=True).is_well
        assert not (team.folder / "objects").exists()

    def test_an_unchanged_frame_writes_nothing(self, s3, team):
        """It is found by looking only."""
        snapshot(team, FRAME, "customers")
        s3.seen.clear()
        snapshot(team, FRAME.copy(), "customers")
        assert {method for method, _ in s3.seen} <= {"GET", "HEAD"}

    def test_a_fault_in_the_middle_leaves_the_old_version(self, s3, team):
        """The next try succeeds."""
        snapshot(team, FRAME, "customers")
        s3.cut = True
        with pytest.raises(Unavailable):
            snapshot(team, OTHER, "customers")
        s3.cut = False
        pd.testing.assert_frame_equal(load(team, "customers"), FRAME)
        assert snapshot(team, OTHER, "customers").version == 2
        pd.testing.assert_frame_equal(load(team, "customers"), OTHER)

    def test_prune_spares_what_is_young(self, s3, team, monkeypatch):
        """Nobody can be kept out of a bucket, so age alone decides, and an hour is the least."""
        snapshot(team, FRAME, "customers")
        orphan = team.objects.put(CONTENT)
        with pytest.raises(Invalid, match="too short"):
            prune(team, grace_hours=0.5)
        assert prune(team).objects == 0
        monkeypatch.setattr(Bucket, "now", lambda _: time.time() + 25 * 3600)
        assert prune(team).objects == 1
        assert team.objects.find(orphan) is None
        assert verify(team).is_well

    def test_what_is_put_again_is_young_again(self, objects, monkeypatch):
        """A writer that finds an old object writes it again, so that it is not removed under its hands."""
        objects.put(CONTENT)
        (before,) = objects.place.each()
        monkeypatch.setattr(Bucket, "now", lambda _: time.time() + 25 * 3600)
        time.sleep(1.1)  # S3 tells whole seconds
        objects.put(CONTENT)
        (after,) = objects.place.each()
        assert after.touched_at > before.touched_at

    def test_rows_are_erased_from_it(self, s3, team):
        """What was rewritten leaves no old object in the bucket."""
        snapshot(team, FRAME, "customers")
        old = {item.digest for item in team.objects.place.each()}
        rewrite(team, "customers", lambda table: without_rows(table, (table["id"] == 3).to_numpy()))
        assert len(load(team, "customers@1")) == len(FRAME) - 1
        assert not old & {item.digest for item in team.objects.place.each()}
        assert verify(team, deep=True).is_well
