"""baseline: what a table allows without craft, measured rightly and kept."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments import baseline as module
from jupyter_mlops.experiments.baseline import baseline
from jupyter_mlops.experiments.baselines import families
from jupyter_mlops.experiments.baselines.folds import folds
from jupyter_mlops.experiments.baselines.record import Leaderboard
from jupyter_mlops.experiments.baselines.task import read_task
from jupyter_mlops.experiments.compare import compare
from jupyter_mlops.experiments.fingerprint import fingerprint
from tests.fakes import FakeTracker


def people(rows: int = 120) -> pd.DataFrame:
    random = np.random.default_rng(3)
    age = random.normal(40, 10, rows)
    city = random.choice(["Oslo", "Rome", None], rows)
    table = pd.DataFrame({"age": age, "city": city, "visits": random.integers(0, 9, rows).astype(float)})
    table.loc[::7, "visits"] = None
    table["left"] = np.where(
        age + 8 * (table["city"] == "Oslo") + random.normal(0, 4, rows) > 43, "yes", "no"
    )
    table["spent"] = 3 * age + random.normal(0, 5, rows)
    return table


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the families that take long."""
    whole = families.families

    def few(task: object) -> dict[str, object]:
        found = whole(task)  # type: ignore[arg-type]
        return {name: found[name] for name in ("dummy", "linear")}

    monkeypatch.setattr(module, "families", few)


def candidates(found: Leaderboard) -> dict[str, float | None]:
    return {one.name: one.score for one in found.candidates}


class TestFamilies:
    @pytest.mark.parametrize("columns", [["age", "city", "visits"], ["city"], ["age"]], ids="-".join)
    def test_every_family_takes_gaps_and_words(
        self, columns: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Missing numbers, missing words, one kind of column alone."""
        monkeypatch.setattr(families, "_TREES", 3)
        task = read_task(people(40)[[*columns, "left"]], "left", None, None, None)
        for make in families.families(task).values():
            model = make(task, 0)
            model.set_params(**{name: 3 for name in model.get_params() if name == "model__max_iter"})
            assert set(model.fit(task.features, task.target).predict(task.features)) <= {"yes", "no"}

    def test_pandas_own_kinds_of_columns_are_read(self) -> None:
        """Numbers and truth values that may be missing."""
        table = people(40)[["left"]].assign(
            whole=pd.array([1, 2, None, 3] * 10, dtype="Int64"),
            told=pd.array([True, None, False, True] * 10, dtype="boolean"),
            size=pd.Categorical(["s", "m"] * 20),
            both=[1, "a"] * 20,
        )
        task = read_task(table, "left", None, None, None)
        assert (task.numbers, task.words) == (["whole", "told"], ["size", "both"])
        assert task.features["told"].iloc[:4].tolist() == pytest.approx([1, np.nan, 0, 1], nan_ok=True)


@pytest.mark.usefixtures("quick")
class TestScores:
    def test_they_are_scikit_learns(self, project: Project) -> None:
        """The same folds, the same model, the same error."""
        table = people()[["age", "spent"]]
        found = baseline(project, table, "spent", seed=5)
        model = make_pipeline(StandardScaler(), RidgeCV(alphas=(0.01, 0.1, 1.0, 10.0, 100.0)))
        theirs = cross_val_score(
            model,
            table[["age"]],
            table["spent"],
            cv=KFold(5, shuffle=True, random_state=5),
            scoring="neg_root_mean_squared_error",
        )
        assert next(one.folds for one in found.candidates if one.name == "linear") == pytest.approx(theirs)

    def test_the_same_seed_gives_the_same(self, project: Project) -> None:
        """And another one other folds."""
        one, same, other = (candidates(baseline(project, people(), "left", seed=seed)) for seed in (1, 1, 2))
        assert one == same != other

    def test_the_order_of_rows_is_kept_by_time(self) -> None:
        """What is tested comes after what is trained on."""
        table = people().assign(day=pd.date_range("2026-01-01", periods=120)[::-1])
        task = read_task(table, "left", None, None, "day")
        days = table["day"]
        for train, test in folds(task, 4, 0).splits:
            assert days[task.features.index[train]].max() < days[task.features.index[test]].min()

    def test_a_group_stays_together(self) -> None:
        """No customer is trained on and tested."""
        table = people().assign(customer=np.arange(120) // 6)
        task = read_task(table, "left", None, "customer", None)
        assert task.groups is not None
        for train, test in folds(task, 4, 0).splits:
            assert not set(task.groups.iloc[train]) & set(task.groups.iloc[test])
        assert "customer" not in task.features

    def test_numbers_with_few_values_are_classes(self) -> None:
        """0 and 1; but not 0.5, and not thousands."""
        table = people().assign(flag=(people()["age"] > 40).astype(int), half=people()["age"].round() / 2)
        kinds = [read_task(table, name, None, None, None).kind for name in ("flag", "half", "left")]
        assert kinds == ["classification", "regression", "classification"]

    def test_when_the_time_is_up_nothing_begins(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was not measured to its end has no score."""
        clock = project.clock
        original = families._linear
        monkeypatch.setattr(
            module,
            "families",
            lambda task: {"linear": lambda *a: (clock.advance(40), original(*a))[1]},  # type: ignore[attr-defined]
        )
        found = baseline(project, people(), "left", minutes=1)
        assert [(one.state, one.score, len(one.folds)) for one in found.candidates] == [
            ("out of time", None, 2)
        ]
        assert not found.is_well


@pytest.mark.usefixtures("quick")
class TestKept:
    def test_each_candidate_is_a_run_within_the_whole(self, project: Project) -> None:
        """With its score, its folds, and what it predicted."""
        found = baseline(project, people(), "left")
        tracker = cast(FakeTracker, project.tracker)
        assert found.best is not None
        run = tracker.run(found.best.run)
        assert run.tags["jupyter_mlops.parent"] == tracker.run(found.run).id
        assert run.metrics["roc_auc"] == found.best.score
        assert len(tracker.details(run).curves["fold_roc_auc"]) == 5
        assert "mlops/predictions.parquet" in tracker.artifacts[run.id]

    def test_the_best_is_at_hand_and_in_its_run(self, project: Project) -> None:
        """`register` takes either."""
        found = baseline(project, people(), "left")
        tracker = cast(FakeTracker, project.tracker)
        assert found.model is not None
        assert hasattr(found.model, "predict")
        assert found.best is not None
        assert list(tracker.files[tracker.run(found.best.run).id]) == ["model"]
        assert set(project.session.models) == {fingerprint(found.model)}

    def test_candidates_can_be_compared(self, project: Project) -> None:
        """They were tested on the same rows."""
        found = baseline(project, people(), "left")
        refs = tuple(one.run for one in reversed(found.candidates))
        contrasts = {one.metric: one for one in compare(project, refs).contrasts}
        assert contrasts["accuracy"].difference > 0.1
        assert {"roc_auc", "accuracy"} == set(contrasts)

    def test_leaks_are_looked_for_first_and_shown(self, project: Project) -> None:
        """A column that repeats the target is named on the card."""
        table = people().assign(copy=lambda frame: frame["left"])
        found = baseline(project, table, "left")
        assert "Leak?" in str(found)
        assert "copy" in str(found)


class TestBadInput:
    def test_a_missing_column_is_named(self, project: Project) -> None:
        """With the nearest one."""
        with pytest.raises(NotFound, match="no column 'lefd'"):
            baseline(project, people(), "lefd")

    @pytest.mark.parametrize(
        ("table", "why"),
        [
            (people(10), "10 rows are too few"),
            (people().assign(left="yes"), "left has a single value"),
            (people()[["left"]].assign(one=1), "No column is left"),
            (people().assign(left=["rare"] * 2 + ["x", "y"] * 59), "'rare' has 2 rows for 5 folds"),
        ],
        ids=["few", "single", "bare", "rare"],
    )
    def test_what_cannot_be_learnt_is_said(self, project: Project, table: pd.DataFrame, why: str) -> None:
        """One sentence each."""
        with pytest.raises(Invalid, match=why):
            baseline(project, table, "left")

    def test_group_and_time_exclude_each_other(self, project: Project) -> None:
        """Nothing runs."""
        with pytest.raises(Invalid, match="not both"):
            baseline(project, people(), "left", group="city", time="age")

    def test_rows_without_a_target_are_left_out_and_told(self) -> None:
        """So are columns of no use."""
        table = people().assign(id=[f"p{n}" for n in range(120)], same=1)
        table.loc[:4, "left"] = None
        task = read_task(table, "left", None, None, None)
        assert len(task.target) == 115
        assert [note.split(":")[0] for note in task.notes] == [
            "5 rows without left are left out.",
            "Left out, as nearly every value is another",
            "Left out, as constant",
        ]
