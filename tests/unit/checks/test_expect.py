"""Expect proposes a contract that good versions keep, shows it, and writes it when asked."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.checks.expect import expect
from jupyter_mlops.checks.validate import validate
from jupyter_mlops.core import door, ledger
from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "id": range(500),
        "age": RANDOM.normal(40, 5, 500).round(1),
        "color": RANDOM.choice(["red", "green"], 500),
        "code": [f"AB-{number:04d}" for number in range(500)],
        "mail": [f"ada{number}@shop.example" for number in range(500)],
        "note": [None] * 500,
    }
)


@pytest.fixture
def shop(project: Project) -> Project:
    snapshot(project, FRAME, "shop")
    return project


def file(project: Project):
    return project.root / "shop.contract.toml"


class TestFirst:
    def test_it_is_shown_before_it_is_written(self, shop):
        """Nothing happens without --write; the card has the whole text and the line that writes it."""
        shown = expect(shop, ("shop",))
        assert not file(shop).exists()
        assert (shown.is_changed, shown.is_written, shown.good) == (True, False, ("shop@1",))
        assert "[columns.color]" in str(shown)
        assert shown.card().next == ("%mlops expect shop@1 --write",)

    def test_it_is_written_as_it_was_shown(self, shop):
        """To the byte."""
        shown, written = expect(shop, ("shop",)), expect(shop, ("shop@1",), write=True)
        assert file(shop).read_text() == shown.text == written.text
        assert written.is_written

    def test_what_is_proposed_holds(self, shop):
        """The good versions pass; nothing is unknown."""
        expect(shop, ("shop",), write=True)
        report = validate(shop, "shop")
        assert (report.verdict, report.unknown) == ("passed", {})
        assert len(report.checks) == expect(shop, ("shop",)).rules

    def test_it_holds_for_all_of_several_versions(self, project):
        """What one of them breaks is not proposed."""
        snapshot(project, FRAME, "shop")
        snapshot(project, FRAME.assign(id=0, color="blue", age=FRAME.age + 100).drop(columns="note"), "shop")
        found = tomllib.loads(expect(project, ("shop@1", "shop@2"), write=True).text)["columns"]
        assert "unique" not in found["id"]
        assert found["note"]["optional"] is True
        assert found["color"]["set"] == ["blue", "green", "red"]
        for ref in ("shop@1", "shop@2"):
            assert validate(project, ref).is_well

    def test_personal_values_are_not_in_it(self, shop):
        """Not as ends, sets or patterns."""
        shown = expect(shop, ("shop",))
        assert "example" not in shown.text
        assert tomllib.loads(shown.text)["columns"]["mail"].keys() == {"type", "nullable", "unique"}


class TestAgain:
    def test_the_same_versions_change_nothing(self, shop):
        """Asked again, it says so."""
        expect(shop, ("shop",), write=True)
        again = expect(shop, ("shop",), write=True)
        assert (again.is_changed, again.is_written) == (False, False)
        assert "already" in again.card().title

    def test_what_people_wrote_stays(self, shop):
        """Comments, stricter rules that hold, and what they took away."""
        expect(shop, ("shop",), write=True)
        text = (
            file(shop)
            .read_text()
            .replace("[columns.age]", "# grown-ups\n[columns.age]")
            .replace("unique = true\n", "")
        )
        file(shop).write_text(text)
        assert expect(shop, ("shop",)).text == text

    def test_a_further_good_version_widens(self, shop):
        """Only what it breaks; new columns come, and what cannot be widened is said."""
        expect(shop, ("shop",), write=True)
        extended = file(shop).read_text() + "\n[[table.rule]]\nthat = 'age < 100'\n"
        file(shop).write_text(extended)
        snapshot(shop, FRAME.assign(age=FRAME.age + 100, new=1.5), "shop")
        shown = expect(shop, ("shop@2",))
        after = tomllib.loads(shown.text)
        assert after["good"] == ["shop@1", "shop@2"]
        assert after["columns"]["age"]["range"][1] > 140
        assert after["columns"]["new"]["optional"] is True
        assert after["columns"]["color"] == tomllib.loads(extended)["columns"]["color"]
        assert [note.partition(":")[0] for note in shown.notes] == [
            "columns.age.range is widened",
            "table.rule stays, though the version breaks it",
        ]

    def test_a_contract_with_a_fault_is_not_written_over(self, shop):
        """People mend it first."""
        file(shop).write_text("x =")
        with pytest.raises(Invalid, match="is no TOML"):
            expect(shop, ("shop",), write=True)
        assert file(shop).read_text() == "x ="

    def test_a_change_meanwhile_is_kept(self, shop, monkeypatch):
        """Two people, one file."""
        monkeypatch.setattr(
            "jupyter_mlops.checks.contracts.texts.made",
            lambda *_: (file(shop).write_text("# mine"), "enforce = false")[1],
        )
        with pytest.raises(Conflict):
            expect(shop, ("shop",), write=True)
        assert file(shop).read_text() == "# mine"


class TestBadInput:
    def test_versions_of_two_datasets(self, shop):
        """A contract is one dataset's."""
        snapshot(shop, FRAME, "other")
        with pytest.raises(Invalid, match="other, shop is not one dataset"):
            expect(shop, ("shop", "other"))

    def test_no_such_version(self, shop):
        """As everywhere."""
        with pytest.raises(NotFound):
            expect(shop, ("shop@9",))

    @pytest.mark.parametrize(
        "frame",
        [
            pd.DataFrame(),
            pd.DataFrame({"a": []}),
            pd.DataFrame({"x": [np.nan] * 3, "y": [np.inf, -np.inf, 1.0]}),
            pd.DataFrame({"__index__": [1], 0: [2], "q\"u.o'te\n": [3]}),
            pd.DataFrame([[1, 2]], columns=["a", "a"]),
            pd.DataFrame({"lists": [[1], [2]], "mixed": [1, "a"]}),
        ],
        ids=["empty", "no rows", "no values", "odd names", "one name", "odd values"],
    )
    def test_odd_tables_have_contracts_too(self, project, frame):
        """That they keep; of columns of one name it is said that they are several."""
        snapshot(project, frame, "odd")
        expect(project, ("odd",), write=True)
        report = validate(project, "odd")
        assert report.is_well or {item.message for item in report.findings} == {"2 columns are called 'a'"}


class TestLedger:
    def test_what_it_read_is_kept(self, shop):
        """Lineage of the contract: the versions it was proposed from."""
        expect_ = verb_of(expect)
        assert expect_ is not None
        door.enter(shop, expect_, {"refs": ("shop@latest",), "write": True})
        with shop.store.read() as connection:
            last = list(ledger.entries(connection))[-1]
        assert (last.verb, last.inputs) == ("expect", ("snapshot:shop@1",))
