"""checkpoint: taken when due, in the transaction of the line, and never in anybody's way."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from jupyter_mlops.core import checkpoint, door, keys, ledger, merkle
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.note import Head, Note
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.governance.approvals import approvals
from jupyter_mlops.project.init import init
from tests.fakes import FakeClock
from tests.unit.governance.ledgers import entry, write


def sizes(project: Project) -> list[int]:
    with project.store.read() as connection:
        return [item.size for item in checkpoint.after(connection)]


class TestWhenDue:
    def test_the_first_line_then_every_hundred(self, project: Project) -> None:
        """What is there at the start is signed at the start."""
        write(project, 205)
        assert sizes(project) == [1, 101, 201]

    def test_ten_minutes_are_enough_for_one_line(self, project: Project) -> None:
        """A quiet ledger does not wait for its hundredth."""
        write(project, 2)
        cast(FakeClock, project.clock).advance(600)
        write(project, 2)
        assert sizes(project) == [1, 3]

    def test_what_cannot_be_signed_is_written_all_the_same(self, project: Project) -> None:
        """A lost key stops nobody."""
        (project.root / "pyproject.toml").write_text("[tool.jupyter-mlops]\ncheckpoint_key = 'env:GONE'\n")
        write(project, 3)
        assert sizes(project) == []

    def test_a_key_folder_that_cannot_be_written_stops_nobody(self, project: Project) -> None:
        """Nor does a full disk."""
        (project.folder / "keys").write_text("in the way")
        write(project, 2)
        assert sizes(project) == []

    def test_the_door_takes_them(self, project: Project) -> None:
        """Every call that writes passes here; one that reads signs nothing."""
        for function in (approvals, init):
            assert sizes(project) == []
            found = verb_of(function)
            assert found is not None
            door.enter(project, found, {})
        assert sizes(project) == [1]


class TestTake:
    def test_it_signs_the_root_over_the_lines(self, project: Project) -> None:
        """However it was reached: from the edge of the one before, or anew."""
        write(project, 101)
        with project.store.read() as connection:
            made = checkpoint.newest(connection)
            hashes = connection.execute(LEDGER.select().order_by(LEDGER.c.seq)).mappings().all()
        assert made is not None
        note = Note.parse(made.note)
        head = Head.parse(note.body)
        assert head.root == merkle.root_of([bytes.fromhex(row["hash"]) for row in hashes])
        assert (head.size, note.signed_by(made.keys)) == (101, made.keys)

    def test_the_store_itself_refuses_change(self, project: Project) -> None:
        """Append-only like the ledger."""
        write(project, 1)
        for statement in ("UPDATE checkpoints SET size = 2", "DELETE FROM checkpoints"):
            with pytest.raises(Unavailable, match="append-only"), project.store.write() as connection:
                connection.execute(text(statement))

    def test_what_is_undone_was_not_signed(self, project: Project) -> None:
        """The checkpoint goes with the transaction of its line."""
        write(project, 1)
        with pytest.raises(ZeroDivisionError):
            _sign_and_fail(project)
        assert sizes(project) == [1]


class TestRemember:
    def test_an_older_one_does_not_replace_a_newer(self, project: Project, tmp_path: Path) -> None:
        """That is how a restored backup is noticed."""
        write(project, 101)
        newest = checkpoint.remembered(project)
        with project.store.read() as connection:
            first, _ = checkpoint.after(connection)
        checkpoint.remember(project, first)
        assert checkpoint.remembered(project) == newest


def _sign_and_fail(project: Project) -> None:
    signer = keys.load(project)
    assert signer is not None
    with project.store.write() as connection:
        ledger.append(connection, entry(project, "promote"))
        assert checkpoint.take(project, connection, signer) is not None
        raise ZeroDivisionError
