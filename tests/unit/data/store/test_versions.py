"""Version after version, whatever changes: each loads exactly, alone, and costs what changed."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mlops.core.objects import Objects
from jupyter_mlops.data.encoding.frame import encode
from jupyter_mlops.data.encoding.part import Part
from jupyter_mlops.data.store.draft import Known
from jupyter_mlops.data.store.keep import keep
from jupyter_mlops.data.store.restore import open_manifest, restore
from tests.unit.data.frames import FRAMES, told
from tests.unit.data.test_any_frame import frames

RANDOM = np.random.default_rng(5)
ROWS = 8_000


def mixed(rows: int = ROWS) -> pd.DataFrame:
    """Floats, integers, words, categories, gaps, moments and objects."""
    return pd.DataFrame(
        {
            "float": RANDOM.normal(size=rows),
            "integer": RANDOM.integers(0, 10**6, rows),
            "word": RANDOM.choice([f"w{i}" for i in range(500)], rows),
            "id": [f"id-{i}-{n}" for i, n in enumerate(RANDOM.integers(0, 10**9, rows))],
            "category": pd.Categorical(RANDOM.choice(list("abc"), rows)),
            "gap": pd.array(
                np.where(RANDOM.random(rows) < 0.1, None, RANDOM.integers(0, 9, rows)), dtype="Int8"
            ),
            "moment": pd.Timestamp("2026") + pd.to_timedelta(RANDOM.integers(0, 10**7, rows), unit="s"),
            "object": pd.Series([(i, None) for i in RANDOM.integers(0, 99, rows)], dtype=object),
            "complex": RANDOM.normal(size=rows) + 1j,
        }
    )


def touched(frame: pd.DataFrame, share: float = 0.01) -> pd.DataFrame:
    """Give some rows the values of others."""
    frame, rows = frame.copy(), RANDOM.choice(len(frame), int(share * len(frame)), replace=False)
    for place in range(frame.shape[1]):
        values = frame.iloc[:, place].array.copy()
        values[rows] = values[rows[::-1]]
        frame.isetitem(place, values)
    return frame


class Store:
    """Versions of one frame, as a snapshot keeps them."""

    def __init__(self, folder: Path) -> None:
        self.objects = Objects(folder / "objects")
        self.known: list[Known] = []

    def keep(self, frame: pd.DataFrame) -> Known:
        """Keep the next version."""
        self.known.insert(0, keep(self.objects, frame, self.known[:2]))
        return self.known[0]

    def load(self, known: Known, columns: list[str] | None = None) -> pd.DataFrame:
        """Bring a version back."""
        found = open_manifest(self.objects, known.address, known.manifest.digest)
        return restore(self.objects, found, columns)

    @property
    def size(self) -> int:
        """The bytes of all objects."""
        return sum(item.size_bytes for item in self.objects.place.each())


def packed_old(part: Part) -> bytes:
    """A part as the first release stored it, uncompressed."""
    head = b"mlopscol" + struct.pack("<Q", len(part.header)) + part.header
    return head + b"".join(struct.pack("<BQ", 0, len(item)) + bytes(item) for item in part.buffers)


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return Store(tmp_path)


CHANGES = {
    "cells": touched,
    "append": lambda frame: pd.concat([frame, touched(frame[:40])], ignore_index=True),
    "insert": lambda frame: pd.concat([frame[:777], touched(frame[:40]), frame[777:]], ignore_index=True),
    "delete": lambda frame: frame.drop(index=RANDOM.choice(len(frame), 80)).reset_index(drop=True),
    "replace": lambda frame: pd.concat([frame[:500], touched(frame[:40]), frame[540:]], ignore_index=True),
    "sort": lambda frame: frame.sort_values("float", ignore_index=True, ascending=bool(len(frame) % 2)),
    "shuffle": lambda frame: frame.iloc[RANDOM.permutation(len(frame))].reset_index(drop=True),
    "column": lambda frame: frame.assign(**{f"new{frame.shape[1]}": 1.5}),
    "drop": lambda frame: frame.iloc[:, 1:] if frame.shape[1] > 4 else frame,
    "new dtype": lambda frame: (
        frame.assign(integer=frame["integer"].astype(float)) if "integer" in frame else frame
    ),
    "all of it": lambda frame: mixed(len(frame) // 2),
}


class TestEachKindOfChange:
    @pytest.mark.parametrize("kind", [name for name in CHANGES if name != "all of it"])
    def test_costs_what_changed(self, store, kind):
        """Four versions that differ in 1 % take little more room than one, and each loads exactly."""
        frames = [mixed()]
        store.keep(frames[0])
        first = store.size
        for _ in range(3):
            frames.append(CHANGES[kind](frames[-1]))
            store.keep(frames[-1])
        for frame, known in zip(reversed(frames), store.known, strict=True):
            pd.testing.assert_frame_equal(store.load(known), frame)
            assert known.manifest.digest == encode(frame).digest
        assert store.size < {"shuffle": 1.25, "new dtype": 1.2}.get(kind, 1.12) * first

    def test_a_sort_costs_nothing(self, store):
        """The order of a column without equal values needs no row written down."""
        store.keep(mixed())
        first = store.size
        store.keep(store.load(store.known[0]).sort_values("float", ignore_index=True))
        assert store.size < first + 10_000

    def test_a_sort_of_what_the_first_release_kept(self, store):
        """The order of a column may be told from an object of format 1 as well."""
        frame = mixed()[["float", "integer"]]
        known = store.keep(frame)
        objects = list(known.manifest.objects)
        columns = []
        for column, encoded in zip(known.manifest.columns, encode(frame).columns, strict=True):
            content = packed_old(encoded.part)
            objects.append((store.objects.put(content), len(content)))
            columns.append(column.model_copy(update={"key": (len(objects) - 1, 0, len(content)), "mark": ""}))
        update = {"objects": tuple(objects), "columns": tuple(columns)}
        store.known[0] = Known(known.manifest.model_copy(update=update), known.address)
        ordered = frame.sort_values("float", ignore_index=True, ascending=False)
        made = store.keep(ordered)
        assert all(part.steps[0].order for part in made.manifest.columns)
        pd.testing.assert_frame_equal(store.load(made), ordered)

    def test_a_changed_column_among_moved_rows(self, store):
        """One column computed anew does not hide where the rows of the others went."""
        store.keep(mixed())
        first = store.size
        frame = CHANGES["insert"](store.load(store.known[0]))
        store.keep(frame.assign(float=RANDOM.normal(size=len(frame))))
        assert store.size < first + 8 * len(frame) + 30_000

    @pytest.mark.parametrize(
        "name", [name for name in FRAMES if name != "numbers"]
    )  # pandas cannot turn >f8 round
    def test_every_dtype(self, store, name):
        """A frame of any kind turned round, twice over and cut short comes back."""
        frame = FRAMES[name]
        every = [
            frame,
            frame.iloc[::-1],
            frame.iloc[list(range(len(frame))) * 2],
            frame.iloc[:1],
            frame.iloc[:0],
        ]
        for known, version in [(store.keep(version), version) for version in every]:
            assert told(store.load(known)) == told(version)


class TestChain:
    def test_any_walk(self, store):
        """Twenty changes of all kinds in a row: every version loads, alone, and has the digest of its content."""
        frame, kinds = mixed(2_000), list(CHANGES)
        for _ in range(20):
            frame = CHANGES[kinds[RANDOM.integers(len(kinds))]](frame)
            if "float" not in frame:
                frame = mixed(2_000)
            known = store.keep(frame)
            pd.testing.assert_frame_equal(store.load(known), frame)
            assert known.manifest.digest == encode(frame).digest

    def test_it_is_bounded(self, store):
        """However many versions, no part leans on more bytes than twice its key."""
        frame = mixed(1_000)
        for _ in range(20):
            frame = touched(frame, 0.05)
            store.keep(frame)
        for part in store.known[0].manifest.columns:
            assert sum(step.change[2] for step in part.steps) <= part.key[2]

    @given(st.lists(frames(), min_size=2, max_size=4))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_any_frames(self, versions):
        """Frames that have nothing to do with each other are versions as good as others."""
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder))
            for known, frame in [(store.keep(frame), frame) for frame in versions]:
                assert told(store.load(known)) == told(frame)


class TestUnchanged:
    def test_it_is_found_without_a_write(self, store):
        """The same frame again touches no file."""
        frame = mixed()
        first = store.keep(frame)
        before = sorted(store.objects.place.each(), key=str)
        assert store.keep(frame.copy()) == first
        assert sorted(store.objects.place.each(), key=str) == before

    def test_nothing_is_encoded(self, store, monkeypatch):
        """Numbers and words are recognised by the memory that they lie in."""
        frame = mixed()[["float", "integer", "word"]]
        store.keep(frame)
        monkeypatch.setattr("jupyter_mlops.data.store.survey.encode_column", None)
        store.keep(frame.copy())


class TestProjection:
    def test_only_what_is_needed_is_read(self, store, monkeypatch):
        """A column of one of many versions needs its own objects, and not those of the others."""
        frame = mixed(20_000)
        for _ in range(3):
            store.keep(frame)
            frame = touched(frame)
        kept, read, get = store.known[0].manifest, [], Objects.get
        monkeypatch.setattr(Objects, "get", lambda self, digest: (read.append(digest), get(self, digest))[1])
        found = store.load(store.known[0], ["integer"])
        needed = {name for part in (kept.index, kept.labels, kept.columns[1]) for name, _ in kept.used(part)}
        assert set(read) == needed | {store.known[0].address}
        assert list(found) == ["integer"]
        size = dict(kept.objects)
        assert sum(size[name] for name in needed) < 0.3 * sum(size.values())


class TestDamage:
    def test_a_chain_that_lies_is_seen(self, store):
        """Steps that do not lead to what was recorded are refused, though every object is whole."""
        frame = mixed()
        store.keep(frame)
        known = store.keep(touched(frame))
        columns = known.manifest.columns
        wrong = columns[0].model_copy(update={"steps": columns[0].steps * 2})
        lying = known.manifest.model_copy(update={"columns": (wrong, *columns[1:])})
        if not columns[0].steps:
            pytest.fail("there is no step to tamper with")
        again = columns[0].model_copy(update={"check": "0" * 64})
        with pytest.raises(Exception, match="do not lead to the content"):
            restore(store.objects, lying.model_copy(update={"columns": (again, *columns[1:])}))

    def test_a_damaged_parent_is_not_leaned_on(self, store):
        """A version after a damaged one stands on its own."""
        frame = mixed()
        known = store.keep(frame)
        for digest, _ in known.manifest.objects:
            path = store.objects.path(digest)
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[:-1] + b"?")
        other = touched(frame)
        pd.testing.assert_frame_equal(store.load(store.keep(other)), other)
