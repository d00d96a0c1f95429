"""Rows are taken out of every version, and nothing of them is left."""

from __future__ import annotations

from multiprocessing import get_context

import pandas as pd
import pytest

from jupyter_mlops.core import ledger
from jupyter_mlops.core.call import Call, current
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.erasure import rewrite as module
from jupyter_mlops.data.erasure.rewrite import rewrite, without_rows
from jupyter_mlops.data.load import load
from jupyter_mlops.data.prune import prune
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.store import manifest
from jupyter_mlops.data.versions import sweep
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.data.versions.verify import verify

FORK = get_context("fork")
SECRET = "wilhelmina-the-forgotten"
FRAME = pd.DataFrame(
    {
        "id": range(2_000),
        "name": [SECRET if i == 7 else f"n{i % 300}" for i in range(2_000)],
        "kind": pd.Categorical([SECRET if i == 7 else "abc"[i % 3] for i in range(2_000)]),
    }
)


def without(table: pd.DataFrame) -> pd.DataFrame:
    """The table without the subject's rows."""
    return without_rows(table, (table["name"] == SECRET).to_numpy())


@pytest.fixture
def versions(project):
    """Versions with the subject, without, and with again."""
    frames = [FRAME, FRAME.assign(id=FRAME["id"] + 1), without(FRAME), pd.concat([FRAME, FRAME.head(9)])]
    for frame in frames:
        snapshot(project, frame, "customers")
    return frames


def bytes_of(project) -> bytes:
    """All objects, unpacked as far as a reader can."""
    return b"".join(project.objects.get(item.digest) for item in project.objects.place.each())


class TestRewrite:
    def test_every_version_keeps_its_number_and_loses_the_rows(self, project, versions):
        """Nothing else changes: each version is what it was without them."""
        done = rewrite(project, "customers", without)
        assert [item.rows for item in done] == [1, 1, 0, 2]
        for number, frame in enumerate(versions, 1):
            left = load(project, f"customers@{number}")
            pd.testing.assert_frame_equal(left, without(frame))
            assert SECRET not in left["kind"].cat.categories

    def test_all_is_whole_afterwards(self, project, versions):
        """Verify passes, deeply, and prune finds nothing more to do."""
        rewrite(project, "customers", without)
        assert verify(project, deep=True).is_well
        assert prune(project, grace_hours=0).objects == 0

    def test_no_byte_is_left(self, project, versions, monkeypatch):
        """The subject's name is in no object, nor is any object of before."""
        old = [resolve(project, f"customers@{number}").manifest for number in range(1, 5)]
        rewrite(project, "customers", without)
        assert not any(project.objects.find(address) for address in old)
        monkeypatch.setattr("jupyter_mlops.data.store.blocks._compressed", lambda _: None)
        assert SECRET.encode() not in bytes_of(project)

    def test_the_harness_would_see_it(self, project, monkeypatch):
        """Kept uncompressed, the name is found before; else the test above would prove nothing."""
        monkeypatch.setattr("jupyter_mlops.data.store.blocks._compressed", lambda _: None)
        snapshot(project, FRAME, "customers")
        assert SECRET.encode() in bytes_of(project)
        rewrite(project, "customers", without)
        assert SECRET.encode() not in bytes_of(project)

    def test_the_old_digest_is_remembered(self, project, versions):
        """A version says what its digest was; the old name leads nowhere."""
        before = resolve(project, "customers@1")
        rewrite(project, "customers", without)
        after = resolve(project, "customers@1")
        assert manifest.read(project.objects, after.manifest).erased[0].digest == before.digest
        with pytest.raises(NotFound):
            resolve(project, f"customers@{before.digest[:12]}")

    def test_who_has_none_is_left_alone(self, project, versions):
        """A dataset without the subject is not touched at all."""
        rewrite(project, "customers", without)
        before = resolve(project, "customers@1")
        assert all(item.rows == 0 for item in rewrite(project, "customers", without))
        assert resolve(project, "customers@1") == before

    def test_another_dataset_keeps_its_own(self, project, versions):
        """Objects that another dataset needs stay."""
        snapshot(project, FRAME, "other")
        rewrite(project, "customers", without)
        pd.testing.assert_frame_equal(load(project, "other"), FRAME)
        assert verify(project, deep=True).is_well


class TestTrouble:
    def test_a_version_made_meanwhile(self, project, versions, monkeypatch):
        """Who is overtaken changes nothing and says so."""
        written = module._written

        def slow(*given: object) -> object:
            made = written(*given)
            with project.store.write() as connection:
                last = resolve(project, "customers")
                row = last.model_copy(update={"version": 5, "ref": "customers@5"})
                module.catalogue.add(connection, row)
            return made

        monkeypatch.setattr(module, "_written", slow)
        before = resolve(project, "customers@1")
        with pytest.raises(Conflict, match="changed meanwhile"):
            rewrite(project, "customers", without)
        assert resolve(project, "customers@1") == before
        assert verify(project).is_well

    def test_two_at_once(self, project, versions):
        """One waits for the other, and both subjects are gone."""
        root = project.root

        def forget(row: int) -> None:
            rewrite(
                Project(root), "customers", lambda table: without_rows(table, (table["id"] == row).to_numpy())
            )

        children = [FORK.Process(target=forget, args=(row,)) for row in (100, 200)]
        for child in children:
            child.start()
        for child in children:
            child.join(60)
        assert [child.exitcode for child in children] == [0, 0]
        assert not load(project, "customers@1")["id"].isin([100, 200]).any()
        assert verify(project, deep=True).is_well

    def test_what_was_interrupted_is_finished_later(self, project, versions, monkeypatch):
        """Killed between the new versions and the end of the old objects, prune goes on."""
        old = resolve(project, "customers@1").manifest
        with monkeypatch.context() as dying:
            dying.setattr(sweep, "erase", lambda *_: 0)
            rewrite(project, "customers", without)
        assert project.objects.find(old) is not None
        prune(project)
        assert project.objects.find(old) is None
        assert verify(project, deep=True).is_well

    def test_within_a_call_the_objects_go_after_the_commit(self, project, versions):
        """Old objects are there until the new versions are recorded."""
        old = resolve(project, "customers@1").manifest
        call = Call("forget", project.root, project.session)
        token = current.set(call)
        try:
            with call.stack:
                rewrite(project, "customers", without)
                assert project.objects.find(old) is not None
        finally:
            current.reset(token)
        assert project.objects.find(old) is None
        with project.store.read() as connection:
            assert not list(ledger.entries(connection))


class TestWithoutRows:
    def test_categories_that_only_they_had_go(self):
        """A category is a value too; one that nobody has is left, since it was there before."""
        kind = pd.Categorical(["a", "b", "a"], categories=["a", "b", "unused"])
        frame = pd.DataFrame({"kind": kind}, index=pd.MultiIndex.from_arrays([["x", "y", "z"], [1, 2, 3]]))
        left = without_rows(frame, (frame["kind"] == "b").to_numpy())
        assert list(left["kind"].cat.categories) == ["a", "unused"]
        assert list(left.index.levels[0]) == ["x", "z"]

    def test_nothing_marked_is_the_table_itself(self):
        """So that a version without the subject is seen to have none."""
        assert without_rows(FRAME, (FRAME["id"] < 0).to_numpy()) is FRAME
