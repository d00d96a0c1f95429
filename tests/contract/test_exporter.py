"""What every exporter of tables must do, whatever it writes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import polars as pl
import pytest

from jupyter_mlops.core import plugins
from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.exporter import Destination, Export, Exporter, size_of
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.exports import batches
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.sources import scratch

READ: dict[str, Callable[[Path], pl.DataFrame]] = {
    "parquet": pl.read_parquet,
    "csv": pl.read_csv,
    "jsonl": pl.read_ndjson,
    "arrow": pl.read_ipc,
    "delta": lambda path: pl.read_delta(str(path)),
}
FRAME = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "x": [0.1, np.nan, 1e-300],
        "name": ["ada", None, 'say "é",\nbo'],
        "kind": pd.Categorical(["a", "b", "a"]),
        "flag": [True, False, True],
    }
)


@pytest.fixture(params=READ)
def target(request):
    """Each of them."""
    return request.param


@pytest.fixture
def shop(project):
    """A project with two versions of a table."""
    snapshot(project, FRAME.tail(1), "customers")
    snapshot(project, FRAME, "customers")
    return project


def export(
    project: Project, target: str, ref: str, path: str | None = None, *, overwrite: bool = False
) -> Export:
    """Write it through the port."""
    factory = plugins.load("exporters", target)
    assert callable(factory)
    return cast("Exporter", factory()).export(project, ref, Destination(project, path, overwrite))


def names(folder: Path) -> list[str]:
    """What lies there, recorded state aside."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".mlops")


class TestWhatIsWritten:
    def test_every_row_and_column(self, shop, target):
        """In their order; another tool reads what was kept, missing values included."""
        made = export(shop, target, "customers@2")
        found = READ[target](shop.root / made.path)
        assert found.columns == list(FRAME.columns)
        assert found.rows() == [
            (1, 0.1, "ada", "a", True),
            (2, None, None, "b", False),
            (3, 1e-300, 'say "é",\nbo', "a", True),
        ]

    def test_the_answer_is_true(self, shop, target):
        """It names the version, the place, the size, and the digest of a file."""
        made = export(shop, target, "customers")
        path = shop.root / made.path
        assert (made.ref, made.target, made.size_bytes) == ("customers@2", target, size_of(path))
        assert "3 rows × 5 columns" in made.what
        assert made.digest == ("" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest())

    def test_the_version_that_is_named(self, shop, target):
        """And no later one."""
        made = export(shop, target, "customers@1")
        assert READ[target](shop.root / made.path)["id"].to_list() == [3]

    def test_no_rows(self, project, target):
        """The columns are there, where the form has a place for them."""
        snapshot(project, FRAME.head(0), "empty")
        path = project.root / export(project, target, "empty").path
        assert size_of(path) == 0 if target == "jsonl" else READ[target](path).columns == list(FRAME.columns)

    def test_an_index_becomes_columns(self, project, target):
        """Rows that have names keep them."""
        snapshot(project, FRAME[["x"]].set_axis(["p", "q", "r"]).rename_axis("shop"), "customers")
        found = READ[target](project.root / export(project, target, "customers").path)
        assert found.columns == ["shop", "x"]

    def test_in_chunks_it_is_the_same(self, shop, target, monkeypatch):
        """A table larger than memory goes over the disk."""
        whole = export(shop, target, "customers@1", "whole")
        monkeypatch.setattr(batches, "_PIECE", 2)
        shop.settings.__dict__["stream_mb"] = 1e-9
        pieces = export(shop, target, "customers@1", "pieces")
        assert READ[target](shop.root / pieces.path).equals(READ[target](shop.root / whole.path))

    def test_what_takes_little_room_in_the_store_goes_there_too(self, project, target, monkeypatch):
        """What counts is the room in memory: here 160 KB, of which the store needs a hundredth."""
        files = []
        made = scratch.nameless
        monkeypatch.setattr(scratch, "nameless", lambda folder: files.append(folder) or made(folder))
        snapshot(project, pd.DataFrame({"a": [7] * 10_000, "b": [7.5] * 10_000}), "even")
        project.settings.__dict__["stream_mb"] = 0.1
        found = export(project, target, "even")
        assert len(files) == 1
        assert READ[target](project.root / found.path).sum().row(0) == (70_000, 75_000.0)

    def test_what_is_personal_is_said(self, project, target):
        """So that nobody sends it on unawares."""
        people = pd.DataFrame({"email": [f"u{number}@example.org" for number in range(30)]})
        snapshot(project, people, "people", pii="allow")
        snapshot(project, people.head(20), "people")
        assert "email" in str(export(project, target, "people").personal)


class TestPlace:
    def test_nothing_is_replaced_unasked(self, shop, target):
        """And everything that was there is gone when it is."""
        made = export(shop, target, "customers@1", "out/it")
        with pytest.raises(Conflict, match="out/it exists already"):
            export(shop, target, "customers@2", "out/it")
        export(shop, target, "customers@2", "out/it", overwrite=True)
        assert len(READ[target](shop.root / made.path)) == 3
        assert names(shop.root / "out") == ["it"]

    def test_one_that_dies_leaves_nothing(self, shop, target, monkeypatch):
        """What stood there before stands."""
        export(shop, target, "customers@1", "it")
        whole = batches.Rows.batches

        def dying(self):
            yield from whole(self)
            raise KeyboardInterrupt

        monkeypatch.setattr(batches.Rows, "batches", dying)
        with pytest.raises((KeyboardInterrupt, Invalid)):
            export(shop, target, "customers@2", "it", overwrite=True)
        assert names(shop.root) == ["it"]
        assert len(READ[target](shop.root / "it")) == 1

    def test_only_within_the_project(self, shop, target):
        """And not among what is ours."""
        for path in ("../it", "/tmp/it", ".mlops/it", "a\0b"):
            with pytest.raises(Invalid):
                export(shop, target, "customers", path)
        assert names(shop.root) == []


class TestWhatIsRefused:
    def test_an_unknown_version(self, shop, target):
        """Is named."""
        with pytest.raises(NotFound, match="no version 9"):
            export(shop, target, "customers@9")

    def test_two_columns_of_one_name(self, project, target):
        """No other tool would tell them apart."""
        snapshot(project, pd.DataFrame([[1, 2]], columns=["a", "a"]), "twins")
        with pytest.raises(Invalid, match="two columns called 'a'"):
            export(project, target, "twins")

    def test_what_the_form_cannot_say(self, project, target):
        """One sentence with the column, and nothing left behind."""
        snapshot(project, pd.DataFrame({"odd": [1 + 2j]}), "odd")
        with pytest.raises(Invalid, match="'odd'"):
            export(project, target, "odd")
        assert names(project.root) == []


LIMITED = """
    import sys
    from pathlib import Path
    import numpy as np, pandas, pyarrow as pa
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.versions.stream import snapshot_batches
    from jupyter_mlops.project.export import export
    def peak():
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])

    folder, target, size = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    project = Project(folder, admin={"stream_mb": 20})
    project.prepare()
    random = np.random.default_rng(0)

    def batches(count):
        for _ in range(count):
            columns = {f"f{n}": random.normal(size=4_096) for n in range(4)}
            for n in range(24):
                text = random.bytes(4_096 * 32).hex()
                columns[f"t{n}"] = [text[64 * row : 64 * row + 64] for row in range(4_096)]
            yield pa.RecordBatch.from_pydict(columns)

    if target == "none":
        snapshot_batches(project, batches(size // 4), "warm")
        snapshot_batches(project, batches(size), "big")
        sys.exit()
    export(project, "warm", to=target)
    before = peak()
    export(project, "big", to=target)
    print(size * 4 * 1_568, peak() - before)
"""


def limited(folder: Path, target: str, size: int) -> str:
    """Run it in a process of its own, which has not needed memory before."""
    script = [sys.executable, "-c", textwrap.dedent(LIMITED), str(folder), target, str(size)]
    return subprocess.run(script, check=True, capture_output=True, text=True, timeout=300).stdout


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A project with two tables, one of them four times the other."""
    folder = tmp_path_factory.mktemp("large")
    limited(folder, "none", 16)
    return folder


class TestMemory:
    @pytest.mark.parametrize("target", sorted(set(READ) - {"delta"}))
    def test_a_table_four_times_the_memory(self, stored, target):
        """It is written in less than a quarter of its size; Delta's own writer takes 150 MB, whatever the size."""
        table, grown = map(int, limited(stored, target, 16).split())
        assert table >= 100_000
        assert grown < table / 4
