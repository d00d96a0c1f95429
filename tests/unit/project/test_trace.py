"""trace: which versions hold a row or a person's rows, which models saw them, and what was erased since."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core import door
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.ledger import AuditEvent, append, entries
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.derive import derive
from jupyter_mlops.data.forget import Forgotten, forget
from jupyter_mlops.data.mask import mask
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.project.trace import Sighting, Trace, trace

ADA, BOB = "ada@web.de", "bob@web.de"
PEOPLE = pd.DataFrame({"email": [ADA, BOB, ADA], "month": [1, 1, 2], "spent": [1.0, 2.0, 4.0]})


def without_names(people: pd.DataFrame) -> pd.DataFrame:
    return people.drop(columns=["email"])


def say(project: Project, function: object, **arguments: object) -> Record:
    verb = verb_of(function)
    assert verb is not None
    answer = door.enter(project, verb, arguments)
    assert isinstance(answer, Record)
    return answer


def traced(project: Project, value: str = ADA, **options: object) -> Trace:
    answer = say(project, trace, name="people", column="email", value=[value], **options)
    assert isinstance(answer, Trace)
    return answer


def learn(project: Project, data: str, version: str) -> None:
    """A run that read data, and the model's version that it became."""
    run = f"run:@{version}"
    for verb, source, target in (
        ("record", f"snapshot:{data}", run),
        ("register", run, f"version:{version}"),
    ):
        event = AuditEvent(
            at=project.clock.now().isoformat(),
            actor="ada",
            source="os",
            face="magic",
            verb=verb,
            phase="outcome",
            inputs=(source,),
            outputs=(target,),
            outcome="ok",
        )
        with project.store.write() as connection:
            append(connection, event)


@pytest.fixture
def people(project: Project) -> Project:
    """Two versions, of which the second has nothing of Ada; a model of each."""
    for table in (PEOPLE, PEOPLE[PEOPLE.email != ADA]):
        say(project, snapshot, table=table, name="people", pii="allow")
    learn(project, "people@1", "churn@1")
    learn(project, "people@2", "churn@2")
    return project


class TestTrace:
    def test_it_names_versions_and_the_models_that_saw_them(self, people: Project) -> None:
        """Those that hold the person, and no others."""
        found = traced(people)
        assert [(item.ref, item.rows) for item in found.holdings] == [("people@1", 2)]
        assert found.models == (Sighting(version="churn@1", through=("people@1",), is_certain=True),)
        assert {item.version for item in traced(people, BOB).models} == {"churn@1", "churn@2"}

    def test_a_row_is_told_by_its_whole_key(self, people: Project) -> None:
        """Further columns must agree."""
        assert traced(people, where=["month=2"]).holdings[0].rows == 1
        assert traced(people, where=["month=3"]).models == ()

    def test_masked_copies_hold_the_person_under_another_value(self, people: Project) -> None:
        """As `forget` finds it there."""
        say(people, mask, subject="people@1")
        learn(people, "people-masked@1", "shop@1")
        found = traced(people)
        assert [item.ref for item in found.holdings] == ["people@1", "people-masked@1"]
        assert Sighting(version="shop@1", through=("people-masked@1",), is_certain=True) in found.models

    def test_what_a_function_made_may_have_it(self, people: Project) -> None:
        """The rows cannot be told there, so a model that saw it perhaps saw them."""
        say(people, derive, name="bare", source=["people@1"], using=without_names)
        learn(people, "bare@1", "shop@1")
        found = traced(people)
        assert found.untold == ("bare",)
        assert Sighting(version="shop@1", through=("people@1",), is_certain=False) in found.models
        assert "shop@1 (perhaps, through people@1)" in str(found)

    def test_a_version_without_the_column_is_named(self, people: Project) -> None:
        """Silence would read as absence."""
        say(people, snapshot, table=without_names(PEOPLE), name="people", pii="allow")
        assert traced(people).untold == ("people@3",)

    def test_a_version_that_was_pruned_is_named(self, people: Project) -> None:
        """The models that learnt from it are in the lineage; whether they saw the rows, nobody can tell."""
        with people.store.write() as connection:
            catalogue.remove(connection, catalogue.versions(connection, "people")[-1])
        assert traced(people).untold == ("people@1",)

    def test_a_version_that_cannot_be_read_is_named(self, people: Project) -> None:
        """One that lies in another project's folder, or is damaged."""
        for path in (people.folder / "objects").rglob("*"):
            if path.is_file():
                path.unlink()
        assert traced(people).untold == ("people@1", "people@2")


class TestForgotten:
    def test_who_saw_the_rows_before_they_were_erased_is_still_named(self, people: Project) -> None:
        """With the line that erased them; who came after saw nothing."""
        say(people, forget, name="people", column="email", value=[ADA])
        learn(people, "people@1", "churn@3")
        found = traced(people)
        assert [item.rows for item in found.holdings] == [0]
        erased = found.holdings[0].erased
        with people.store.read() as connection:
            assert erased is not None
            assert [event.verb for event in entries(connection) if event.seq == erased.line] == ["forget"]
        assert [item.version for item in found.models] == ["churn@1"]

    def test_somebody_who_came_back_is_seen_again(self, people: Project) -> None:
        """What was erased once and kept anew is there."""
        say(people, forget, name="people", column="email", value=[ADA])
        say(people, snapshot, table=PEOPLE, name="people", pii="allow")
        learn(people, "people@3", "churn@3")
        found = traced(people)
        assert [(item.ref, item.rows) for item in found.holdings] == [("people@1", 0), ("people@3", 2)]
        assert [item.version for item in found.models] == ["churn@1", "churn@3"]


class TestDiscretion:
    def test_no_value_is_in_the_answer_the_ledger_or_the_session(self, people: Project) -> None:
        """The person has a keyed digest, the one of the proof of `forget`; nothing counts as read."""
        before = dict(people.session.snapshots)
        found = traced(people, where=["month=2"])
        forgotten = say(people, forget, name="people", column="email", value=[ADA])
        assert isinstance(forgotten, Forgotten)
        assert found.subjects == forgotten.subjects
        assert ADA not in found.model_dump_json() + str(found)
        assert "month=2" not in found.model_dump_json() + str(found)
        assert people.session.snapshots == before

    def test_a_refusal_names_no_value(self, people: Project) -> None:
        """The line of somebody who may not ask says that they asked, and not of whom."""
        with pytest.raises(NotFound) as error:
            say(people, trace, name="nobody", column="email", value=[ADA])
        assert ADA not in str(error.value)
        with people.store.read() as connection:
            assert all(ADA not in event.model_dump_json() for event in entries(connection))


class TestBadInput:
    def test_a_misspelt_column(self, people: Project) -> None:
        """The nearest is named; further columns are looked at too."""
        with pytest.raises(NotFound, match="has a column 'mail'"):
            say(people, trace, name="people", column="mail", value=[ADA])
        with pytest.raises(NotFound, match="has a column 'moth'"):
            traced(people, where=["moth=1"])

    def test_a_further_column_without_a_value(self, people: Project) -> None:
        """It may be a value, so that it is not repeated."""
        with pytest.raises(Invalid) as error:
            traced(people, where=[BOB])
        assert BOB not in str(error.value)


class TestColumns:
    def test_a_level_of_the_index_tells_rows_too(self, project: Project) -> None:
        """As `forget` finds them there."""
        indexed = PEOPLE.set_index("email")
        say(project, snapshot, table=indexed, name="people", pii="allow")
        assert traced(project).holdings[0].rows == 2
        assert traced(project, where=["month=2"]).holdings[0].rows == 1
