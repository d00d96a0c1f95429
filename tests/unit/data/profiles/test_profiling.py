"""Profiles are made once for each content, kept where that pays, and follow their version everywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.erasure.rewrite import rewrite, without_rows
from jupyter_mlops.data.profile import profile
from jupyter_mlops.data.profiles import profiling
from jupyter_mlops.data.prune import prune
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.table import TableSketch
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.store import manifest, profiles
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.data.versions.stream import snapshot_batches
from jupyter_mlops.data.versions.verify import verify

FRAME = pd.DataFrame(
    {"id": range(200), "price": np.linspace(0, 1, 200), "mail": [f"ada{n}@shop.example" for n in range(200)]}
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small tables be worth keeping a profile of."""
    monkeypatch.setattr(profiles, "LEAST_CELLS", 100)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The columns that were read for a profile, in order."""
    seen: list[str] = []
    made = ColumnSketch.of.__func__  # type: ignore[attr-defined]

    def watched(kind: type[ColumnSketch], column: pd.Series, name: str) -> ColumnSketch:
        seen.append(name)
        return made(kind, column, name)

    monkeypatch.setattr(ColumnSketch, "of", classmethod(watched))
    return seen


def kept(project: Project, made: Snapshot) -> TableSketch | None:
    """The profile that a version's manifest names."""
    found = manifest.read(project.objects, resolve(project, made.ref).manifest)
    return None if found.profile is None else profiles.read(project.objects, found)


def path_of(project: Project, ref: str) -> Path:
    """Where the profile of a version lies."""
    found = manifest.read(project.objects, resolve(project, ref).manifest)
    assert found.profile is not None
    return project.objects.path(found.objects[found.profile][0])


class TestSnapshot:
    def test_it_is_made_with_the_version(self, project, reads):
        """Once; whoever asks for it reads no row."""
        made = snapshot(project, FRAME, "shop")
        reads.clear()
        assert kept(project, made) == profiling.of_snapshot(project, made)
        profile(project, "shop")
        assert reads == []

    def test_only_what_changed_is_read(self, project, reads):
        """The other sketches are those of the version before; an equal table is not read at all."""
        snapshot(project, FRAME, "shop")
        reads.clear()
        made = snapshot(project, FRAME.assign(price=FRAME.price + 1), "shop")
        assert reads == ["price"]
        assert kept(project, made) == TableSketch.of(FRAME.assign(price=FRAME.price + 1), withhold={"mail"})
        reads.clear()
        snapshot(project, FRAME.assign(price=FRAME.price + 1), "shop")
        assert reads == []

    def test_a_renamed_column_is_the_same_content(self, project, reads):
        """Under its new name."""
        snapshot(project, FRAME, "shop")
        reads.clear()
        made = snapshot(project, FRAME.rename(columns={"id": "key"}), "shop")
        found = kept(project, made)
        assert (reads, found and [column.name for column in found.columns]) == ([], ["key", "price", "mail"])

    def test_personal_columns_are_withheld(self, project):
        """In the bytes that are kept."""
        found = kept(project, snapshot(project, FRAME, "shop"))
        assert found is not None
        assert [column.is_withheld for column in found.columns] == [False, False, True]

    def test_a_batch_at_a_time_is_the_same(self, project):
        """A table larger than memory is profiled as it streams by."""
        table = pa.Table.from_pandas(FRAME, preserve_index=False)
        made = snapshot_batches(project, table.to_batches(max_chunksize=50), "shop")
        whole, found = TableSketch.of(FRAME, withhold={"mail"}), kept(project, made)
        assert found is not None
        assert [column.distinct for column in found.columns] == [column.distinct for column in whole.columns]
        assert (found.rows, found.columns[2].is_withheld) == (200, True)


class TestLater:
    @pytest.fixture
    def large(self, project, monkeypatch):
        """A version too large to be profiled while somebody waits for it."""
        monkeypatch.setattr(profiles, "MOST_CELLS", 100)
        return snapshot(project, FRAME, "shop")

    def test_it_is_made_when_somebody_asks_and_kept_then(self, project, large, reads):
        """The second question reads nothing; the version is otherwise the same."""
        assert kept(project, large) is None
        first = profile(project, "shop")
        reads.clear()
        assert profile(project, "shop") == first
        assert reads == []
        after = resolve(project, "shop")
        assert after == large.model_copy(update={"manifest": after.manifest, "is_new": None, "personal": ()})
        assert verify(project, deep=True).is_well

    def test_small_tables_are_read_again(self, project, monkeypatch):
        """It would be no smaller than they are."""
        monkeypatch.setattr(profiles, "LEAST_CELLS", 1_000_000)
        made = snapshot(project, FRAME, "shop")
        assert profile(project, "shop").rows == 200
        assert kept(project, made) is None

    def test_a_version_that_was_rewritten_meanwhile_is_left_alone(self, project, large):
        """What was made of rows that are gone is not kept."""
        rewrite(project, "shop", lambda frame: without_rows(frame, (frame.id == 3).to_numpy()))
        before = resolve(project, "shop").manifest
        profiling._keep(project, large, manifest.read(project.objects, before), TableSketch.of(FRAME))
        assert resolve(project, "shop").manifest == before

    def test_a_store_that_cannot_be_written_still_answers(self, project, large, monkeypatch):
        """The profile is made, and not kept."""
        monkeypatch.setattr(type(project.objects.place), "write", refuse)
        assert profile(project, "shop").rows == 200


def refuse(*_: object) -> str:
    """Fail as a full disk does."""
    from jupyter_mlops.core.errors import Unavailable

    raise Unavailable("No room.")


class TestCare:
    def test_erased_rows_are_gone_from_it(self, project):
        """The old object is removed, the new one knows nothing of them."""
        snapshot(project, FRAME, "shop")
        old = path_of(project, "shop")
        rewrite(project, "shop", lambda frame: without_rows(frame, (frame.id >= 100).to_numpy()))
        assert not old.exists()
        assert profile(project, "shop").columns[0].most == "99"

    def test_prune_spares_it(self, project):
        """A version needs it."""
        snapshot(project, FRAME, "shop")
        prune(project, grace_hours=0)
        assert path_of(project, "shop").exists()

    def test_verify_finds_its_damage(self, project):
        """And names the version."""
        snapshot(project, FRAME, "shop")
        path = path_of(project, "shop")
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        assert [harm.versions for harm in verify(project).harms] == [("shop@1",)]
