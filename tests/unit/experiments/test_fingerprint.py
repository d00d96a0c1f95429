"""A fitted estimator is known again by its content, whatever it holds."""

from __future__ import annotations

import threading

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import FunctionTransformer

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.experiments.fingerprint import fingerprint

X = np.arange(24.0).reshape(12, 2)
y = np.array([0, 1] * 6)
MODELS = [
    LogisticRegression(),
    RandomForestClassifier(3, random_state=0),
    GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2),
]


class TestFingerprint:
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
