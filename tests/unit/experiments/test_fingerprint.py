"""A fitted estimator is known again by its content, whatever it holds."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import all_estimators

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.experiments.fingerprint import fingerprint, run_of

X = np.arange(24.0).reshape(12, 2)
y = np.array([0, 1] * 6)
MODELS = [
    LogisticRegression(),
    RandomForestClassifier(3, random_state=0),
    GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2),
]
USES = ("predict", "predict_proba", "decision_function", "transform", "score_samples", "kneighbors")
SLOW = frozenset(
    [
        "AdaBoostClassifier",
        "AdaBoostRegressor",
        "DictionaryLearning",
        "GaussianProcessRegressor",
        "GraphicalLassoCV",
        "LogisticRegressionCV",
        "MiniBatchDictionaryLearning",
        "MiniBatchSparsePCA",
        "SparsePCA",
        "SpectralBiclustering",
        "TSNE",
    ]
)


def fitted() -> Iterator[BaseEstimator]:
    """Every estimator of scikit-learn that takes a small table as it is."""
    rows = np.abs(np.random.default_rng(0).normal(size=(16, 4)))
    for name, kind in all_estimators():
        if name not in SLOW:
            with contextlib.suppress(ValueError, TypeError, AttributeError, NotImplementedError):
                rounds = "max_iter" if name.startswith("HistGradient") else "n_estimators"
                few = {rounds: 3} if rounds in vars(kind()) else {}
                yield kind(**few).fit(rows, np.arange(16) % 2)


class TestFingerprint:
    @pytest.mark.filterwarnings("ignore")
    def test_no_estimator_changes_when_it_is_used(self) -> None:
        """Trees of neighbours count their questions, splines lay their knots out anew."""
        rows, changed, seen = np.random.default_rng(1).uniform(size=(16, 4)), [], 0
        for model in fitted():
            before = fingerprint(model)
            for use in (getattr(model, name) for name in USES if hasattr(model, name)):
                with contextlib.suppress(ValueError, TypeError, AttributeError):
                    use(rows)
            changed += [] if fingerprint(model) == before else [type(model).__name__]
            seen += 1
        assert (changed, seen > 140) == ([], True)

    def test_equal_fits_of_two_runs_have_the_same(self) -> None:
        """MLflow writes the run's id into what it saw being fitted; that says where it was, not what it is."""
        one, other = (KNeighborsClassifier(algorithm="kd_tree").fit(X, y) for _ in range(2))
        vars(one)["_mlflow_run_id"], vars(other)["_mlflow_run_id"] = "a", "b"
        assert fingerprint(one) == fingerprint(other)
        assert (run_of(one), run_of(other), run_of(clone(one))) == ("a", "b", None)

    def test_neighbours_on_other_rows_have_another(self) -> None:
        """A tree is known by its rows."""
        one, other = (KNeighborsClassifier(algorithm="kd_tree").fit(X + step, y) for step in (0, 1))
        assert fingerprint(one) != fingerprint(other)

    @pytest.mark.parametrize("model", MODELS)
    def test_stays_while_the_model_is_used(self, model: BaseEstimator) -> None:
        """Predicting changes nothing."""
        model.fit(X, y)
        before = fingerprint(model)
        model.predict(X)
        assert fingerprint(model) == before

    @pytest.mark.parametrize("model", MODELS[:2])
    def test_same_fit_has_the_same(self, model: BaseEstimator) -> None:
        """The same training, run again, makes the same model; a search measures its times, so it does not."""
        assert fingerprint(clone(model).fit(X, y)) == fingerprint(clone(model).fit(X, y))

    def test_other_fit_has_another(self) -> None:
        """Fitted again on other data, it is another model."""
        model = LogisticRegression().fit(X, y)
        before = fingerprint(model)
        assert fingerprint(model.fit(X + 1, y)) != before

    def test_masked_values_count(self) -> None:
        """What a search did not try is part of it."""
        shown, hidden = np.ma.array([1, 2], mask=[False, False]), np.ma.array([1, 2], mask=[False, True])
        assert fingerprint(shown) != fingerprint(hidden)

    def test_agrees_with_joblib(self) -> None:
        """Where joblib can hash, this is its hash."""
        model = LogisticRegression().fit(X, y)
        assert fingerprint(model) == joblib.hash(model)

    @pytest.mark.parametrize("held", [threading.Lock(), lambda X: X])
    def test_what_cannot_be_pickled(self, held: object) -> None:
        """A lock or a lambda within is said in one sentence."""
        with pytest.raises(Invalid, match="FunctionTransformer cannot be kept"):
            fingerprint(FunctionTransformer(held))
