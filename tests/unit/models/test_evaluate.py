"""A version is judged on data, and the judgement is kept."""

from __future__ import annotations

import json
from typing import cast

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Estimator
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.experiments.comparison import predictions
from jupyter_mlops.models.evaluate import evaluate
from jupyter_mlops.models.register import register
from tests.fakes import FakeTracker

FEATURES = ["age", "income"]


def people(seed: int, rows: int = 300) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    table = pd.DataFrame({"age": random.normal(40, 10, rows), "income": random.normal(size=rows)})
    table["town"] = random.choice(["Bern", "Rome"], rows)
    noise = random.normal(0, 0.5, rows) + np.where(table["town"] == "Rome", random.normal(0, 4, rows), 0)
    table["left"] = (table["income"] + noise > 0).astype(int)
    return table


def fitted(table: pd.DataFrame, target: str = "left") -> Estimator:
    estimator = LogisticRegression() if target == "left" else LinearRegression()
    return cast(Estimator, estimator.fit(table[FEATURES], table[target]))


@pytest.fixture
def holdout() -> pd.DataFrame:
    return people(2)


@pytest.fixture
def churn(project: Project) -> Estimator:
    """A registered model, and the snapshot it was trained on."""
    snapshot(project, people(1), "people")
    model = fitted(people(1))
    register(project, model, "churn")
    return model


class TestMetrics:
    def test_they_are_those_of_the_version(
        self, project: Project, churn: Estimator, holdout: pd.DataFrame
    ) -> None:
        """With an interval around each."""
        found = evaluate(project, "churn@1", holdout, target="left")
        score = found.metric("roc_auc")
        assert score is not None
        known = roc_auc_score(holdout["left"], churn.predict_proba(holdout[FEATURES])[:, 1])
        assert score.value == pytest.approx(known)
        assert (score.low or 1) < known < (score.high or 0)

    def test_they_are_logged_to_its_run(
        self, project: Project, churn: Estimator, holdout: pd.DataFrame
    ) -> None:
        """Under the name of the dataset."""
        snapshot(project, holdout, "holdout")
        evaluate(project, "churn@1", "holdout@1", target="left")
        run = project.tracker.run(str(project.tracker.resolve("churn@1").run))
        known = accuracy_score(holdout["left"], churn.predict(holdout[FEATURES]))
        assert run.metrics["eval.holdout.accuracy"] == pytest.approx(known)

    @pytest.mark.usefixtures("churn")
    def test_only_those_asked_for(self, project: Project, holdout: pd.DataFrame) -> None:
        """In their order."""
        found = evaluate(project, "churn@1", holdout, target="left", metrics=("f1", "accuracy"))
        assert [item.metric for item in found.metrics] == ["f1", "accuracy"]

    def test_numbers_are_judged_as_numbers(self, project: Project, holdout: pd.DataFrame) -> None:
        """The task shows in the model, the pictures are of residuals."""
        holdout["spent"] = holdout["income"] * 3 + holdout["age"]
        register(project, fitted(holdout, "spent"), "spend")
        found = evaluate(project, "spend@1", holdout[[*FEATURES, "spent"]])
        assert (found.task, found.target) == ("regression", "spent")
        assert len(found.curves.residuals) == 300

    @pytest.mark.usefixtures("churn")
    def test_one_class_only_is_said(self, project: Project, holdout: pd.DataFrame) -> None:
        """What needs two classes is not defined, the others are."""
        found = evaluate(project, "churn@1", holdout[holdout["left"] == 1], target="left")
        score = found.metric("roc_auc")
        assert score is not None
        assert (score.value, score.why) == (None, "the target holds one class only, 1")
        assert found.metric("accuracy") is not None
        assert "not defined: the target holds one class only" in str(found)

    @pytest.mark.usefixtures("churn")
    def test_no_rows_are_no_zero(self, project: Project, holdout: pd.DataFrame) -> None:
        """Nothing is judged on nothing."""
        with pytest.raises(Invalid, match="no rows"):
            evaluate(project, "churn@1", holdout.head(0), target="left")


class TestSlices:
    @pytest.mark.usefixtures("churn")
    def test_those_asked_for(self, project: Project, holdout: pd.DataFrame) -> None:
        """Each with its rows."""
        found = evaluate(project, "churn@1", holdout, target="left", by=("town",))
        counts = holdout["town"].value_counts()
        assert {item.name: item.rows for item in found.slices} == {
            f"town={town}": count for town, count in counts.items()
        }

    @pytest.mark.usefixtures("churn")
    def test_the_worst_are_found(self, project: Project, holdout: pd.DataFrame) -> None:
        """Nobody asked for Rome."""
        found = evaluate(project, "churn@1", holdout, target="left")
        assert found.worst[0].name == "town=Rome"
        assert (found.worst[0].p or 1) < 0.05 < found.looked_at

    @pytest.mark.usefixtures("churn")
    def test_a_slice_of_one_is_small(self, project: Project, holdout: pd.DataFrame) -> None:
        """It is shown, and marked."""
        holdout.loc[0, "town"] = "Oslo"
        found = evaluate(project, "churn@1", holdout, target="left", by=("town",))
        assert {item.name: item.is_small for item in found.slices}["town=Oslo"]

    @pytest.mark.usefixtures("churn")
    def test_an_empty_slice_is_none(self, project: Project, holdout: pd.DataFrame) -> None:
        """A town in which no row is has no score; what is missing is a slice of its own."""
        towns = sorted({*holdout["town"], "Oslo"})
        holdout["town"] = pd.Categorical(holdout["town"], categories=towns)
        holdout.loc[:9, "town"] = None
        found = evaluate(project, "churn@1", holdout, target="left", by=("town",))
        assert {item.name: item.rows for item in found.slices}["town is missing"] == 10
        assert "town=Oslo" not in {item.name for item in found.slices}
        assert sum(item.rows for item in found.slices) == len(holdout)


class TestCosts:
    @pytest.mark.usefixtures("churn")
    def test_the_cheapest_threshold_follows_the_costs(self, project: Project, holdout: pd.DataFrame) -> None:
        """Where missing is dear, more is called."""
        dear, cheap = (
            evaluate(project, "churn@1", holdout, target="left", costs=costs).thresholds.cheapest
            for costs in ("fp=1,fn=9", "fp=9,fn=1")
        )
        assert (dear or 1) < 0.5 < (cheap or 0)

    @pytest.mark.usefixtures("churn")
    def test_costs_that_are_none_are_refused(self, project: Project, holdout: pd.DataFrame) -> None:
        """One sentence, with the form."""
        with pytest.raises(Invalid, match="cheap"):
            evaluate(project, "churn@1", holdout, target="left", costs="cheap")


class TestOverlap:
    @pytest.mark.usefixtures("churn")
    def test_rows_of_training_are_an_error(self, project: Project, holdout: pd.DataFrame) -> None:
        """The model has seen them."""
        mixed = pd.concat([holdout, people(1).head(50)], ignore_index=True)
        found = evaluate(project, "churn@1", mixed, target="left")
        assert [(item.check, item.count) for item in found.findings] == [("overlap", 50)]

    @pytest.mark.usefixtures("churn")
    def test_the_training_data_itself_is_an_error(self, project: Project) -> None:
        """No row needs to be compared for that."""
        found = evaluate(project, "churn@1", "people@1", target="left")
        assert "was trained on people@1 itself" in found.findings[0].message

    @pytest.mark.usefixtures("churn")
    def test_judging_is_not_training(self, project: Project, holdout: pd.DataFrame) -> None:
        """What a version was judged on is not what the next one comes from."""
        snapshot(project, holdout, "holdout")
        project.session.snapshots.pop("holdout@1")
        evaluate(project, "churn@1", "holdout@1", target="left")
        assert "holdout@1" not in project.session.snapshots


class TestKeeping:
    @pytest.mark.usefixtures("churn")
    def test_the_same_question_is_answered_from_what_is_kept(
        self, project: Project, holdout: pd.DataFrame
    ) -> None:
        """Unless it is asked again."""
        first = evaluate(project, "churn@1", holdout, target="left")
        second = evaluate(project, "churn@1", holdout, target="left")
        assert second == first.model_copy(update={"is_new": False})
        assert evaluate(project, "churn@1", holdout, target="left", again=True).is_new

    @pytest.mark.usefixtures("churn")
    def test_other_data_is_another_question(self, project: Project, holdout: pd.DataFrame) -> None:
        """One cell is enough."""
        evaluate(project, "churn@1", holdout, target="left")
        holdout.loc[0, "age"] += 1
        assert evaluate(project, "churn@1", holdout, target="left").is_new

    @pytest.mark.usefixtures("churn")
    def test_the_run_says_which_is_the_latest(self, project: Project, holdout: pd.DataFrame) -> None:
        """So that the gate and the card find it, as plain JSON."""
        evaluate(project, "churn@1", holdout, target="left")
        files = next(
            kept
            for kept in cast(FakeTracker, project.tracker).artifacts.values()
            if "evaluation/latest.txt" in kept
        )
        name = files["evaluation/latest.txt"].decode()
        found = json.loads(files[f"evaluation/{name}.json"], parse_constant=pytest.fail)
        assert (found["version"], found["rows"]) == ("churn@1", 300)

    def test_its_rows_are_kept_for_who_compares(
        self, project: Project, churn: Estimator, holdout: pd.DataFrame
    ) -> None:
        """Truth, prediction and score, so that two versions are paired row by row."""
        evaluate(project, "churn@1", holdout, target="left")
        kept = predictions.read(project, project.tracker.run(str(project.tracker.resolve("churn@1").run)))
        assert kept is not None
        assert list(kept) == ["truth", "prediction", "score"]
        assert kept["score"].to_numpy() == pytest.approx(churn.predict_proba(holdout[FEATURES])[:, 1])


class TestRefusals:
    @pytest.mark.usefixtures("churn")
    def test_a_missing_target_is_not_found(self, project: Project, holdout: pd.DataFrame) -> None:
        """The nearest column is offered."""
        with pytest.raises(NotFound, match="lft") as caught:
            evaluate(project, "churn@1", holdout, target="lft")
        assert "left" in caught.value.hint

    @pytest.mark.usefixtures("churn")
    def test_an_unclear_target_is_to_be_named(self, project: Project, holdout: pd.DataFrame) -> None:
        """Two columns could be it."""
        with pytest.raises(Invalid, match="town, left could be it"):
            evaluate(project, "churn@1", holdout)

    @pytest.mark.usefixtures("churn")
    def test_columns_that_the_model_reads_must_be_there(
        self, project: Project, holdout: pd.DataFrame
    ) -> None:
        """They are named."""
        with pytest.raises(Invalid, match=r"churn@1 reads columns that the table lacks: income\."):
            evaluate(project, "churn@1", holdout.drop(columns="income"), target="left")

    @pytest.mark.usefixtures("churn")
    def test_a_target_of_other_words_is_refused(self, project: Project, holdout: pd.DataFrame) -> None:
        """A model of 0 and 1 does not know yes and no."""
        holdout["left"] = np.where(holdout["left"] == 1, "yes", "no")
        with pytest.raises(Invalid, match="No value of 'left' is a class"):
            evaluate(project, "churn@1", holdout, target="left")

    @pytest.mark.usefixtures("churn")
    def test_text_where_numbers_belong_is_refused(self, project: Project, holdout: pd.DataFrame) -> None:
        """In one sentence, not in a traceback."""
        holdout["income"] = "rich"
        with pytest.raises(Invalid, match="churn@1 cannot predict these rows"):
            evaluate(project, "churn@1", holdout, target="left")

    @pytest.mark.usefixtures("churn")
    def test_of_a_long_complaint_the_first_line_is_said(
        self, project: Project, holdout: pd.DataFrame
    ) -> None:
        """scikit-learn goes on about other estimators; a sentence is never cut in two."""
        holdout.loc[0, "income"] = np.nan
        with pytest.raises(Invalid, match=r"cannot predict these rows: Input \w+ contains NaN\. Give"):
            evaluate(project, "churn@1", holdout, target="left")

    @pytest.mark.usefixtures("churn")
    def test_figures_of_which_none_is_defined_are_no_good_news(
        self, project: Project, holdout: pd.DataFrame
    ) -> None:
        """The card warns, and says nothing of slices."""
        found = evaluate(project, "churn@1", holdout, target="left")
        lost = tuple(item.model_copy(update={"value": None, "why": "missing"}) for item in found.metrics)
        card = found.model_copy(update={"metrics": lost, "worst": (), "looked_at": 9}).card()
        assert card.state == "warning"
        assert not any("slices" in note for note in card.notes)


class TestPictures:
    @pytest.mark.usefixtures("churn")
    def test_every_panel_has_its_axes(self, project: Project, holdout: pd.DataFrame) -> None:
        """Confusion, two curves, calibration, costs and slices."""
        found = evaluate(project, "churn@1", holdout, target="left", by=("town",), costs="fp=1,fn=5")
        figure = found.figure() or {}
        titles = [
            item["text"] for item in cast(dict[str, list[dict[str, str]]], figure["layout"])["annotations"]
        ]
        expected = ["confusion", "ROC", "precision and recall", "calibration", "cost of a row"]
        assert titles == [*expected, "accuracy by slice"]
        json.dumps(figure, allow_nan=False)

    @pytest.mark.usefixtures("churn")
    def test_the_card_names_what_is_doubtful(self, project: Project) -> None:
        """Good figures on known rows are a warning."""
        card = evaluate(project, "churn@1", "people@1", target="left", groups=("town",)).card()
        assert card.state == "warning"
        assert any("parity difference" in note for note in card.notes)
