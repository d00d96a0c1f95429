"""The families of models that are tried, the quick ones first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jupyter_mlops.experiments.baselines.task import Task

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.compose import ColumnTransformer

_WORDS = 30
_NEIGHBOURS_ROWS = 50_000
_TREES = 300
Make = Callable[[Task, int], "BaseEstimator"]


def families(task: Task) -> dict[str, Make]:
    """Return what makes each candidate, by name, in the order in which they are tried."""
    found: dict[str, Make] = {"dummy": _dummy, "linear": _linear, "boosting": _boosting, "forest": _forest}
    if len(task.target) <= _NEIGHBOURS_ROWS:
        found["neighbours"] = _neighbours
    return found | {"slow boosting": _slow_boosting}


def _dummy(task: Task, seed: int) -> BaseEstimator:
    from sklearn.dummy import DummyClassifier, DummyRegressor

    model = DummyClassifier(strategy="prior") if task.kind == "classification" else DummyRegressor()
    return _pipeline(_ordered(task), model)


def _linear(task: Task, seed: int) -> BaseEstimator:
    from sklearn.linear_model import LogisticRegression, RidgeCV

    if task.kind == "classification":
        return _pipeline(_scaled(task), LogisticRegression(max_iter=2_000, random_state=seed))
    return _pipeline(_scaled(task), RidgeCV(alphas=(0.01, 0.1, 1.0, 10.0, 100.0)))


def _neighbours(task: Task, seed: int) -> BaseEstimator:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    kind = KNeighborsClassifier if task.kind == "classification" else KNeighborsRegressor
    # Trees of neighbours count their own calls, so that a model would not be known again after it predicted.
    return _pipeline(_scaled(task), kind(n_neighbors=15, weights="distance", algorithm="brute"))


def _forest(task: Task, seed: int) -> BaseEstimator:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestClassifier if task.kind == "classification" else RandomForestRegressor
    options = {"n_estimators": _TREES, "min_samples_leaf": 2, "n_jobs": -1, "random_state": seed}
    return _pipeline(_imputed(task), kind(**options))


def _boosting(task: Task, seed: int) -> BaseEstimator:
    return _boosted(task, seed, learning_rate=0.1, max_iter=200)


def _slow_boosting(task: Task, seed: int) -> BaseEstimator:
    return _boosted(task, seed, learning_rate=0.04, max_iter=600)


def _boosted(task: Task, seed: int, **options: float) -> BaseEstimator:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if task.kind == "classification" else HistGradientBoostingRegressor
    # Stopping early draws rows at random, which is wrong where rows have an order or belong together.
    is_free = not task.is_ordered and task.groups is None
    words = list(range(len(task.words)))
    model = kind(
        random_state=seed, early_stopping="auto" if is_free else False, categorical_features=words, **options
    )
    return _pipeline(_ordered(task), model)


def _pipeline(columns: ColumnTransformer, model: object) -> BaseEstimator:
    from sklearn.pipeline import Pipeline

    return Pipeline([("columns", columns), ("model", model)])


def _scaled(task: Task) -> ColumnTransformer:
    """Impute and scale numbers, with a column for what was missing; spread words into columns."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    numbers = Pipeline(
        [("impute", SimpleImputer(strategy="median", add_indicator=True)), ("scale", StandardScaler())]
    )
    return _columns(task, numbers, _spread())


def _imputed(task: Task) -> ColumnTransformer:
    """Impute numbers, spread words."""
    from sklearn.impute import SimpleImputer

    return _columns(task, SimpleImputer(strategy="median", add_indicator=True), _spread())


def _ordered(task: Task) -> ColumnTransformer:
    """Give words numbers, the frequent ones each, and leave numbers alone; what is missing stays so."""
    from sklearn.preprocessing import OrdinalEncoder

    words = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=250)
    return _columns(task, "passthrough", words)


def _spread() -> object:
    from sklearn.preprocessing import OneHotEncoder

    return OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=_WORDS, min_frequency=2, sparse_output=False
    )


def _columns(task: Task, numbers: object, words: object) -> ColumnTransformer:
    """Treat words and numbers each in their way, the words first."""
    from sklearn.compose import ColumnTransformer

    steps = [("words", words, task.words), ("numbers", numbers, task.numbers)]
    return ColumnTransformer([step for step in steps if step[2]])
