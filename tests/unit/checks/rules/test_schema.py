"""The columns are those of the contract."""

from __future__ import annotations

import pandas as pd

RULES = "[table]\nschema = '{}'\n[columns]\nid = {{}}\ncustomer_age = {{}}\nnote = {{optional = true}}"


def said(report) -> list[str]:
    return [finding.message for finding in report.findings]


class TestSchema:
    def test_gone_and_new_are_named(self, examine):
        """An optional one may be absent."""
        report = examine(RULES.format("closed"), pd.DataFrame({"id": [1], "colour": [1]}))
        assert said(report) == ["column 'customer_age' is gone", "column 'colour' is new"]

    def test_open_admits_others(self, examine):
        """More columns are no harm then; less are."""
        assert examine(RULES.format("open"), pd.DataFrame({"id": [1], "customer_age": [1], "x": [1]})).is_well
        assert not examine(RULES.format("open"), pd.DataFrame({"id": [1]})).is_well

    def test_a_new_name_is_guessed(self, examine):
        """It saves looking for it."""
        report = examine(RULES.format("closed"), pd.DataFrame({"id": [1], "CustomerAge": [1]}))
        assert said(report)[0] == "column 'customer_age' is gone; 'CustomerAge' is new: was it renamed?"

    def test_two_of_one_name_are_wrong(self, examine):
        """Nobody knows which one is meant."""
        frame = pd.DataFrame([[1, 2, 3]], columns=["id", "id", "customer_age"])
        assert said(examine(RULES.format("closed"), frame)) == ["2 columns are called 'id'"]

    def test_rules_of_a_column_that_is_gone_say_nothing_more(self, examine):
        """One finding for one fault."""
        rules = "[table]\nschema = 'closed'\n[columns.a]\nunique = true\nnullable = false\nrange = [0, 1]"
        report = examine(rules, pd.DataFrame())
        assert (said(report), report.unknown) == (["column 'a' is gone"], {})
