"""audit: what was done, and proof that nobody rewrote it."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from jupyter_mlops.core import door
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.governance.audit import audit
from tests.unit.governance import ledgers
from tests.unit.governance.conftest import set_up


def keep(project: Project, number: int, name: str = "customers") -> None:
    found = verb_of(snapshot)
    assert found is not None
    door.enter(project, found, {"table": pd.DataFrame({"a": [number]}), "name": name})


@pytest.fixture
def busy(project: Project) -> Project:
    for number in range(4):
        keep(project, number)
    keep(project.acting(Actor("bo", "jupyter")), 5, "prices")
    return project


class TestList:
    def test_lines_come_newest_first_a_page_at_a_time(self, busy: Project) -> None:
        """The page says where the next one starts."""
        first = audit(busy, limit=2)
        assert [event.seq for event in first.events] == [5, 4]
        assert first.next_page == 4
        assert [event.seq for event in audit(busy, limit=5, before=first.next_page).events] == [3, 2, 1]

    @pytest.mark.parametrize(
        ("options", "found"),
        [
            ({"by": "bo"}, [5]),
            ({"did": "snapshot", "by": "ada", "limit": 2}, [4, 3]),
            ({"did": "promote"}, []),
            ({"about": "customers@2"}, [2]),
            ({"about": "snapshot:prices"}, [5]),
            ({"about": "%"}, []),
            ({"outcome": "refused"}, []),
            ({"start": datetime(2000, 1, 1, tzinfo=UTC), "by": "bo"}, [5]),
            ({"start": datetime(2999, 1, 1, tzinfo=UTC)}, []),
            ({"end": datetime(2000, 1, 1, tzinfo=UTC)}, []),
        ],
    )
    def test_filters(self, busy: Project, options: dict[str, object], found: list[int]) -> None:
        """By person, verb, subject, outcome and time."""
        assert [event.seq for event in audit(busy, **options).events] == found  # type: ignore[arg-type]


class TestVerify:
    def test_an_untouched_ledger_verifies(self, busy: Project) -> None:
        """It says that every line is as written, and how far that proof goes."""
        proven = audit(busy, verify=True)
        assert (proven.is_verified, proven.signed, len(proven.keys)) == (True, 1, 1)
        assert "every one as it was written" in str(proven)
        assert "local only" in str(proven)

    def test_with_a_copy_elsewhere_nothing_is_left_to_say(self, project: Project) -> None:
        """The claim is as far as it goes."""
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        keep(project, 1)
        assert audit(project, verify=True).doubts == ()

    def test_a_changed_line_is_named(self, busy: Project) -> None:
        """Who edits a line is found out, and the command line exits with 1."""
        ledgers.execute(busy, "UPDATE ledger SET actor = 'eve' WHERE seq = 2")
        caught = audit(busy, verify=True)
        assert not caught.is_well
        assert "line 2 was edited" in str(caught)

    def test_a_kept_checkpoint_is_held_against_it(self, busy: Project) -> None:
        """As it came by mail."""
        (busy.root / "kept.txt").write_text((busy.folder / "checkpoint.txt").read_text())
        ledgers.rewrite_from_one(busy)
        assert audit(busy, verify=True).is_verified
        assert audit(busy, verify=True, against=("kept.txt",)).is_verified is False

    @pytest.mark.parametrize("place", ["/etc/passwd", "../..", "https://example.com/x", "file:///etc"])
    def test_no_other_file_is_read(self, busy: Project, place: str) -> None:
        """Over REST anybody who may look may ask; what lies outside the project is none of theirs."""
        with pytest.raises(NotFound):
            audit(busy, verify=True, against=(place,))

    def test_a_file_that_is_no_checkpoint_is_not_shown(self, busy: Project) -> None:
        """It is said to be damaged, and no word of it leaves."""
        (busy.root / "other.txt").write_text("s3cret")
        caught = audit(busy, verify=True, against=("other.txt",))
        assert "other.txt is damaged" in str(caught)
        assert "s3cret" not in str(caught)


class TestProve:
    def test_a_proof_is_checked_where_it_is_read(self, busy: Project) -> None:
        """Written as JSON, read back, without the ledger."""
        proven = audit(busy, prove=1)
        assert "Line 1 is in the ledger" in str(proven)
        (busy.root / "proof.json").write_text(proven.model_dump_json())
        ledgers.execute(busy, "DELETE FROM ledger")
        assert audit(busy, check="proof.json").is_verified

    def test_a_forged_one_is_not(self, busy: Project) -> None:
        """And the command line exits with 1."""
        proven = audit(busy, prove=1)
        (busy.root / "proof.json").write_text(proven.model_dump_json().replace("ada", "eve"))
        caught = audit(busy, check="proof.json")
        assert not caught.is_well
        assert "Nothing is proven" in str(caught)

    def test_keys_that_settings_trust_decide(self, busy: Project) -> None:
        """A proof that somebody signed with a key of their own is none."""
        proven = audit(busy, prove=1)
        (busy.root / "proof.json").write_text(proven.model_dump_json())
        key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        set_up(busy, f"checkpoint_trust = ['{key}']")
        assert not audit(Project(busy.root), check="proof.json").is_well

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"proof": 3}', "null", "\x00"])
    def test_what_is_no_proof_is_said_to_be_none(self, busy: Project, content: str) -> None:
        """In one sentence."""
        (busy.root / "proof.json").write_text(content)
        with pytest.raises(Invalid, match="holds no proof"):
            audit(busy, check="proof.json")

    def test_nothing_outside_is_read(self, busy: Project) -> None:
        """A file of the project."""
        with pytest.raises(NotFound, match="outside"):
            audit(busy, check="../../etc/passwd")


class TestExport:
    def test_all_of_it_goes_to_a_file(self, busy: Project) -> None:
        """Which it names; each call there starts and ends."""
        found = audit(busy, to="openlineage", file="events.jsonl")
        assert (found.lines, found.file) == (10, "events.jsonl")
        assert "Wrote events.jsonl" in str(found)
