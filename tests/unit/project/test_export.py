"""Export writes what other tools read, whole or not at all."""

from __future__ import annotations

import json

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from jupyter_mlops import catalog
from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.data.exports import batches, files
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions.source import read_table
from jupyter_mlops.project.export import export

FRAME = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "x": [0.1, np.nan, 1e-300],
        "name": ["ada", None, 'say "é",\nbo'],
        "kind": pd.Categorical(["a", "b", "a"]),
        "at": pd.to_datetime(["2026-01-01", None, "2026-01-03"]),
    }
)
READERS = {
    "parquet": lambda path: (pl.read_parquet(path), duckdb.sql(f"from read_parquet('{path}')")),
    "csv": lambda path: (pl.read_csv(path), duckdb.sql(f"from read_csv('{path}')")),
    "jsonl": lambda path: (pl.read_ndjson(path), duckdb.sql(f"from read_json('{path}')")),
    "arrow": lambda path: (pl.read_ipc(path),),
}


@pytest.fixture
def shop(project):
    """A project with one version of a table."""
    snapshot(project, FRAME, "customers")
    return project


class TestFiles:
    @pytest.mark.parametrize("target", READERS)
    def test_others_read_it(self, shop, target):
        """Polars and DuckDB see the same values."""
        made = export(shop, "customers@1", to=target)
        assert made.path == f"customers-1.{target}"
        for found in READERS[target](shop.root / made.path):
            rows = found.rows() if isinstance(found, pl.DataFrame) else found.fetchall()
            assert [row[:3] for row in rows] == [
                (1, 0.1, "ada"),
                (2, None, None),
                (3, 1e-300, 'say "é",\nbo'),
            ]
            assert [row[3] for row in rows] == ["a", "b", "a"]

    @pytest.mark.parametrize("target", ["parquet", "arrow"])
    def test_what_is_read_again_is_the_frame(self, shop, target):
        """Formats with types keep them."""
        made = export(shop, "customers", to=target)
        pd.testing.assert_frame_equal(read_table(shop, made.path), FRAME, check_categorical=True)

    def test_an_index_becomes_columns(self, project):
        """Rows that have names keep them; a plain count is left out."""
        frame = FRAME[["id", "x"]].set_axis(pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]))
        snapshot(project, frame.rename_axis(["shop", None]), "customers")
        export(project, "customers", to="parquet")
        assert pl.read_parquet(project.root / "customers-1.parquet").columns == ["shop", "level_1", "id", "x"]

    def test_what_is_larger_than_memory_goes_over_the_disk(self, project, monkeypatch):
        """In chunks of rows, and it is the same file."""
        frame = pd.DataFrame({"n": range(1_000), "text": [f"t{n % 7}" for n in range(1_000)]})
        snapshot(project, frame, "big")
        monkeypatch.setattr(batches, "ROWS", 300)
        small = export(project, "big", "small.csv", to="csv")
        project.settings.__dict__["stream_mb"] = 1e-9
        assert export(project, "big", "large.csv", to="csv").digest == small.digest
        pd.testing.assert_frame_equal(read_table(project, "large.csv"), frame)

    def test_what_only_pandas_knows(self, project):
        """Periods and intervals are text, sparse values are values, whatever the format."""
        odd = pd.DataFrame(
            {
                "month": pd.period_range("2026-01", periods=3, freq="M"),
                "bin": pd.IntervalIndex.from_breaks([0, 1, 2, 3]).array,
                "sparse": pd.array([0, 0, 5], dtype=pd.SparseDtype("int64", 0)),
                "count": np.array([1, 2, 3], dtype="uint32"),
            }
        )
        snapshot(project, odd, "odd")
        wanted = [("2026-01", "(0, 1]", 0, 1), ("2026-02", "(1, 2]", 0, 2), ("2026-03", "(2, 3]", 5, 3)]
        assert pl.read_parquet(project.root / export(project, "odd", to="parquet").path).rows() == wanted
        assert pl.read_delta(str(project.root / export(project, "odd", to="delta").path)).rows() == wanted

    def test_no_rows(self, project):
        """The columns are there."""
        snapshot(project, FRAME.head(0), "empty")
        for target in READERS:
            export(project, "empty", to=target)
        assert pl.read_parquet(project.root / "empty-1.parquet").columns == list(FRAME.columns)

    @pytest.mark.parametrize(
        ("column", "target", "said"),
        [
            (pd.Series([1 + 2j]), "parquet", "Column 'odd' of dtype complex128"),
            (pd.Series([[1, 2]]), "csv", "cannot be written as csv: Unsupported Type:list"),
            (pd.Series([np.inf]), "jsonl", "'odd' holds infinity"),
        ],
    )
    def test_what_a_format_cannot_say(self, project, column, target, said):
        """Is one sentence, and leaves nothing behind."""
        snapshot(project, pd.DataFrame({"odd": column}), "odd")
        with pytest.raises(Invalid, match=said):
            export(project, "odd", to=target)
        assert [path.name for path in project.root.iterdir()] == [".mlops"]

    def test_two_columns_of_one_name(self, project):
        """No other tool would tell them apart."""
        snapshot(project, pd.DataFrame([[1, 2]], columns=["a", "a"]), "twins")
        with pytest.raises(Invalid, match="two columns called 'a'"):
            export(project, "twins", to="parquet")


class TestPlace:
    def test_nothing_is_replaced_unasked(self, shop):
        """Unless one says so."""
        export(shop, "customers", "out/c.csv", to="csv")
        with pytest.raises(Conflict, match=r"out/c\.csv exists already"):
            export(shop, "customers", "out/c.csv", to="csv")
        export(shop, "customers", "out/c.csv", to="csv", overwrite=True)
        assert [path.name for path in (shop.root / "out").iterdir()] == ["c.csv"]

    def test_what_came_meanwhile_is_not_replaced_either(self, shop, monkeypatch):
        """The check at the beginning is not the only one."""

        def meanwhile(self, rows, path):
            path.write_text("ours")
            (shop.root / "c.csv").write_text("theirs")

        monkeypatch.setattr(files.CsvExporter, "write", meanwhile)
        with pytest.raises(Conflict):
            export(shop, "customers", "c.csv", to="csv")
        assert (shop.root / "c.csv").read_text() == "theirs"

    @pytest.mark.parametrize(
        "path", ["../c.csv", "/tmp/c.csv", ".mlops/mlops.db", ".git/config", "a\0b", "."]
    )
    def test_only_within_the_project(self, shop, path):
        """And not among what is ours."""
        with pytest.raises((Invalid, Conflict)):
            export(shop, "customers", path, to="csv", overwrite=True)

    def test_a_folder_takes_the_name_that_the_thing_has(self, shop):
        """It need not be there yet."""
        assert export(shop, "customers", "out/", to="csv").path == "out/customers-1.csv"

    def test_a_writer_that_dies_leaves_nothing_visible(self, shop, monkeypatch):
        """The old file stands until the new one is whole."""
        export(shop, "customers", "c.csv", to="csv")
        before = (shop.root / "c.csv").read_bytes()

        def broken(self, rows, path):
            path.write_text("half")
            raise KeyboardInterrupt

        monkeypatch.setattr(files.CsvExporter, "write", broken)
        with pytest.raises(KeyboardInterrupt):
            export(shop, "customers", "c.csv", to="csv", overwrite=True)
        assert (shop.root / "c.csv").read_bytes() == before
        assert len(list(shop.root.iterdir())) == 2


class TestDelta:
    def test_each_version_is_one_of_deltas(self, shop):
        """Columns that came and went included; who reads Delta can go back in time."""
        import deltalake

        snapshot(shop, FRAME.assign(id=FRAME["id"] + 10), "customers")
        snapshot(shop, FRAME.assign(new=True).drop(columns="x"), "customers")
        made = export(shop, "customers", to="delta")
        table = deltalake.DeltaTable(shop.root / made.path)
        assert (made.path, table.version()) == ("customers.delta", 2)
        assert pl.read_delta(str(shop.root / made.path), version=1)["id"].to_list() == [11, 12, 13]
        assert set(pl.read_delta(str(shop.root / made.path)).columns) == {"id", "name", "kind", "at", "new"}
        refs = [entry["jupyter_mlops.ref"] for entry in table.history()]
        assert sorted(refs) == ["customers@1", "customers@2", "customers@3"]

    def test_up_to_a_version(self, shop):
        """When the reference selects one."""
        import deltalake

        snapshot(shop, FRAME.tail(1), "customers")
        made = export(shop, "customers@1", to="delta")
        assert deltalake.DeltaTable(shop.root / made.path).version() == 0

    def test_a_time_that_delta_cannot_hold(self, project):
        """Nanoseconds are not cut off unasked."""
        moments = pd.DataFrame({"at": pd.to_datetime([1_000_000_001], unit="ns")})
        snapshot(project, moments, "moments")
        with pytest.raises(Invalid, match=r"moments@1 cannot be written as delta: .*would lose data"):
            export(project, "moments", to="delta")
        assert [path.name for path in project.root.iterdir()] == [".mlops"]

    def test_it_is_replaced_whole(self, shop):
        """Or not at all."""
        export(shop, "customers", to="delta")
        with pytest.raises(Conflict):
            export(shop, "customers", to="delta")
        snapshot(shop, FRAME.tail(1), "customers")
        export(shop, "customers", to="delta", overwrite=True)
        assert len(pl.read_delta(str(shop.root / "customers.delta"))) == 1
        assert sorted(path.name for path in shop.root.iterdir()) == [".mlops", "customers.delta"]


class TestLedger:
    def test_what_left_and_where_to_is_written_down(self, shop):
        """With the digest of the file, and what it was made of."""
        made = door.enter(shop, catalog.registry()["export"], {"ref": "customers@latest", "to": "csv"})
        with shop.store.read() as connection:
            *_, intent, outcome = ledger.entries(connection)
        assert (intent.outcome, outcome.outcome) == ("started", "ok")
        assert outcome.inputs == ("snapshot:customers@1",)
        assert "wrote customers@1 to customers-1.csv as csv" in outcome.reason
        assert made.digest in outcome.reason

    def test_what_is_personal_in_it_is_said(self, project):
        """On the card, so that it is not sent on unawares."""
        snapshot(project, pd.DataFrame({"email": [f"u{n}@example.org" for n in range(30)]}), "people")
        made = export(project, "people", to="jsonl")
        assert "email" in str(made)
        assert json.loads((project.root / made.path).read_text().splitlines()[0]) == {
            "email": "u0@example.org"
        }

    def test_an_unknown_target(self, shop):
        """Is answered with those that are installed."""
        with pytest.raises(
            Invalid, match=r"No exporter is called 'xml'.*arrow.* csv, delta, jsonl,.* parquet"
        ):
            export(shop, "customers", to="xml")

    def test_an_unknown_name(self, shop):
        """Is answered with the nearest."""
        with pytest.raises(NotFound, match="Did you mean 'customers'"):
            export(shop, "custmers", to="csv")
