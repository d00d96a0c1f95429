"""What every check of a table must do, built in or plugged in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import ask
from jupyter_mlops.checks.contracts import contract
from jupyter_mlops.checks.rule import ROWS, Rule
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot

COUNT = 100
GOOD = pd.DataFrame(
    {
        "id": range(COUNT),
        "age": np.linspace(20, 60, COUNT),
        "color": ["red", "green"] * (COUNT // 2),
        "code": [f"AB-{number:04d}" for number in range(COUNT)],
        "at": pd.date_range("2026-11-01", periods=COUNT, freq="min"),
        "list": [[1]] * COUNT,
    }
)
# By rule: how a contract says it, a table that breaks it, and how many rows then do (None: the whole).
RULES: dict[str, tuple[str, Callable[[pd.DataFrame], pd.DataFrame], int | None]] = {
    "type": ("[columns.age]\ntype = 'number'", lambda frame: frame.assign(age="old"), None),
    "dtype": ("[columns.age]\ndtype = 'float64'", lambda frame: frame.assign(age=1), None),
    "nullable": ("[columns.age]\nnullable = false", lambda frame: frame.assign(age=np.nan), COUNT),
    "unique": ("[columns.id]\nunique = true", lambda frame: frame.assign(id=frame.id // 2), COUNT),
    "range": ("[columns.age]\nrange = [0, 120]", lambda frame: frame.assign(age=-1.0), COUNT),
    "finite": ("[columns.age]\nfinite = true", lambda frame: frame.assign(age=np.inf), COUNT),
    "set": ("[columns.color]\nset = ['red', 'green']", lambda frame: frame.assign(color="mauve"), COUNT),
    "pattern": ("[columns.code]\npattern = 'AB-\\d+'", lambda frame: frame.assign(code="x"), COUNT),
    "length": ("[columns.code]\nlength = 7", lambda frame: frame.assign(code="x"), COUNT),
    "monotonic": (
        "[columns.id]\nmonotonic = 'increasing'",
        lambda frame: frame.assign(id=-frame.id),
        COUNT - 1,
    ),
    "rule": ("[[table.rule]]\nthat = 'age > 0'", lambda frame: frame.assign(age=0.0), COUNT),
    "refers": ("[columns.id]\nrefers = 'good'", lambda frame: frame.assign(id=-1), COUNT),
    "freshness": (
        "[columns.at]\nfreshness = '2 days'",
        lambda frame: frame.assign(at=pd.Timestamp("2020")),
        None,
    ),
    "volume": ("[table]\nvolume = {least = 10}", lambda frame: frame.head(3), None),
    "schema": (
        "[table]\nschema = 'closed'\n[columns]\n" + "\n".join(f"{name} = {{}}" for name in GOOD),
        lambda frame: frame.drop(columns="id"),
        None,
    ),
    "drift": (
        "[columns.age]\ndrift = {psi = 0.25, reference = 'good@1'}",
        lambda frame: frame.assign(age=frame.age + 30),
        None,
    ),
}
every_rule = pytest.mark.parametrize("name", sorted(contract.plugged()))


@pytest.fixture
def good(project: Project) -> Project:
    snapshot(project, GOOD, "good")
    return project


def rule_of(name: str) -> Rule:
    return contract.parse(RULES[name][0], "the cell").rules[0]


def asked(project: Project, name: str, frame: pd.DataFrame) -> Any:
    return ask("t", Case("t", frame, project), [rule_of(name)])


@every_rule
class TestRule:
    def test_it_is_tried_here(self, name):
        """A rule that is plugged in without an example is not known to work."""
        assert name in RULES
        assert rule_of(name).name == name

    def test_a_good_table_passes(self, good, name):
        """Nothing is found, and nothing is unknown."""
        report = asked(good, name, GOOD)
        assert (report.findings, report.unknown) == ((), {})

    def test_what_is_bad_is_found_with_its_rows(self, good, name):
        """The count is exact; rows and samples are bounded, and go together."""
        _, breaking, count = RULES[name]
        report = asked(good, name, breaking(GOOD))
        (finding,) = report.findings
        assert (finding.check, finding.count, report.verdict) == (name, count, "failed")
        assert len(finding.rows) == len(finding.sample) <= ROWS
        assert finding.message

    def test_a_warning_fails_nothing(self, good, name):
        """Severity is the contract's to choose."""
        mild = rule_of(name).model_copy(update={"severity": "warning"})
        report = ask("t", Case("t", RULES[name][1](GOOD), good), [mild])
        assert (report.verdict, [item.severity for item in report.findings]) == ("passed", ["warning"])

    def test_personal_values_are_not_shown(self, good, name):
        """Neither in the sample, nor in the message, nor in the evidence."""
        frame = RULES[name][1](GOOD.assign(color="ada", code="ada"))
        case = Case("t", frame, good, personal=frozenset(frame.columns))
        report = ask("t", case, [rule_of(name)])
        assert all(
            value.replace("•••", "").strip(", ") == "" for item in report.findings for value in item.sample
        )

    def test_an_empty_table_is_no_accident(self, good, name):
        """Whatever it says, it says it; nothing breaks."""
        report = asked(good, name, GOOD.head(0))
        assert not any("failed with" in reason for reason in report.unknown.values())

    def test_all_missing_is_no_accident(self, good, name):
        """A column that came without values."""
        frame = GOOD.astype(object).mask(np.ones(GOOD.shape, dtype=bool), None)
        report = asked(good, name, frame)
        assert not any("failed with" in reason for reason in report.unknown.values())

    def test_a_missing_column_never_passes(self, good, name):
        """It is unknown, or a finding."""
        if name != "volume":
            assert not asked(good, name, pd.DataFrame({"other": [1]})).is_well

    def test_values_that_it_cannot_judge_never_pass(self, good, name):
        """A column of lists is neither fine nor a crash."""
        frame = GOOD.copy()
        for column in ("id", "age", "color", "code", "at"):
            frame[column] = GOOD["list"]
        report = asked(good, name, frame)
        if name not in {"volume", "nullable", "schema"}:
            assert not report.is_well
        assert not any("failed with" in reason for reason in report.unknown.values())

    def test_it_is_plain_data(self, name):
        """Equal ones are equal, and it comes back from its own JSON."""
        rule = rule_of(name)
        assert type(rule).model_validate_json(rule.model_dump_json()) == rule
