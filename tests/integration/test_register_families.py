"""Every family of scikit-learn's estimators is registered in MLflow and loads back to identical predictions."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from jupyter_mlops.core.door import enter
from jupyter_mlops.core.errors import Conflict, MlopsError, NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.models.models import models
from jupyter_mlops.models.promote import promote
from jupyter_mlops.models.register import register
from jupyter_mlops.models.rollback import rollback

X, SPECIES = load_iris(return_X_y=True)
WIDTH = X[:, 3]
FEW = {"n_estimators": 5, "random_state": 0}

CLASSIFIERS: list[BaseEstimator] = [
    LogisticRegression(),
    SGDClassifier(random_state=0),
    LinearDiscriminantAnalysis(),
    SVC(probability=False),
    LinearSVC(),
    KNeighborsClassifier(),
    DecisionTreeClassifier(),
    RandomForestClassifier(**FEW),
    ExtraTreesClassifier(**FEW),
    AdaBoostClassifier(**FEW),
    BaggingClassifier(**FEW),
    GradientBoostingClassifier(**FEW),
    HistGradientBoostingClassifier(max_iter=5),
    MLPClassifier(hidden_layer_sizes=(5,), max_iter=20, random_state=0),
    GaussianNB(),
    CalibratedClassifierCV(LinearSVC(), cv=2),
    StackingClassifier(
        [("nb", GaussianNB()), ("tree", DecisionTreeClassifier())], LogisticRegression(), cv=2
    ),
    GridSearchCV(RandomForestClassifier(**FEW), {"max_depth": [1, 2]}, cv=2),
    RandomizedSearchCV(LogisticRegression(), {"C": loguniform(0.1, 10)}, n_iter=2, cv=2, random_state=0),
    GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [0.1, 1]}, cv=2, scoring="accuracy"),
    make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), LogisticRegression()),
    make_pipeline(FunctionTransformer(np.nan_to_num), PolynomialFeatures(), Ridge()),
    make_pipeline(FeatureUnion([("scaled", StandardScaler()), ("poly", PolynomialFeatures())]), GaussianNB()),
    IsolationForest(**FEW),
    KMeans(3, n_init=1, random_state=0),
]
REGRESSORS: list[BaseEstimator] = [
    LinearRegression(),
    Ridge(),
    ElasticNet(),
    SVR(),
    KNeighborsRegressor(),
    DecisionTreeRegressor(),
    RandomForestRegressor(**FEW),
    ExtraTreesRegressor(**FEW),
    GradientBoostingRegressor(**FEW),
    GradientBoostingRegressor(loss="huber", **FEW),
    HistGradientBoostingRegressor(max_iter=5),
    HistGradientBoostingRegressor(loss="quantile", quantile=0.9, max_iter=5),
    MLPRegressor(hidden_layer_sizes=(5,), max_iter=20, random_state=0),
    GaussianProcessRegressor(RBF() + WhiteKernel()),
    TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1),
    VotingRegressor([("ridge", Ridge()), ("tree", DecisionTreeRegressor())]),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One project, with MLflow's own SQLite store, for all of them."""
    made = Project(tmp_path_factory.mktemp("families"))
    made.prepare()
    made._services["tracker"] = MlflowTracker(made)
    return made


@pytest.fixture
def features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A user's own module, with a transformer and a function."""
    (tmp_path / "own_features.py").write_text(
        "from sklearn.base import BaseEstimator, TransformerMixin\n"
        "class Clip(TransformerMixin, BaseEstimator):\n"
        "    def __init__(self, high=5.0):\n"
        "        self.high = high\n"
        "    def fit(self, X, y=None):\n"
        "        self.n_features_in_ = X.shape[1]\n"
        "        return self\n"
        "    def transform(self, X):\n"
        "        return X.clip(max=self.high)\n"
        "def double(X):\n"
        "    return 2 * X\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("own_features")
    importlib.sys.modules.pop("own_features")


def fit(model: BaseEstimator, *data: object) -> BaseEstimator:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(*data)


def again(project: Project, model: BaseEstimator, name: str, **options: object) -> BaseEstimator:
    """Register a model, and load what was kept."""
    answer = register(project, model, name, **options)
    return project.tracker.load(project.tracker.resolve(answer.version))


def through(project: Project, function: Callable[..., object], **arguments: object) -> Any:
    """Call a verb through the door."""
    return enter(project, verb_of(function), arguments)


class TestFamilies:
    @pytest.mark.parametrize("model", CLASSIFIERS, ids=lambda model: str(model)[:40].replace("\n", ""))
    def test_classifier(self, project: Project, model: BaseEstimator) -> None:
        """The loaded classifier predicts the same classes, and the same probabilities."""
        fit(model, X, SPECIES)
        loaded = again(project, model, "species")
        for ask in ("predict", "predict_proba", "decision_function"):
            if hasattr(model, ask):
                np.testing.assert_array_equal(getattr(loaded, ask)(X), getattr(model, ask)(X))

    @pytest.mark.parametrize("model", REGRESSORS, ids=lambda model: str(model)[:40].replace("\n", ""))
    def test_regressor(self, project: Project, model: BaseEstimator) -> None:
        """The loaded regressor predicts the same numbers."""
        fit(model, X[:, :3], WIDTH)
        np.testing.assert_array_equal(
            again(project, model, "width").predict(X[:, :3]), model.predict(X[:, :3])
        )

    @pytest.mark.parametrize("inner", [RandomForestRegressor(**FEW), MultiOutputRegressor(Ridge())])
    def test_several_outputs(self, project: Project, inner: BaseEstimator) -> None:
        """Several outputs come back in their columns."""
        fit(inner, X[:, :2], X[:, 2:])
        np.testing.assert_array_equal(
            again(project, inner, "petals").predict(X[:, :2]), inner.predict(X[:, :2])
        )

    def test_columns_of_a_frame(self, project: Project) -> None:
        """A pipeline on a DataFrame, with missing values and categories."""
        frame = pd.DataFrame({"size": [1.0, None, 3.0, 4.0] * 5, "shop": ["a", "b", "b", None] * 5})
        columns = ColumnTransformer(
            [
                ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["size"]),
                ("words", OneHotEncoder(handle_unknown="ignore"), ["shop"]),
            ]
        )
        model = fit(
            Pipeline([("columns", columns), ("clf", GradientBoostingClassifier(**FEW))]), frame, [0, 1] * 10
        )
        np.testing.assert_array_equal(
            again(project, model, "shops").predict_proba(frame), model.predict_proba(frame)
        )

    def test_categories_of_a_frame(self, project: Project) -> None:
        """Boosting on pandas' own categories."""
        frame = pd.DataFrame({"size": np.arange(40.0), "shop": pd.Categorical(["a", "b"] * 20)})
        model = HistGradientBoostingClassifier(
            max_iter=3, categorical_features="from_dtype", min_samples_leaf=2
        )
        fit(model, frame, [0, 1] * 20)
        np.testing.assert_array_equal(
            again(project, model, "shops").predict_proba(frame), model.predict_proba(frame)
        )

    def test_text(self, project: Project) -> None:
        """A text classifier, with its vocabulary."""
        words = ["good day", "bad day", "good night", "bad luck"]
        model = fit(make_pipeline(TfidfVectorizer(), LogisticRegression()), words, ["+", "-", "+", "-"])
        assert (again(project, model, "mood").predict(words) == model.predict(words)).all()


class TestTrust:
    def test_own_transformer_with_consent(self, project: Project, features: ModuleType) -> None:
        """With consent a custom transformer comes back, and the version says who vouched for it."""
        model = fit(make_pipeline(features.Clip(), RandomForestClassifier(**FEW)), X, SPECIES)
        loaded = again(project, model, "own", trust=("own_features.Clip",))
        np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
        tags = project.tracker.resolve("own@latest").tags
        assert tags["jupyter_mlops.consented"] == "own_features.Clip"
        assert json.loads(tags["jupyter_mlops.trusted"]) == ["own_features.Clip", "sklearn.tree._tree.Tree"]

    def test_own_function_with_consent(self, project: Project, features: ModuleType) -> None:
        """So does a function of a module."""
        model = fit(make_pipeline(FunctionTransformer(features.double), Ridge()), X, WIDTH)
        loaded = again(project, model, "own-function", trust=("own_features.double",))
        np.testing.assert_array_equal(loaded.predict(X), model.predict(X))

    def test_without_consent_nothing_is_kept(self, project: Project, features: ModuleType) -> None:
        """A refusal leaves neither run nor version."""
        model = fit(make_pipeline(features.Clip(), Ridge()), X, WIDTH)
        with pytest.raises(Refused, match=r"own_features\.Clip"):
            register(project, model, "unseen")
        assert project.tracker.versions("unseen") == []
        assert project.tracker.runs(query="unseen").runs == ()


class TestLife:
    def test_register_promote_and_roll_back(self, project: Project) -> None:
        """Two models, one after the other, in the real registry."""
        first = register(project, fit(LogisticRegression(), X, SPECIES), "life", note="first")
        assert not register(project, fit(LogisticRegression(), X, SPECIES), "life").is_new
        second = register(project, fit(GaussianNB(), X, SPECIES), "life")
        assert (first.version, second.version) == ("life@1", "life@2")
        promote(project, "life@1")
        assert promote(project, "life@2").previous == "life@1"
        rows = models(project, "life").card().rows
        assert [row[:2] for row in rows] == [("life@2", "champion"), ("life@1", "")]
        assert project.tracker.load(project.tracker.resolve("life@champion")).predict(X[:1]) == [0]

    def test_rollback_follows_the_ledger(self, project: Project) -> None:
        """Through the door, two promotions and two rollbacks: back once, then no further."""
        for model in (LogisticRegression(), GaussianNB()):
            version = through(project, register, model=fit(model, X, SPECIES), name="ledger").version
            through(project, promote, version=version)
        assert through(project, rollback, name="ledger").version == "ledger@1"
        assert project.tracker.resolve("ledger@champion").version == 1
        with pytest.raises(Conflict, match="nothing before it"):
            through(project, rollback, name="ledger")

    def test_alias_moved_in_mlflow_is_noted(self, project: Project) -> None:
        """What somebody did in MLflow itself is seen, and can be returned to."""
        for model in (LogisticRegression(C=2), GaussianNB()):
            register(project, fit(model, X, SPECIES), "outside")
        project.tracker.point("outside", "champion", 1)
        assert through(project, promote, version="outside@2").is_foreign
        assert through(project, rollback, name="outside").version == "outside@1"

    def test_missing_things_are_not_found(self, project: Project) -> None:
        """The registry's own errors come out as ours."""
        for call in (
            lambda: promote(project, "nobody@1"),
            lambda: rollback(project, "nobody"),
            lambda: models(project, "nobody"),
        ):
            with pytest.raises(NotFound) as caught:
                call()
            assert isinstance(caught.value, MlopsError)
