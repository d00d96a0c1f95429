from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.pipelines.running.inside.identity import is_handle, is_one, name_of, reach


class TestOne:
    @pytest.mark.parametrize(
        "value", [[], {}, set(), bytearray(), object(), np.zeros(3), pd.DataFrame(), pd.Series([1.0])]
    )
    def test_what_can_change_is_one_thing(self, value: object) -> None:
        """Two variables that share it would notice if each got its own."""
        assert is_one(value)

    @pytest.mark.parametrize(
        "value", ["a", 1, 2.5, None, (1, 2), frozenset({1}), range(3), np.dtype("f8"), Path("a")]
    )
    def test_what_cannot_is_not(self, value: object) -> None:
        """Nobody can tell one copy from another."""
        assert not is_one(value)


class TestReach:
    def test_it_follows_what_a_value_holds(self) -> None:
        """Through lists, dictionaries and instances."""
        inner: list[int] = []
        ids, _ = reach({"a": [(inner,)]}, {})
        assert id(inner) in ids

    def test_it_tells_the_names_that_a_function_looks_up(self) -> None:
        """Those of the notebook: without them the function is worth nothing."""
        namespace: dict[str, object] = {"rate": 2}
        exec("def tax(x):\n    return x * rate", namespace)
        assert "rate" in reach(namespace["tax"], namespace)[1]


class TestHandle:
    @pytest.fixture
    def connections(self, tmp_path: Path) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
        """A database in a file, and one in memory."""
        there, here = sqlite3.connect(tmp_path / "a.db"), sqlite3.connect(":memory:")
        yield there, here
        there.close()
        here.close()

    def test_a_connection_stands_for_something_elsewhere(
        self, connections: tuple[sqlite3.Connection, sqlite3.Connection]
    ) -> None:
        """Not when the database is in memory: then it holds the data itself."""
        there, here = connections
        assert is_handle(there)
        assert not is_handle(here)

    def test_a_closed_one_is_none(self, connections: tuple[sqlite3.Connection, sqlite3.Connection]) -> None:
        """Asked where it leads, it raises; that fails no cell."""
        there, _ = connections
        there.close()
        assert not is_handle(there)

    def test_a_plain_value_is_none(self) -> None:
        """Nor is what merely has a lock inside."""
        assert not is_handle([threading.Lock()])


def test_types_are_named_as_a_reader_knows_them() -> None:
    """Built-in ones without their module."""
    assert name_of(sqlite3.Connection) == "sqlite3.Connection"
    assert name_of(list) == "list"
