"""The ledger: append-only, chained, and honest about what was done to it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from jupyter_mlops.core import ledger
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project

LINES = 6
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def entry(verb: str = "promote") -> AuditEvent:
    return AuditEvent(
        at="2026-11-20T12:00:00+00:00",
        actor="ada",
        source="os",
        face="python",
        verb=verb,
        phase="outcome",
        outcome="ok",
    )


@pytest.fixture
def written(project: Project) -> Project:
    with project.store.write() as connection:
        for number in range(LINES):
            ledger.append(connection, entry(f"verb-{number}"))
    return project


def tamper(project: Project, *statements: str) -> None:
    """Do what somebody with the file can: take the triggers away, and write."""
    with project.store.write() as connection:
        for name in ("ledger_no_update", "ledger_no_delete"):
            connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement))


def flaws(project: Project) -> list[str]:
    with project.store.read() as connection:
        return [flaw.what for flaw in ledger.verify(connection)[1]]


class TestAppend:
    def test_lines_are_numbered_from_one(self, written: Project) -> None:
        """Numbers have no gap, and the newest is known."""
        with written.store.read() as connection:
            assert [event.seq for event in ledger.entries(connection)] == list(range(1, LINES + 1))
            assert ledger.last(connection) == LINES

    @pytest.mark.parametrize("statement", ["UPDATE ledger SET actor = 'eve'", "DELETE FROM ledger"])
    def test_the_store_itself_refuses_change(self, written: Project, statement: str) -> None:
        """The table is append-only for everybody who goes through it."""
        with pytest.raises(Unavailable, match="append-only"), written.store.write() as connection:
            connection.execute(text(statement))

    def test_what_was_written_reads_back(self, project: Project) -> None:
        """Unicode, marks and nested arguments survive, and the chain holds."""
        odd = entry().model_copy(
            update={"arguments": {"näme": ["<img>", None, 1.5, "\u202e"]}, "inputs": ("run:@1f",)}
        )
        with project.store.write() as connection:
            ledger.append(connection, odd)
        with project.store.read() as connection:
            assert next(ledger.entries(connection)) == odd.model_copy(update={"seq": 1})
        assert flaws(project) == []

    def test_parallel_processes_make_one_chain(self, project: Project) -> None:
        """Sixteen processes append at once; nothing is lost and the chain holds."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["jupyter_mlops.core.project", "sqlalchemy.dialects.sqlite"])
        workers = [context.Process(target=_append_many, args=(project.root, 8)) for _ in range(16)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        assert [worker.exitcode for worker in workers] == [0] * 16
        with project.store.read() as connection:
            assert ledger.verify(connection) == (128, [])


class TestVerify:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        arguments=st.dictionaries(TEXT, ODD, max_size=4),
        texts=st.tuples(TEXT, TEXT, TEXT),
        duration=st.none() | st.floats(0, 1e12),
        parent=st.none() | st.integers(0, 2**31 - 1),
    )
    def test_whatever_was_written_verifies(
        self,
        project: Project,
        arguments: dict[str, object],
        texts: tuple[str, str, str],
        duration: float | None,
        parent: int | None,
    ) -> None:
        """The quick way to hash a line agrees with the plain one, whatever the line holds."""
        update = {"arguments": arguments, "duration_ms": duration, "parent": parent, "outputs": texts}
        update |= {"actor": texts[0], "reason": texts[1], "verb": texts[2]}
        with project.store.write() as connection:
            ledger.append(connection, entry().model_copy(update=update))
        assert flaws(project) == []

    @pytest.mark.parametrize(
        "change",
        [
            "arguments = '{'",
            "arguments = 'NaN'",
            "intent = 'x'",
            "actor = 7",
            "duration_ms = 'x'",
            "hash = ''",
        ],
    )
    def test_a_value_of_another_type_is_an_edit(self, written: Project, change: str) -> None:
        """SQLite takes anything anywhere; it is found, not fallen over."""
        tamper(written, f"UPDATE ledger SET {change} WHERE seq = 3")
        assert any("line 3 was edited" in flaw for flaw in flaws(written))

    def test_an_untouched_chain_has_no_flaw(self, written: Project) -> None:
        """What only we wrote is sound."""
        assert flaws(written) == []

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            ("UPDATE ledger SET actor = 'eve' WHERE seq = 3", "line 3 was edited"),
            ("UPDATE ledger SET outcome = 'refused' WHERE seq = 6", "line 6 was edited"),
            ("DELETE FROM ledger WHERE seq = 4", "line 4 was removed"),
            ("DELETE FROM ledger WHERE seq > 4", "lines 5 to 6 were removed"),
            ("DELETE FROM ledger WHERE seq <= 2", "lines 1 to 2 were removed"),
        ],
    )
    def test_a_tampered_line_is_named(self, written: Project, statement: str, said: str) -> None:
        """An edited or removed line is found and named."""
        tamper(written, statement)
        assert any(said in flaw for flaw in flaws(written))

    def test_swapped_lines_are_named(self, written: Project) -> None:
        """Lines that changed places are both named."""
        tamper(
            written,
            "UPDATE ledger SET seq = 99 WHERE seq = 2",
            "UPDATE ledger SET seq = 2 WHERE seq = 3",
            "UPDATE ledger SET seq = 3 WHERE seq = 99",
        )
        found = flaws(written)
        assert any("line 2 " in flaw for flaw in found)
        assert any("line 3 " in flaw for flaw in found)

    def test_an_inserted_line_is_named(self, written: Project) -> None:
        """A line that was pushed in at the end, chained well, is found by the head."""

        def forge(connection: Connection) -> None:
            head = dict(connection.execute(text("SELECT * FROM ledger WHERE seq = 6")).mappings().one())
            forged = entry("forged").model_copy(update={"seq": 7}).wire() | {"previous": head["hash"]}
            connection.execute(ledger.LEDGER.insert().values(**forged, hash=ledger.digest(forged)))

        _write(written, forge)
        assert any("line 7 was inserted" in flaw for flaw in flaws(written))


def _write(project: Project, change: Callable[[Connection], None]) -> None:
    with project.store.write() as connection:
        change(connection)


def _append_many(root: Path, count: int) -> None:
    store = Project(root).store
    for number in range(count):
        with store.write() as connection:
            ledger.append(connection, entry(f"verb-{number}"))
