"""baseline: what a table allows without craft, measured rightly and kept."""

from __future__ import annotations

from dataclasses import dataclass

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
from jupyter_mlops.experiments.baselines.task import Task, read_task
from jupyter_mlops.experiments.compare import compare
from jupyter_mlops.experiments.fingerprint import fingerprint
from tests.fakes import FakeClock, FakeTracker


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


def few(task: Task) -> dict[str, families.Make]:
    """Leave out the families that take long."""
    found = families.families(task)
    return {name: found[name] for name in ("dummy", "linear")}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try two families only."""
    monkeypatch.setattr(module, "families", few)


@dataclass
class Kept:
    """A project in which a baseline was made, and what it found."""

    project: Project
    tracker: FakeTracker
    found: Leaderboard


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """One baseline for those who only read: of people, whose column `copy` repeats the target."""
    tracker = FakeTracker(FakeClock())
    folder = tmp_path_factory.mktemp("baseline")
    project = Project(folder, clock=FakeClock(), services={"tracker": tracker})
    project.prepare()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "families", few)
        found = baseline(project, people().assign(copy=lambda table: table["left"]), "left")
    return Kept(project, tracker, found)


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
        table = people(60)[["age", "spent"]]
        one, same, other = (candidates(baseline(project, table, "spent", seed=seed)) for seed in (1, 1, 2))
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


class TestKept:
    def test_each_candidate_is_a_run_within_the_whole(self, kept: Kept) -> None:
        """With its score, its folds, and what it predicted."""
        best = kept.found.best
        assert best is not None
        run = kept.tracker.run(best.run)
        assert run.tags["jupyter_mlops.parent"] == kept.tracker.run(kept.found.run).id
        assert run.metrics["roc_auc"] == best.score
        assert len(kept.tracker.details(run).curves["fold_roc_auc"]) == 5
        assert "mlops/predictions.parquet" in kept.tracker.artifacts[run.id]

    def test_the_best_is_at_hand_and_in_its_run(self, kept: Kept) -> None:
        """`register` takes either."""
        found = kept.found
        assert hasattr(found.model, "predict")
        assert found.best is not None
        assert list(kept.tracker.files[kept.tracker.run(found.best.run).id]) == ["model"]
        assert set(kept.project.session.models) == {fingerprint(found.model)}

    def test_candidates_can_be_compared(self, kept: Kept) -> None:
        """They were tested on the same rows."""
        refs = tuple(one.run for one in reversed(kept.found.candidates))
        contrasts = {one.metric: one for one in compare(kept.project, refs).contrasts}
        assert contrasts["accuracy"].difference > 0.1
        assert {"roc_auc", "accuracy"} == set(contrasts)

    def test_leaks_are_looked_for_first_and_shown(self, kept: Kept) -> None:
        """A column that repeats the target is named on the card."""
        assert "Leak?" in str(kept.found)
        assert "copy" in str(kept.found)


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
