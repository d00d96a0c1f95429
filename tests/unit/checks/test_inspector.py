"""A dataset's contract is asked of every table that is to become a version, and of columns that are loaded."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from jupyter_mlops.checks.expect import expect
from jupyter_mlops.core.errors import Invalid, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.datasets import datasets
from jupyter_mlops.data.load import load
from jupyter_mlops.data.snapshot import snapshot

GOOD = pd.DataFrame({"age": [31.0, 44.0]})
BAD = pd.DataFrame({"Age": [-1.0, 44.0]})
RULES = "enforce = {}\n[table]\nschema = 'closed'\n[columns.age]\nrange = [0, 120]\n"


def write(project: Project, text: str) -> None:
    (project.root / "shop.contract.toml").write_text(text)


class TestSnapshot:
    def test_what_breaks_it_is_noted(self, project):
        """On the card, with the line that names the rows; the version is kept."""
        write(project, RULES.format("false"))
        made = snapshot(project, pd.DataFrame({"age": [-1.0]}), "shop")
        assert made.findings == ("shop.contract.toml: age: 1 of 1 rows are below 0 (error)",)
        assert (made.card().state, made.card().next[0]) == ("warning", "%mlops validate shop@1")

    def test_an_enforced_one_refuses(self, project):
        """Nothing is stored: no version, and no object."""
        write(project, RULES.format("true"))
        with pytest.raises(
            Refused, match=r"shop\.contract\.toml refuses the table for shop: column 'age' is gone"
        ) as refused:
            snapshot(project, BAD, "shop")
        assert refused.value.report is not None
        assert datasets(project).total == 0
        assert [path for path in project.folder.rglob("objects/??/*") if path.is_file()] == []

    def test_what_keeps_it_is_kept_without_a_word(self, project):
        """Enforced or not; and other datasets are not asked."""
        write(project, RULES.format("true"))
        assert snapshot(project, GOOD, "shop").findings == ()
        assert snapshot(project, BAD, "other").findings == ()

    def test_the_list_says_how_many_things_broke_it(self, project):
        """None, where nothing was asked."""
        snapshot(project, GOOD, "shop")
        write(project, RULES.format("false"))
        snapshot(project, pd.DataFrame({"age": [-1.0]}), "shop")
        snapshot(project, GOOD, "shop")
        assert [item.breaches for item in datasets(project, "shop").snapshots] == [0, 1, None]

    def test_what_is_no_table_is_said(self, project):
        """As without a contract."""
        write(project, RULES.format("false"))
        with pytest.raises(Invalid, match="is not a pandas DataFrame"):
            snapshot(project, [1, 2], "shop")

    def test_a_contract_that_cannot_be_read_is_not_passed_over(self, project):
        """Nobody can tell whether it is enforced."""
        write(project, "enforce = ")
        with pytest.raises(Invalid, match="is no TOML"):
            snapshot(project, GOOD, "shop")


class TestLoad:
    def test_changed_columns_are_warned_of(self, project):
        """The schema has drifted since the contract was written."""
        snapshot(project, BAD, "shop")
        write(project, RULES.format("true"))
        with pytest.warns(UserWarning, match="column 'age' is gone; 'Age' is new: was it renamed"):
            load(project, "shop")

    def test_values_are_not_asked_of(self, project):
        """That is what validate is for; nor are some columns asked for the others."""
        snapshot(project, pd.DataFrame({"age": [-1.0]}), "shop")
        write(project, RULES.format("true"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            load(project, "shop")
            write(project, RULES.format("true") + "[columns.more]\n")
            load(project, "shop", columns=["age"])

    def test_a_contract_that_cannot_be_read_hides_no_data(self, project):
        """It is said, and the table comes."""
        snapshot(project, GOOD, "shop")
        write(project, "enforce = ")
        with pytest.warns(UserWarning, match="is no TOML"):
            assert len(load(project, "shop")) == 2

    def test_a_proposed_one_says_nothing(self, project):
        """Of the version that it was proposed from."""
        snapshot(project, GOOD, "shop")
        expect(project, ("shop",), write=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            load(project, "shop")
