"""A table that comes in batches is kept in bounded memory, as the frame that it is."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.data.frame import encode
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.store import spool
from jupyter_mlops.data.stream import snapshot_batches
from jupyter_mlops.data.verify import verify

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

        monkeypatch.setattr(spool.tempfile, "TemporaryFile", lambda **_: Full())
        with pytest.raises(Unavailable, match=r"spool cannot be written: No space left"):
            snapshot_batches(project, TABLE.to_batches(), "big")


LIMITED = """
    import sys
    from pathlib import Path
    import numpy as np, pandas, pyarrow as pa
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.stream import snapshot_batches
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


class TestMemory:
    def test_a_table_four_times_the_memory(self, tmp_path):
        """Memory does not grow with the table: 128 MB go through in less than a quarter of that."""
        script = [sys.executable, "-c", textwrap.dedent(LIMITED), str(tmp_path), "64"]
        done = subprocess.run(script, check=True, capture_output=True, text=True, timeout=100)
        table, grown = map(int, done.stdout.split())
        assert table >= 128_000
        assert grown < table / 4
