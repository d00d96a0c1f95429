"""A version's predictions are explained, and the explanation is kept."""

from __future__ import annotations

import json
from typing import cast

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Estimator
from jupyter_mlops.models.evaluation.metrics import metric
from jupyter_mlops.models.explain import explain
from jupyter_mlops.models.explanation.dependence import dependence
from jupyter_mlops.models.explanation.importance import importances
from jupyter_mlops.models.explanation.subject import Explained
from jupyter_mlops.models.register import register

FEATURES = ["age", "income", "noise"]


@pytest.fixture(autouse=True)
def _without_shap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sample, which is quick; that SHAP says the same is tested beside it."""
    monkeypatch.setattr("jupyter_mlops.models.explanation.shapley.find_spec", lambda _name: None)


@pytest.fixture
def people() -> pd.DataFrame:
    random = np.random.default_rng(2)
    table = pd.DataFrame(random.normal(size=(300, 3)), columns=FEATURES)
    table["town"] = np.where(np.arange(300) % 2, "Bern", "Rome")
    table["left"] = (table["income"] * 2 + table["age"] + random.normal(0, 0.3, 300) > 0).astype(int)
    return table


@pytest.fixture
def model(people: pd.DataFrame) -> Estimator:
    return cast(Estimator, LogisticRegression().fit(people[FEATURES], people["left"]))


@pytest.fixture
def churn(project: Project, model: Estimator) -> str:
    return register(project, model, "churn").version


class TestImportance:
    def test_it_is_scikit_learns(self, people: pd.DataFrame, model: Estimator) -> None:
        """But for the shuffles, which are many here."""
        explained = Explained.of("churn@1", model, people, "left")
        found, _ = importances(explained, metric("binary", "accuracy"), repeats=40)
        known = permutation_importance(model, people[FEATURES], people["left"], n_repeats=40, random_state=1)
        expected = dict(zip(FEATURES, known.importances_mean, strict=True))
        assert {item.column: item.value for item in found} == pytest.approx(expected, abs=0.01)

    def test_a_loss_that_grows_is_worth_something(self, people: pd.DataFrame, model: Estimator) -> None:
        """Worse is worth more, whichever way the metric goes."""
        explained = Explained.of("churn@1", model, people, "left")
        found, _ = importances(explained, metric("binary", "log_loss"))
        assert found[0].column == "income"
        assert (found[0].value or 0) > 0.5

    def test_a_slice_has_its_own(self, project: Project, churn: str, people: pd.DataFrame) -> None:
        """From the same shuffles."""
        found = explain(project, churn, people, target="left", by=("town",))
        assert [(part.name, part.rows) for part in found.slices] == [("town=Bern", 150), ("town=Rome", 150)]
        assert {part.importance[0].column for part in found.slices} == {"income"}


class TestDependence:
    def test_it_is_scikit_learns(self, people: pd.DataFrame, model: Estimator) -> None:
        """At the same values."""
        explained = Explained.of("churn@1", model, people, "left")
        found = dependence(explained, "income")
        known = partial_dependence(
            model, people[FEATURES], ["income"], custom_values={"income": np.array(found.numbers)}
        )
        np.testing.assert_allclose(found.mean, known["average"][0])

    def test_the_most_important_are_drawn(self, project: Project, churn: str, people: pd.DataFrame) -> None:
        """Unless others are asked for."""
        found = explain(project, churn, people, target="left")
        assert [item.column for item in found.dependence][:2] == ["income", "age"]
        found = explain(project, churn, people, target="left", columns=("noise",))
        assert [item.column for item in found.dependence] == ["noise"]


class TestRows:
    def test_a_prediction_is_made_up_of_its_columns(
        self, project: Project, churn: str, model: Estimator, people: pd.DataFrame
    ) -> None:
        """From what is predicted on average."""
        row = explain(project, churn, people, target="left", row=(7,)).explained[0]
        known = model.predict_proba(people[FEATURES].iloc[[7]])[0, 1]
        assert row.score == pytest.approx(known)
        assert row.base + sum(item.adds for item in row.contributions) == pytest.approx(known)

    def test_of_several_classes_it_is_the_one_predicted(self, project: Project, people: pd.DataFrame) -> None:
        """Why this, rather than why not that."""
        people["kind"] = np.array(["a", "b", "c"])[np.digitize(people["income"], [-0.5, 0.5])]
        several = LogisticRegression().fit(people[FEATURES], people["kind"])
        register(project, cast(Estimator, several), "kinds")
        row = explain(project, "kinds@1", people, target="kind", row=(3,)).explained[0]
        assert row.score == pytest.approx(several.predict_proba(people[FEATURES].iloc[[3]]).max())

    def test_a_row_that_is_not_there_is_refused(
        self, project: Project, churn: str, people: pd.DataFrame
    ) -> None:
        """With how many there are."""
        with pytest.raises(Invalid, match="no row 300"):
            explain(project, churn, people, target="left", row=(300,))


class TestKeeping:
    def test_the_same_question_is_answered_from_what_is_kept(
        self, project: Project, churn: str, people: pd.DataFrame
    ) -> None:
        """Unless it is asked again."""
        first = explain(project, churn, people, target="left")
        assert explain(project, churn, people, target="left") == first.model_copy(update={"is_new": False})
        assert explain(project, churn, people, target="left", again=True).is_new


class TestRefusals:
    def test_a_column_that_the_model_does_not_read(
        self, project: Project, churn: str, people: pd.DataFrame
    ) -> None:
        """It depends on it in no way."""
        with pytest.raises(Invalid, match="does not read 'town'"):
            explain(project, churn, people, target="left", columns=("town",))

    def test_one_class_has_no_worth_in_the_area(
        self, project: Project, churn: str, people: pd.DataFrame
    ) -> None:
        """It is said, and the rest is answered."""
        one = people[people["left"] == 1]
        found = explain(project, churn, one, target="left", measure="roc_auc")
        assert found.unknown == {"importance": "the target holds one class only, 1"}
        assert {item.value for item in found.importance} == {None}
        assert found.dependence


class TestPictures:
    def test_they_are_plain_json(self, project: Project, churn: str, people: pd.DataFrame) -> None:
        """Importance, the row, and three dependences."""
        found = explain(project, churn, people, target="left", row=(1,))
        figure = found.figure() or {}
        json.dumps(figure, allow_nan=False)
        assert len(cast(list[object], figure["data"])) == 5
        assert "Row 1 is predicted" in str(found)
