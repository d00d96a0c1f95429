"""The door: validates, authorises, runs and records every call."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field
from sqlalchemy import text

from jupyter_mlops.core import call, door, ledger
from jupyter_mlops.core.errors import Interrupted, Invalid, NotFound, Refused, Unavailable
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import Alias, SnapshotRef, VersionRef
from jupyter_mlops.core.verb import Verb, verb, verb_of


class Moved(Record):
    """An answer that names a version."""

    version: VersionRef
    read: str = ""


class Picked(Record):
    """What was asked for."""

    by: tuple[str, ...]
    row: tuple[int, ...]


Count = Annotated[int, Field(description="How many.")]
Text = Annotated[str, Field(description="Anything.")]
Names = Annotated[tuple[str, ...], Field(description="Some names.")]
Rows = Annotated[tuple[int, ...], Field(description="Some rows.")]


@verb("move", effect="write")
def move(
    project: Project, version: VersionRef, to: Alias = "champion", *, count: Count = 1, note: Text = ""
) -> Moved:
    """Move something."""
    with project.change() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS moved (n INTEGER)"))
        connection.execute(text("INSERT INTO moved VALUES (:n)"), {"n": count})
    if note == "refuse":
        raise Refused("The gate refused.", hint="Train again.")
    if note == "crash":
        raise ZeroDivisionError("a bug")
    if note == "full":
        raise OSError(28, "No space left on device")
    if note == "stop":
        raise KeyboardInterrupt
    return Moved(version="churn@3")


@verb("ship", effect="write", foreign=True)
def ship(project: Project, version: VersionRef) -> Moved:
    """Change a store that is not ours."""
    door.enter(project, the(peek), {"ref": "customers"})
    door.enter(project, the(move), {"version": version})
    return Moved(version="churn@4")


@verb("pick", effect="read")
def pick(project: Project, *, by: Names = (), row: Rows = ()) -> Picked:
    """Take several of something."""
    return Picked(by=by, row=row)


@verb("peek", effect="read")
def peek(project: Project, ref: SnapshotRef) -> Moved:
    """Only read."""
    call.reads("snapshot:customers@7", given=f"snapshot:{ref}")
    return Moved(version="churn@1")


def the(function: object) -> Verb:
    found = verb_of(function)
    assert found is not None
    return found


def lines(project: Project) -> list[AuditEvent]:
    with project.store.read() as connection:
        return list(ledger.entries(connection))


class TestValidation:
    def test_text_becomes_what_the_verb_takes(self, project: Project) -> None:
        """What a person typed is turned into the argument's type."""
        assert door.validate(the(move), {"version": "churn@2", "count": "3"})["count"] == 3

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ({}, "move needs version"),
            ({"version": "churn@2", "cuont": 1}, "Did you mean 'count'"),
            ({"version": "churn@2", "count": "many"}, "'many' is no count for move"),
            ({"version": "../../etc"}, "is not a name"),
        ],
    )
    def test_nonsense_is_one_sentence_and_nothing_happens(
        self, project: Project, arguments: dict[str, object], said: str
    ) -> None:
        """A call that makes no sense never reaches the verb."""
        with pytest.raises(Invalid) as error:
            door.enter(project, the(move), arguments)
        assert said in str(error.value)
        assert lines(project) == []

    @pytest.mark.parametrize("given", ["id", ["id"], ("id",)])
    def test_one_text_is_one_of_several(self, project: Project, given: object) -> None:
        """It is never taken apart into its letters."""
        found = door.enter(project, the(pick), {"by": given, "row": "12"})
        assert found == Picked(by=("id",), row=(12,))

    def test_one_text_that_is_none_of_them_is_named(self, project: Project) -> None:
        """As it was given."""
        with pytest.raises(Invalid, match="'first' is no row for pick"):
            door.enter(project, the(pick), {"row": "first"})


class TestRecord:
    def test_a_write_is_one_line_with_who_what_and_what_came_of_it(self, project: Project) -> None:
        """Actor, verb, references, outcome and duration are kept."""
        door.enter(project, the(move), {"version": "churn@2"}, face="magic")
        (event,) = lines(project)
        assert (event.actor, event.face, event.verb, event.outcome) == ("ada", "magic", "move", "ok")
        assert (event.inputs, event.outputs) == (("version:churn@2",), ("version:churn@3",))
        assert event.duration_ms is not None

    def test_a_read_leaves_no_line(self, project: Project) -> None:
        """Looking is not an event."""
        door.enter(project, the(peek), {"ref": "customers"})
        assert lines(project) == []

    @pytest.mark.parametrize(
        ("note", "error", "outcome", "reason"),
        [
            ("refuse", Refused, "refused", "The gate refused."),
            ("crash", ZeroDivisionError, "failed", "ZeroDivisionError: a bug"),
            ("full", Unavailable, "failed", "[Errno 28] No space left on device"),
            ("stop", KeyboardInterrupt, "failed", "It was interrupted."),
        ],
    )
    def test_a_failure_undoes_the_change_and_keeps_the_reason(
        self, project: Project, note: str, error: type[BaseException], outcome: str, reason: str
    ) -> None:
        """The change is rolled back; the line that says why is not."""
        with pytest.raises(error):
            door.enter(project, the(move), {"version": "churn@2", "note": note})
        (event,) = lines(project)
        assert (event.outcome, event.reason) == (outcome, reason)
        with project.store.read() as connection:
            tables = connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'moved'")).all()
        assert tables == []

    def test_a_foreign_store_gets_intent_then_outcome(self, project: Project) -> None:
        """A crash between the two would show: the outcome names the intent."""
        door.enter(project, the(ship), {"version": "churn@2"})
        intent, nested, outcome = lines(project)
        assert (intent.phase, intent.outcome) == ("intent", "started")
        assert (outcome.phase, outcome.intent) == ("outcome", intent.seq)
        assert nested.parent == intent.seq

    def test_what_nested_calls_read_and_make_is_the_outer_calls_too(self, project: Project) -> None:
        """Lineage crosses calls: the snapshot read inside, resolved, is an input outside."""
        door.enter(project, the(ship), {"version": "churn@2"})
        outcome = lines(project)[-1]
        assert "snapshot:customers@7" in outcome.inputs
        assert "snapshot:customers" not in outcome.inputs
        assert outcome.outputs == ("version:churn@3", "version:churn@4")

    def test_a_secret_in_an_argument_is_masked(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither what looks like a secret nor what is one reaches the ledger."""
        monkeypatch.setenv("SHOP_TOKEN", "hunter2hunter2")
        door.enter(project, the(move), {"version": "churn@2", "note": "password=letmein and hunter2hunter2"})
        (event,) = lines(project)
        assert "letmein" not in str(event.arguments)
        assert "hunter2" not in str(event.arguments)


class TestAuthority:
    def test_a_viewer_may_look_but_not_touch(self, project: Project) -> None:
        """A refusal by role is an event too."""
        (project.root / "pyproject.toml").write_text("[tool.jupyter-mlops]\nroles = {eve = 'viewer'}\n")
        eve = Project(project.root, actor=Actor("eve", "os"))
        door.enter(eve, the(peek), {"ref": "customers"})
        with pytest.raises(Refused, match="eve is viewer, and move needs contributor"):
            door.enter(eve, the(move), {"version": "churn@2"})
        assert [event.outcome for event in lines(eve)] == ["refused"]


class TestUnfinished:
    def test_an_intent_without_outcome_shows(self, project: Project) -> None:
        """A kernel killed between intent and outcome leaves a line that says so."""

        @verb("vanish", effect="write", foreign=True)
        def vanish(project: Project) -> Moved:
            """Die in the middle."""
            with project.store.read() as connection:
                assert [event.verb for event in ledger.unfinished(connection)] == ["vanish"]
            raise NotFound("Gone.", hint="")

        with pytest.raises(NotFound):
            door.enter(project, the(vanish), {})
        with project.store.read() as connection:
            assert ledger.unfinished(connection) == []


class TestAccess:
    def test_a_role_on_what_the_call_names_decides(self, project: Project) -> None:
        """By pattern, on whatever face; the refusal is an event."""
        settings = "default_role = 'viewer'\naccess = {'churn*' = {eve = 'contributor'}}\n"
        (project.root / "pyproject.toml").write_text(f"[tool.jupyter-mlops]\n{settings}")
        eve = Project(project.root, actor=Actor("eve", "os"))
        door.enter(eve, the(move), {"version": "churn@2"}, face="rest")
        with pytest.raises(Refused, match="eve is viewer of fraud, and move needs contributor"):
            door.enter(eve, the(move), {"version": "fraud@2"}, face="magic")
        assert [(event.outcome, event.face) for event in lines(eve)] == [("ok", "rest"), ("refused", "magic")]

    def test_the_least_role_on_several_counts(self, project: Project) -> None:
        """One that is protected among them is enough to be refused."""

        @verb("sweep", effect="write")
        def sweep(project: Project, *, versions: tuple[VersionRef, ...] = ()) -> Moved:
            """Touch many at once."""
            return Moved(version="churn@3")

        settings = "access = {'fraud' = {ada = 'viewer'}}\n"
        (project.root / "pyproject.toml").write_text(f"[tool.jupyter-mlops]\n{settings}")
        ada = Project(project.root, actor=project.actor)
        door.enter(ada, the(sweep), {"versions": ["churn@1", "churn@2"]})
        with pytest.raises(Refused, match="churn, fraud"):
            door.enter(ada, the(sweep), {"versions": ["churn@1", "fraud@2"]})
        assert lines(ada)[0].inputs == ("version:churn@1", "version:churn@2")


class TestInterrupted:
    """F30: the connection breaks in the middle; `tests/integration/test_postgres.py` breaks a real one."""

    def breaking(self, *, foreign: bool = False, inner: bool = False) -> tuple[Verb, list[int]]:
        """Return a verb whose first transaction breaks, and the list of its tries."""
        tries: list[int] = []

        @verb("fragile", effect="write", foreign=foreign)
        def fragile(project: Project) -> Moved:
            """Break once."""
            tries.append(1)
            if inner:
                door.enter(project, the(move), {"version": "churn@2"})
            if len(tries) == 1:
                raise Interrupted("The store broke off.")
            return Moved(version="churn@3")

        return the(fragile), tries

    def test_it_is_tried_once_more(self, project: Project) -> None:
        """And recorded once, as what it came to."""
        broken, tries = self.breaking()
        door.enter(project, broken, {})
        assert len(tries) == 2
        assert [event.outcome for event in lines(project)] == ["ok"]

    @pytest.mark.parametrize("kind", ["foreign", "inner"])
    def test_what_may_have_done_something_is_not(self, project: Project, kind: str) -> None:
        """To a store that is not ours, or by a call of its own: the caller hears, and looks."""
        broken, tries = self.breaking(**{kind: True})
        with pytest.raises(Unavailable, match="broke off"):
            door.enter(project, broken, {})
        assert len(tries) == 1
