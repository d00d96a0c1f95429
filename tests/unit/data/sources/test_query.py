"""A query on a named connection is a table, and its URL is nobody's business."""

from __future__ import annotations

import sqlite3

import pytest

from jupyter_mlops.core.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions.source import open_table, read_table


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A project with a database of its own, named by settings, found in the environment."""
    path = tmp_path / "orders.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table orders (id integer, amount real, who text, at text)")
        rows = [(n, n / 2, f"c{n % 7}" if n % 3 else None, "2026-01-01") for n in range(45_000)]
        connection.executemany("insert into orders values (?, ?, ?, ?)", rows)
    connections = {
        "shop": "env:SHOP_URL",
        "lost": "env:LOST_URL",
        "odd": "env:ODD_URL",
        "none": "env:NO_SUCH_URL",
        "open": "postgresql://ada:hunter22@db.example.org/shop",
    }
    monkeypatch.setenv("SHOP_URL", f"sqlite:///{path}")
    monkeypatch.setenv("LOST_URL", f"sqlite:///{tmp_path}/nowhere/hunter22.db")
    monkeypatch.setenv("ODD_URL", "hunter22")
    made = Project(tmp_path / "shop", admin={"connections": connections})
    made.prepare()
    return made


class TestQuery:
    def test_its_answer_is_a_table(self, shop):
        """All rows in order, gaps kept."""
        frame = read_table(shop, "sql:shop:select * from orders order by id")
        assert (frame.shape, frame["id"].iloc[-1], frame["amount"].iloc[3]) == ((45_000, 4), 44_999, 1.5)
        assert frame["who"].isna().sum() == 15_000

    def test_a_percent_and_a_colon_are_the_querys_own(self, shop):
        """Nothing in it is a parameter."""
        frame = read_table(
            shop, "sql:shop:select ':x' as a, id % 2 as b from orders where who like 'c%' limit 1"
        )
        assert frame["a"].tolist() == [":x"]

    def test_a_column_that_begins_without_values(self, shop):
        """Its type is that of what comes later."""
        query = "select id, case when id > 40000 then id end as late, null as never from orders order by id"
        frame = read_table(shop, f"sql:shop:{query}")
        assert frame["late"].iloc[-1] == 44_999
        assert frame["never"].isna().all()

    def test_an_answer_without_rows(self, shop):
        """Has columns."""
        assert read_table(shop, "sql:shop:select id, who from orders where 0").shape == (0, 2)

    def test_a_large_answer_is_kept_in_batches(self, shop):
        """And is what it is when loaded whole."""
        shop.settings.__dict__["stream_mb"] = 0.1
        flow = open_table(shop, "sql:shop:select * from orders")
        made = snapshot(shop, flow, "orders")
        assert made.digest == snapshot(shop, flow.frame(), "whole").digest
        assert len(load(shop, "orders")) == 45_000

    def test_nothing_is_changed(self, shop):
        """What a query writes is rolled back."""
        with pytest.raises(Invalid, match="answers no table"):
            read_table(shop, "sql:shop:delete from orders")
        assert len(read_table(shop, "sql:shop:select id from orders")) == 45_000

    @pytest.mark.parametrize(
        ("word", "error", "said"),
        [
            ("sql:shop:select * from nowhere", Invalid, "no such table: nowhere"),
            ("sql:shop:select id, id from orders", Invalid, "answers a column twice"),
            ("sql:shop", Invalid, "is no query"),
            ("sql:shpo:select 1", NotFound, "Did you mean 'shop'"),
            (
                "sql:none:select 1",
                NotFound,
                "The connection 'none' has no URL: env:NO_SUCH_URL holds no secret",
            ),
            (
                "sql:open:select 1",
                Invalid,
                "The connection 'open' has no URL: A secret is given as something else",
            ),
            ("sql:lost:select 1", Unavailable, "The connection 'lost' does not answer: unable to open"),
            ("sql:odd:select 1", Invalid, "is no URL of a database"),
            (
                "sql:shop:select case when id < 30000 then id else 'x' end as v from orders order by id",
                Invalid,
                "'v'",
            ),
        ],
    )
    def test_what_goes_wrong(self, shop, word, error, said):
        """One sentence, and never the URL."""
        with pytest.raises(error, match=said) as caught:
            read_table(shop, word)
        assert "hunter22" not in str(caught.value)
