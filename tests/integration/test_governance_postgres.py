"""Approvals and the ledger on a real PostgreSQL, where several machines share one store."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text

from jupyter_mlops.core import checkpoint, door, keys, ledger
from jupyter_mlops.core.errors import MlopsError, Unavailable
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.approve import approve
from jupyter_mlops.governance.lineage import lineage
from jupyter_mlops.governance.request import request
from jupyter_mlops.governance.verification import verify
from tests.docs.pages import blocks
from tests.fakes import FakeClock, FakeTracker
from tests.postgres import Postgres, running
from tests.unit.governance.conftest import add_version
from tests.unit.governance.ledgers import entry, write

Machine = Callable[[str], Project]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running() as found:
        yield found


@pytest.fixture
def machine(server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Open the one store from a folder, and so from a machine, of its own."""
    monkeypatch.setenv("JUPYTER_MLOPS_STORE_URL", server.database())
    tracker, clock = FakeTracker(), FakeClock()
    add_version(tracker, "churn", 1)

    def at(name: str) -> Project:
        project = Project(
            tmp_path / name, actor=Actor(name, "os"), clock=clock, services={"tracker": tracker}
        )
        project.prepare()
        return project

    return at


def in_parallel(count: int, work: Callable[[int], object]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


class TestVotes:
    def test_votes_at_once_are_all_counted_and_settle_once(self, machine: Machine) -> None:
        """Eight people on eight machines, four needed."""
        asked = enter(machine("ada"), request, subject="churn@1", needed=4)
        assert isinstance(asked, Approval)
        answers: list[str] = []

        def decide(number: int) -> None:
            try:
                found = enter(machine(f"p{number}"), approve, ref=asked.ref)
                assert isinstance(found, Approval)
                answers.append(found.state)
            except MlopsError as error:
                answers.append(type(error).__name__)

        in_parallel(8, decide)
        assert sorted(answers) == ["Conflict"] * 4 + ["approved"] + ["open"] * 3

    def test_asking_at_once_is_asking_once(self, machine: Machine) -> None:
        """One request, whoever's retry it is."""
        asked: list[str] = []

        def ask(number: int) -> None:
            found = enter(machine("ada"), request, subject="churn@1")
            assert isinstance(found, Approval)
            asked.append(found.ref)

        in_parallel(6, ask)
        assert len(asked) == 6
        assert len(set(asked)) == 1


class TestLedger:
    def test_the_store_itself_refuses_change(self, machine: Machine) -> None:
        """Update, delete and truncate, of lines and of checkpoints."""
        project = machine("ada")
        write(project, 1)
        for table in ("ledger", "checkpoints"):
            for statement in (f"UPDATE {table} SET at = ''", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(Unavailable, match="append-only"), project.store.write() as connection:
                    connection.execute(text(statement))

    def test_sixteen_writers_lose_nothing(self, machine: Machine) -> None:
        """One chain, signed on the way."""

        def append(number: int) -> None:
            project = machine("ada")
            for _ in range(20):
                with project.store.write() as connection:
                    ledger.append(connection, entry(project, f"writer-{number}"))
                    checkpoint.when_due(project, connection)

        in_parallel(16, append)
        verdict = verify(machine("ada"))
        assert (verdict.lines, verdict.flaws, verdict.signed) == (320, (), 301)

    def test_verifying_while_others_write_finds_nothing(self, machine: Machine) -> None:
        """One moment is looked at, whatever comes meanwhile."""
        project = machine("ada")
        write(project, 200)
        found: list[tuple[str, ...]] = []
        done = threading.Event()

        def look(number: int) -> None:
            while number and not done.is_set():
                found.append(verify(machine("bo")).flaws)

        def add(number: int) -> None:
            for _ in range(0 if number else 150):
                with project.store.write() as connection:
                    ledger.append(connection, entry(project, "promote"))
            done.set()

        in_parallel(2, lambda number: (look if number else add)(number))
        assert found
        assert set(found) == {()}

    def test_people_who_may_only_add_lines_do(
        self, machine: Machine, server: Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the grants of the page on roles: they work, and what is written stays."""
        write(machine("ada"), 3)
        url = os.environ["JUPYTER_MLOPS_STORE_URL"]
        with machine("ada").store.write() as connection:
            for statement in blocks("docs/how-to/roles.md", "sql")[0].split(";"):
                if statement.strip():
                    connection.execute(text(statement))
            connection.execute(text("CREATE ROLE bo LOGIN IN ROLE analysts"))
        monkeypatch.setenv("JUPYTER_MLOPS_STORE_URL", url.replace("postgres:@", "bo@"))
        bo = machine("bo")
        keys.path_of(bo).parent.mkdir()
        keys.path_of(bo).write_bytes(keys.path_of(machine("ada")).read_bytes())
        enter(bo, request, subject="churn@1")
        write(bo, 100)
        assert (verify(bo).lines, verify(bo).signed, verify(bo).flaws) == (104, 101, ())
        for statement in (
            "UPDATE ledger SET at = ''",
            "DELETE FROM checkpoints",
            "DROP TRIGGER ledger_no_change ON ledger",
        ):
            with (
                pytest.raises(Unavailable, match=r"permission denied|must be owner"),
                bo.store.write() as connection,
            ):
                connection.execute(text(statement))

    def test_an_edit_past_the_guard_is_found(self, machine: Machine) -> None:
        """The table's owner can drop the guard, and it shows all the same."""
        project = machine("ada")
        write(project, 105)
        with project.store.write() as connection:
            connection.execute(text("DROP TRIGGER ledger_no_change ON ledger"))
            connection.execute(text("UPDATE ledger SET actor = 'eve' WHERE seq = 30"))
        assert any("line 30 was edited" in flaw for flaw in verify(project).flaws)

    def test_only_the_key_that_began_goes_on_signing(self, machine: Machine) -> None:
        """Another machine's own key signs nothing; given the same key, it does."""
        here, there = machine("ada"), machine("bo")
        write(here, 1)
        keys.make(there)
        write(there, 100)
        assert verify(there).signed == 1
        keys.path_of(there).write_bytes(keys.path_of(here).read_bytes())
        write(there, 1)
        assert (verify(there).signed, verify(there).flaws) == (102, ())


def enter(project: Project, function: Callable[..., object], **arguments: object) -> object:
    found = verb_of(function)
    assert found is not None
    return door.enter(project, found, arguments)


class TestLineage:
    def test_projects_that_share_the_store_share_their_lineage(self, machine: Machine) -> None:
        """A snapshot of one, and the model that the other made of it."""
        enter(machine("ada"), snapshot, table=pd.DataFrame({"a": [1]}), name="customers")
        bo = machine("bo")
        for verb, source, target in (
            ("record", "snapshot:customers@1", "run:@aaaa"),
            ("register", "run:@aaaa", "version:churn@1"),
        ):
            line = entry(bo, verb).model_copy(update={"inputs": (source,), "outputs": (target,)})
            with bo.store.write() as connection:
                ledger.append(connection, line)
        assert lineage(machine("ada"), "customers@1").models == ("churn@1",)
        assert next(thing.name for thing in lineage(bo, "churn@1", up=True).things) == "customers@1"
