"""A contract is read whole, or refused with the place that is wrong."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.contracts import contract
from jupyter_mlops.core.errors import Invalid

WRONG = {
    "x = ": "is no TOML",
    "colums = {}": "colums: Extra inputs are not permitted",
    "format = 9": "has format 9",
    "enforce = 'maybe'": "enforce:",
    "columns = 3": "columns:",
    "columns.age = 3": "columns.age:",
    "columns.age.rnage = [0, 1]": "columns.age.rnage: no rule is called 'rnage'",
    "columns.age.range = [0]": "columns.age.range: a range has two ends, not 1",
    "columns.age.range = {}": "columns.age.range: a range needs an end",
    "columns.age.range = {lest = 1}": "columns.age.range.lest: Extra inputs are not permitted",
    "columns.age.set = []": "columns.age.set.values:",
    "columns.age.type = 'float'": "columns.age.type:",
    "columns.age.nullable = 2": "columns.age.nullable",
    "columns.age.length = 'x'": "columns.age.length: 'x' is no length",
    "columns.age.volume = 1": "columns.age.volume: volume is a rule of tables",
    "columns.age = {range = [0, 1], severity = 'bad'}": "columns.age.range.severity:",
    "table.range = [0, 1]": "table.range.column:",
    "table.rule = [{that = 'a >'}]": "table.rule.that: 'a >' is no expression",
    "table.schema = 'shut'": "table.schema.schema_:",
}


class TestParse:
    @pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=WRONG)
    def test_what_is_wrong_is_said_with_its_place(self, text, said):
        """In one sentence, and nothing is half-read."""
        with pytest.raises(Invalid) as invalid:
            contract.parse(text, "c.contract.toml")
        assert invalid.value.message.startswith("c.contract.toml")
        assert said in invalid.value.message

    def test_a_near_miss_is_guessed(self):
        """The hint names the nearest rule."""
        with pytest.raises(Invalid) as invalid:
            contract.parse("columns.age.rnage = 1", "c")
        assert invalid.value.hint == "Did you mean 'range'?"

    def test_an_empty_one_asks_nothing(self):
        """It is a contract all the same."""
        assert contract.parse("", "c").rules == ()

    def test_rules_are_asked_in_the_order_of_the_file(self):
        """So that reports of one contract can be compared."""
        keys = ["unique", "range", "type", "nullable", "finite", "monotonic"]
        values = ["true", "[0, 1]", "'number'", "false", "true", "'increasing'"]
        lines = [f"{key} = {value}" for key, value in zip(keys, values, strict=True)]
        rules = contract.parse("[columns.a]\n" + "\n".join(lines), "c").rules
        assert [rule.label for rule in rules] == [f"a: {key}" for key in keys]

    def test_columns_may_have_any_name(self):
        """Dots, spaces and quotes are TOML's to escape."""
        text = '[columns."first.name"]\nnullable = false\n[columns."a b"]\nunique = true\n[columns."__index__"]\nunique = true\n[columns.""]\nunique = true'
        assert [rule.about for rule in contract.parse(text, "c").rules] == [
            ("first.name",),
            ("a b",),
            ("__index__",),
            ("",),
        ]

    def test_five_thousand_columns_are_read(self):
        """In a moment."""
        text = "\n".join(f"[columns.c{number}]\ntype = 'number'\nnullable = false" for number in range(5000))
        assert len(contract.parse(text, "c").rules) == 10_000

    def test_severity_is_that_of_the_column_or_the_rules_own(self):
        """The nearer one counts."""
        text = "[columns.a]\nseverity = 'warning'\nunique = true\nrange = {least = 0, severity = 'info'}"
        found = {rule.name: rule.severity for rule in contract.parse(text, "c").rules}
        assert found == {"unique": "warning", "range": "info"}


class TestExamine:
    def test_every_rule_is_asked(self, project):
        """And named in the report."""
        text = "[columns.a]\ntype = 'number'\nunique = true\n[[table.rule]]\nthat = 'a > 0'"
        report = contract.parse(text, "c").examine(Case("t", pd.DataFrame({"a": [1]}), project))
        assert (set(report.checks), report.verdict) == ({"a: type", "a: unique", "rule: a > 0"}, "passed")

    def test_a_missing_column_without_a_schema_is_unknown(self, project):
        """Nobody said that it may be absent."""
        text = "[columns.a]\nunique = true\n[columns.b]\nunique = true\noptional = true"
        report = contract.parse(text, "c").examine(Case("t", pd.DataFrame(), project))
        assert list(report.unknown) == ["a: unique"]


class TestFind:
    def test_it_lies_at_the_root_under_the_datasets_name(self, project):
        """A file to review."""
        (project.root / "shop.contract.toml").write_text("[columns.a]\nunique = true")
        found = contract.find(project, "shop")
        assert found is not None
        assert (found.name, len(found.rules)) == ("shop.contract.toml", 1)

    def test_none_is_none(self, project):
        """Most datasets have none."""
        assert contract.find(project, "shop") is None
        assert contract.find(project, None) is None
