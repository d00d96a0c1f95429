"""Flow findings: what the order of the cells says of a leak, without running anything."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.session import Session as Memory
from jupyter_mlops.experiments.recorder.flow_findings import flow_findings, of_session
from tests.unit.experiments.recorder.sessions import Session

SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)"
FIT = "model = LogisticRegression().fit(X_train, y_train)"
SCORE = "model.score(X_test, y_test)"


def checks(*cells: str) -> list[str]:
    return [finding.check for finding in flow_findings(cells)]


class TestFitBeforeSplit:
    @pytest.mark.parametrize(
        "scaled", ["X = scaler.fit_transform(X)", "scaler.fit(X)", "X = SelectKBest().fit_transform(X, y)"]
    )
    def test_a_scaler_that_saw_the_test_rows(self, scaled: str) -> None:
        """What is fitted on all rows before the split has seen the test."""
        assert "fit-before-split" in checks(scaled, SPLIT, FIT)

    def test_a_scaler_fitted_on_the_training_rows(self) -> None:
        """The right order is no finding."""
        assert checks(SPLIT, "X_train = scaler.fit_transform(X_train)", FIT, SCORE) == []

    def test_an_encoder_of_the_target(self) -> None:
        """Classes are no leak."""
        assert checks("y = LabelEncoder().fit_transform(y)", SPLIT, FIT) == []


class TestPeeking:
    def test_a_score_between_two_fits(self) -> None:
        """Choosing by the test makes it training."""
        assert checks(SPLIT, FIT, SCORE, "model = SVC(random_state=0).fit(X_train, y_train)") == [
            "test-peeking"
        ]

    def test_a_score_after_the_last_fit(self) -> None:
        """That is what a test is for."""
        assert checks(SPLIT, FIT, SCORE, "accuracy_score(y_test, model.predict(X_test))") == []


class TestSeeds:
    @pytest.mark.parametrize(
        "cell",
        [
            "a, b = train_test_split(X)",
            "m = RandomForestClassifier(n_estimators=10)",
            "f = StratifiedKFold(5, shuffle=True)",
            "m = RandomForestClassifier(random_state=None)",
        ],
    )
    def test_what_draws_without_a_seed(self, cell: str) -> None:
        """Another run would give another result."""
        assert checks(cell) == ["seed-missing"]

    @pytest.mark.parametrize(
        "cell", ["f = KFold(5)", "m = RandomForestClassifier(random_state=1)", "m = make(**options)"]
    )
    def test_what_draws_nothing_or_has_a_seed(self, cell: str) -> None:
        """Nothing to say."""
        assert checks(cell) == []

    def test_a_global_seed_counts(self) -> None:
        """scikit-learn draws from numpy's generator when nobody gives it one."""
        assert checks("np.random.seed(0)", "a, b = train_test_split(X)") == []


class TestTarget:
    def test_a_feature_computed_from_the_target(self) -> None:
        """The mean of the target by group is the target in disguise."""
        cells = ('df["rate"] = df.groupby("city")["bought"].transform("mean")', 'y = df["bought"]')
        assert checks(*cells) == ["target-in-feature"]

    def test_the_target_itself_may_be_made(self) -> None:
        """Making the target is no leak."""
        assert checks('df["bought"] = df["price"] > 0', 'y = df["bought"]') == []


class TestSessions:
    def test_cells_count_in_the_order_in_which_they_ran_last(self) -> None:
        """The order on the page says nothing of what the kernel did."""
        session = Session()
        session.run("scaler, X = [], [3]", "a")
        session.run("def train_test_split(X, **options): return X, X", "b")
        session.history.begin("X = scaler.fit_transform(X)", "c", 3)
        session.history.end("ok")
        session.history.begin("a, b = train_test_split(X, random_state=0)", "d", 4)
        session.history.end("ok")
        memory = Memory(recorder=session.history)
        assert [item.check for item in of_session(memory)] == ["fit-before-split"]

    def test_code_that_cannot_be_read_is_passed_over(self) -> None:
        """A cell in another language says nothing."""
        assert checks("%%bash\nls (", "x = = 1") == []
