"""Contracts, leaks and signatures, asked of a version."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.expect import expect
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.data import DataContract, NoLeak, Signature
from jupyter_mlops.models.register import register
from tests.unit.models.conftest import Make, people

Ask = Callable[..., Candidate]


class TestContract:
    def test_without_one_is_an_open_question(self, make: Make, candidate: Ask) -> None:
        """Nobody said what the data must keep."""
        with pytest.raises(Unknown, match="holdout has no contract"):
            list(DataContract().find(candidate(make())))

    def test_broken_rules_fail(
        self, project: Project, make: Make, candidate: Ask, holdout: pd.DataFrame
    ) -> None:
        """They are told as the contract tells them."""
        expect(project, ("holdout@1",), write=True)
        snapshot(project, holdout.assign(region="mars"), "holdout")
        assert [item.severity for item in DataContract().find(candidate(make()))] == ["info"]
        found = list(DataContract().find(candidate(make(), data="holdout@2")))
        assert any(item.severity == "error" and item.check == "contract" for item in found)


class TestNoLeak:
    def test_other_rows_pass(self, make: Make, candidate: Ask) -> None:
        """Nothing of the holdout was trained on."""
        found = list(NoLeak().find(candidate(make())))
        assert all(item.severity != "error" for item in found)
        assert "shares nothing with train@1" in found[-1].message

    def test_training_rows_fail(self, project: Project, make: Make, candidate: Ask) -> None:
        """Evaluation data that overlaps training data is a finding, with the count."""
        found = list(NoLeak().find(candidate(make(), data="train@1")))
        assert found[0].severity == "error"
        assert "400 of 400 test rows are in the training table too" in found[0].message

    def test_unrecorded_training_data_is_an_open_question(self, project: Project, candidate: Ask) -> None:
        """Nobody knows what it has seen."""
        table = people(200, 9)
        project.session.snapshots.clear()
        model = LogisticRegression().fit(table[["age", "income"]], table["left"])
        with pytest.raises(Unknown, match="not recorded"):
            list(NoLeak().find(candidate(register(project, model, "churn").version)))


class TestSignature:
    def test_the_same_columns_and_classes_pass(self, make: Make, candidate: Ask) -> None:
        """It takes the champion's place as it is."""
        (found,) = Signature().find(candidate(make(seed=3), make()))
        assert found.severity == "info"

    def test_a_new_column_and_other_classes_fail(self, project: Project, make: Make, candidate: Ask) -> None:
        """Callers would not give the one, nor understand the other."""
        table = people(200, 9).assign(wealth=1.0)
        labels = table["left"].map({0: "stays", 1: "leaves"})
        model = LogisticRegression().fit(table[["age", "income", "wealth"]], labels)
        old = make()
        found = list(Signature().find(candidate(register(project, model, "churn").version, old)))
        assert [item.severity for item in found] == ["error", "error"]
        assert "reads wealth, which churn@1 does not" in found[0].message

    def test_nothing_serves_yet(self, make: Make, candidate: Ask) -> None:
        """There is nothing to fit."""
        (found,) = Signature().find(candidate(make()))
        assert found.message == "nothing else serves; it reads 2 columns"
