"""A table that comes in batches is kept in bounded memory, as the frame that it is."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from jupyter_mlops.core.errors import Invalid, Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.datasets import datasets
from jupyter_mlops.data.encoding.frame import encode
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.sources import scratch
from jupyter_mlops.data.versions import inspector
from jupyter_mlops.data.versions.source import open_table
from jupyter_mlops.data.versions.stream import snapshot_batches
from jupyter_mlops.data.versions.verify import verify

ROWS = 3_000
EVEN = [number % 2 == 0 for number in range(ROWS)]
TABLE = pa.table(
    {
        "whole": pa.array(range(ROWS)),
        "late gap": pa.array([None if n == ROWS - 1 else n for n in range(ROWS)], pa.int16()),
        "early gap": pa.array([None if n == 0 else n for n in range(ROWS)]),
        "truth": pa.array(EVEN),
        "late truth": pa.array([None, *EVEN[1:]]),
        "float": np.where(np.arange(ROWS) % 9, np.arange(ROWS) / 7, np.nan),
        "text": [f"w{n % 70}" if n % 11 else None for n in range(ROWS)],
        "large": pa.array([f"é{n}" for n in range(ROWS)], pa.large_string()),
        "list": [[n, None] for n in range(ROWS)],
        "moment": pa.array(np.arange(ROWS), pa.timestamp("ms", "Europe/Paris")),
        "day": pa.array(np.arange(ROWS), pa.int32()).cast(pa.date32()),
        "bytes": [bytes([n % 256]) for n in range(ROWS)],
        "none": pa.nulls(ROWS),
        "category": pa.chunked_array(
            [
                pa.array([f"{side}{n % 5}" for n in range(ROWS // 2)]).dictionary_encode()
                for side in ("a", "b")
            ]
        ),
    }
)


class TestBatches:
    @pytest.mark.parametrize("rows", [1, 7, 1_000, ROWS])
    def test_it_is_the_frame(self, project, rows):
        """However it is cut, the digest is that of the whole frame, and the frame comes back."""
        table = TABLE.slice(0, 40) if rows < 9 else TABLE
        frame = table.to_pandas()
        made = snapshot_batches(project, table.to_batches(max_chunksize=rows), "big")
        assert made.digest == encode(frame).digest
        pd.testing.assert_frame_equal(load(project, "big"), frame)
        assert verify(project, deep=True).is_well

    def test_frame_and_batches_are_versions_of_each_other(self, project):
        """The same content makes no new version, whichever way it came; a change is told from the old one."""
        snapshot_batches(project, TABLE.to_batches(max_chunksize=500), "big")
        frame = TABLE.to_pandas()
        assert snapshot(project, frame, "big").is_new is False
        assert snapshot_batches(project, TABLE.to_batches(max_chunksize=900), "big").is_new is False
        snapshot(project, frame.assign(whole=1), "big")
        pd.testing.assert_frame_equal(load(project, "big"), frame.assign(whole=1))

    def test_no_rows(self, project):
        """An empty batch says what the columns are."""
        snapshot_batches(
            project,
            [TABLE.slice(0, 0).to_batches()[0]]
            if TABLE.slice(0, 0).to_batches()
            else [pa.RecordBatch.from_pydict({"a": pa.array([], pa.int64())})],
            "empty",
        )
        assert len(load(project, "empty")) == 0

    def test_no_batch(self, project):
        """What has no columns is no table."""
        with pytest.raises(Invalid, match="no batch"):
            snapshot_batches(project, [], "big")

    def test_columns_that_change(self, project):
        """Another column on the way is named with its row."""
        batches = [pa.RecordBatch.from_pydict({name: [1, 2]}) for name in "ab"]
        with pytest.raises(Invalid, match="columns change after row 2"):
            snapshot_batches(project, batches, "big")

    def test_types_that_change(self, project):
        """A column that is of another type on its way is named."""
        batches = [pa.RecordBatch.from_pydict({"a": values}) for values in ([1], ["x"])]
        with pytest.raises(Invalid, match="Column 'a' is of several types"):
            snapshot_batches(project, batches, "big")

    def test_no_room(self, project, monkeypatch):
        """A disk that fills up is one sentence, and nothing is recorded."""

        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        class Full:
            seek = close = staticmethod(lambda *_: None)
            write = staticmethod(full)

        monkeypatch.setattr(scratch, "nameless", lambda _: Full())
        with pytest.raises(Unavailable, match=r"spool cannot be written: No space left"):
            snapshot_batches(project, TABLE.to_batches(), "big")


def size_of(project: Project) -> int:
    """The bytes of all objects."""
    return sum(item.size_bytes for item in project.objects.place.each())


def mixed(rows: int, seed: int = 0) -> pd.DataFrame:
    """Columns of every kind that a file holds."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "float": random.normal(size=rows),
            "whole": random.integers(0, 10**6, rows),
            "gap": np.where(random.random(rows) < 0.1, np.nan, random.normal(size=rows)),
            "word": random.choice([f"w{n}" for n in range(500)], rows),
            "text": [f"id-{n}-{m}" for n, m in enumerate(random.integers(0, 10**9, rows))],
            "moment": pd.Timestamp("2026") + pd.to_timedelta(random.integers(0, 10**7, rows), unit="s"),
        }
    )


def spread(frame: pd.DataFrame, share: float = 0.01) -> pd.DataFrame:
    """Give 1 % of the rows, all over the table, other values."""
    frame = frame.copy()
    rows = np.random.default_rng(1).choice(len(frame), int(share * len(frame)), replace=False)
    frame.iloc[rows] = mixed(len(rows), 2)
    return frame


PIECE = mixed(90, 3)
CHANGES = {
    "cells": spread,
    "append": lambda frame: pd.concat([frame, PIECE]),
    "insert": lambda frame: pd.concat([frame[:700], PIECE, frame[700:]]),
    "delete": lambda frame: frame.drop(index=np.random.default_rng(1).choice(len(frame), 90, replace=False)),
    "block": lambda frame: pd.concat([frame[:500], PIECE, frame[590:]]),
    "order": lambda frame: frame.sort_values("float"),
    "column added": lambda frame: frame.assign(new=1.5),
    "column dropped": lambda frame: frame.drop(columns="text"),
}


class TestVersions:
    @pytest.mark.parametrize("kind", CHANGES)
    def test_a_version_in_batches_costs_what_changed(self, project, kind):
        """As a frame would, and it is the same version."""
        frame = mixed(9_000)
        snapshot_batches(project, pa.Table.from_pandas(frame).to_batches(max_chunksize=800), "big")
        first = size_of(project)
        changed = CHANGES[kind](frame).reset_index(drop=True)
        made = snapshot_batches(project, pa.Table.from_pandas(changed).to_batches(max_chunksize=700), "big")
        assert made.digest == encode(changed).digest
        assert size_of(project) < 1.04 * first
        pd.testing.assert_frame_equal(load(project, "big@1"), frame)
        pd.testing.assert_frame_equal(load(project, "big@2"), changed)
        assert verify(project, deep=True).is_well

    def test_either_way_it_is_kept_the_same(self, project, tmp_path):
        """Batches after a frame and a frame after batches take the same room, byte for byte."""
        frame, other = mixed(9_000), Project.create(tmp_path / "other")
        tables = [frame, spread(frame)]
        for number in range(2):
            snapshot(project, tables[number], "big")
            batches = pa.Table.from_pandas(tables[number]).to_batches(max_chunksize=700)
            snapshot_batches(other, batches, "big")
        mine, theirs = ({item.digest for item in each.objects.place.each()} for each in (project, other))
        assert len(mine - theirs) == len(theirs - mine) == 2  # the manifests, which remember other memory

    def test_a_damaged_version_before_is_not_leant_on(self, project):
        """The next one is kept whole."""
        frame = mixed(9_000)
        snapshot_batches(project, pa.Table.from_pandas(frame).to_batches(), "big")
        for item in project.objects.place.each():
            if item.size_bytes > 30_000:
                path = project.objects.path(item.digest)
                path.chmod(0o644)
                path.write_bytes(b"?" * item.size_bytes)
        changed = spread(frame)
        snapshot_batches(project, pa.Table.from_pandas(changed).to_batches(), "big")
        pd.testing.assert_frame_equal(load(project, "big@2"), changed)

    def test_without_the_memory_for_it_whole_columns_are_shared(self, project):
        """What did not change costs nothing; what did is kept anew."""
        project.settings.__dict__["stream_mb"] = 0.001
        frame = mixed(9_000)
        snapshot_batches(project, pa.Table.from_pandas(frame).to_batches(), "big")
        first = size_of(project)
        changed = frame.assign(float=spread(frame)["float"])
        snapshot_batches(project, pa.Table.from_pandas(changed).to_batches(), "big")
        assert size_of(project) - first > 7 * 9_000
        pd.testing.assert_frame_equal(load(project, "big@2"), changed)


LIMITED = """
    import sys
    from pathlib import Path
    import numpy as np, pandas, pyarrow as pa
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.versions.stream import snapshot_batches
    from jupyter_mlops.data.store import stream, keep
    def peak():
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])

    project = Project.create(Path(sys.argv[1]))
    project.store.engine
    random = np.random.default_rng(0)

    def batches(count):
        for _ in range(count):
            yield pa.RecordBatch.from_pydict({f"f{n}": random.normal(size=32_768) for n in range(8)})

    snapshot_batches(project, batches(2), "warm")
    before = peak()
    made = snapshot_batches(project, batches(int(sys.argv[2])), "big")
    grown = peak() - before
    print(made.rows * 64 // 1024, grown)
"""

CHANGED = """
    import sys
    from pathlib import Path
    import numpy as np, pandas, pyarrow as pa
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.versions.stream import snapshot_batches
    def peak():
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])

    project = Project.create(Path(sys.argv[1]))
    project.store.engine

    def batches(count, is_changed):
        random = np.random.default_rng(0)
        for number in range(count):
            columns = {f"f{n}": random.normal(size=8_192) for n in range(64)}
            for values in columns.values():
                values[:: 100] += is_changed
            yield pa.RecordBatch.from_pydict(columns)

    def size():
        return sum(item.size_bytes for item in project.objects.place.each())

    for is_changed in (False, True):
        snapshot_batches(project, batches(2, is_changed), "warm")
    warm, before = size(), peak()
    made = snapshot_batches(project, batches(32, False), "big")
    one = size() - warm
    snapshot_batches(project, batches(33, True), "big")
    print(made.rows * 512 // 1024, peak() - before, (size() - warm) / one)
"""


class TestMemory:
    def test_a_table_four_times_the_memory(self, tmp_path):
        """Memory does not grow with the table: 128 MB go through in less than a quarter of that."""
        script = [sys.executable, "-c", textwrap.dedent(LIMITED), str(tmp_path), "64"]
        done = subprocess.run(script, check=True, capture_output=True, text=True, timeout=100)
        table, grown = map(int, done.stdout.split())
        assert table >= 128_000
        assert grown < table / 4

    def test_its_next_version_too(self, tmp_path):
        """1 % of all rows changed and 3 % more: told from the version before in the same memory."""
        script = [sys.executable, "-c", textwrap.dedent(CHANGED), str(tmp_path)]
        done = subprocess.run(script, check=True, capture_output=True, text=True, timeout=100)
        table, grown, size = map(float, done.stdout.split())
        assert table >= 128_000
        assert grown < table / 4
        assert size < 1.06


LARGE_FILE = """
    import sys
    from pathlib import Path
    import numpy as np, pandas as pd, pyarrow as pa
    from pyarrow import csv
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.snapshot import snapshot
    from jupyter_mlops.data.versions.source import open_table
    from jupyter_mlops.data.sources.flow import Flow
    def peak():
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])

    project = Project(Path(sys.argv[1]), admin={"stream_mb": 1})
    project.prepare()
    random = np.random.default_rng(0)

    def write(name, parts):
        with pa.OSFile(str(project.root / name), "wb") as file:
            for part in range(parts):
                columns = {f"f{n}": random.normal(size=20_000) for n in range(6)}
                columns["text"] = [f"row {part} {n}" for n in range(20_000)]
                csv.write_csv(pa.table(columns), file, csv.WriteOptions(include_header=not part))

    write("small.csv", 2)
    snapshot(project, open_table(project, "small.csv"), "warm")
    write("big.csv", 72)
    before = peak()
    flow = open_table(project, "big.csv")
    assert isinstance(flow, Flow)
    made = snapshot(project, flow, "big")
    print(made.rows, flow.size_bytes // 1024, peak() - before)
"""


class TestFileLargerThanMemory:
    def test_a_file_four_times_the_memory(self, tmp_path):
        """A file of 190 MB goes through in less than a quarter of that, guarded as a frame is."""
        script = [sys.executable, "-c", textwrap.dedent(LARGE_FILE), str(tmp_path)]
        environment = {
            **os.environ,
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "MALLOC_ARENA_MAX": "1",
        }  # none is hoarded
        done = subprocess.run(
            script, check=True, capture_output=True, text=True, timeout=110, env=environment
        )
        rows, size, grown = map(int, done.stdout.split())
        assert (rows, size > 180_000) == (1_440_000, True)
        assert grown < size / 4


@pytest.fixture
def small(tmp_path):
    """A project in which every file is larger than what is loaded whole."""
    made = Project(tmp_path / "shop", admin={"stream_mb": 1e-6})
    made.prepare()
    rows = (f"{n},u{n}@example.org,{n % 90}" for n in range(100_000))
    (made.root / "people.csv").write_text("id,email,age\n" + "\n".join(rows) + "\n")
    return made


class TestGuard:
    def test_a_file_in_batches_is_the_frame(self, small):
        """The same version as the frame would make, and what is personal is found."""
        made = snapshot(small, open_table(small, "people.csv"), "people")
        assert [item.column for item in made.personal] == ["email"]
        assert snapshot(small, pd.read_csv(small.root / "people.csv"), "people").is_new is False

    def test_refuse(self, small):
        """Nothing is recorded."""
        with pytest.raises(Refused, match="people would hold what looks personal: email: email"):
            snapshot(small, open_table(small, "people.csv"), "people", pii="refuse")
        assert datasets(small).total == 0

    def test_mask(self, small):
        """Every batch is masked by one plan, as the frame would be."""
        made = snapshot(small, open_table(small, "people.csv"), "people", pii="mask")
        whole = snapshot(small, pd.read_csv(small.root / "people.csv"), "whole", pii="mask")
        assert made.digest == whole.digest
        assert not load(small, "people")["email"].str.contains("@").any()

    def test_a_column_that_changes_is_told(self, small):
        """On the card of the version."""
        text = (small.root / "people.csv").read_text() + "100000,x@example.org,old\n"
        (small.root / "people.csv").write_text(text)
        made = snapshot(small, open_table(small, "people.csv"), "people", pii="allow")
        assert "'age' holds whole numbers until row 100,001" in str(made)

    def test_a_glob_of_parquet(self, small):
        """Streams file by file."""
        frame = pd.read_csv(small.root / "people.csv")
        for number in range(3):
            frame.iloc[number::3].to_parquet(small.root / f"p{number}.parquet", index=False)
        made = snapshot(small, open_table(small, "p*.parquet"), "people", pii="allow")
        assert sorted(load(small, made.ref)["id"]) == list(range(100_000))


class TestContract:
    @pytest.fixture
    def ruled(self, small):
        """A contract that judges whole columns."""

        def write(enforce: str) -> None:
            rules = "[columns.id]\nunique = true\n[columns.age]\nrange = [0, 80]\n"
            text = f"dataset = 'people'\nenforce = {enforce}\n{rules}"
            (small.root / "people.contract.toml").write_text(text)

        return write

    def test_what_breaks_it_is_told(self, small, ruled):
        """Counted over all batches, as of a frame."""
        ruled("false")
        flow = open_table(small, "people.csv")
        made = snapshot(small, flow, "people", pii="allow")
        assert made.findings == inspector.before_snapshot(small, flow.frame(), "people")
        assert "of 100,000 rows" in made.findings[0]
        assert made.breaches == 1

    def test_enforced_it_refuses(self, small, ruled):
        """No version is made."""
        ruled("true")
        with pytest.raises(Refused, match=r"people\.contract\.toml refuses"):
            snapshot(small, open_table(small, "people.csv"), "people", pii="allow")
        assert datasets(small).total == 0
