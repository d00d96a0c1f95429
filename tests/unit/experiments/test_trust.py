"""What a model brings along is found from the object itself, and sorted by who vouches for it."""

from __future__ import annotations

import functools
import io
import re
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from jupyter_mlops.core.errors import Invalid, Refused
from jupyter_mlops.experiments.trust import trusted_types

X = np.arange(24.0).reshape(12, 2)
y = np.array([0, 1] * 6)
OWN = f"{__name__}.Doubler"


class Doubler(TransformerMixin, BaseEstimator):
    """A transformer of the user's own."""

    def __init__(self, held: object = None) -> None:
        self.held = held

    def fit(self, X: np.ndarray, y: object = None) -> Doubler:
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        return 2 * X


class Closing(Doubler):
    """Leaves its lock out when it is kept."""

    def __getstate__(self) -> dict[str, object]:
        return {**super().__getstate__(), "held": None}


def halve(X: np.ndarray) -> np.ndarray:
    return X / 2


class TestAdmitted:
    def test_linear_model_needs_nobody(self) -> None:
        """What the safe format loads by itself is not listed."""
        trust = trusted_types(LogisticRegression().fit(X, y))
        assert (trust.admitted, trust.foreign) == ((), ())

    def test_forest_needs_its_trees(self) -> None:
        """scikit-learn's own types are admitted without asking."""
        trust = trusted_types(RandomForestClassifier(2).fit(X, y))
        assert trust.admitted == ("sklearn.tree._tree.Tree",)
        assert trust.foreign == ()

    @pytest.mark.parametrize("function", [np.log1p, np.mean, functools.partial(np.clip, a_min=0, a_max=1)])
    def test_numpy_functions_are_admitted(self, function: object) -> None:
        """So are NumPy's functions, plain or partial."""
        trusted_types(FunctionTransformer(function)).require()

    def test_scipy_distributions_are_admitted(self) -> None:
        """A randomized search holds SciPy's distributions."""
        search = RandomizedSearchCV(LogisticRegression(), {"C": loguniform(0.1, 1)}, n_iter=1, cv=2)
        trusted_types(search.fit(X, y)).require()

    def test_admitted_types_are_enough_to_load(self) -> None:
        """skops itself loads what was found, with nothing more."""
        model = make_pipeline(StandardScaler(), Doubler(), RandomForestClassifier(2)).fit(X, y)
        trust = trusted_types(model, [OWN])
        loaded = skops.io.loads(skops.io.dumps(model), trusted=list(trust.admitted))
        assert (loaded.predict(X) == model.predict(X)).all()


class TestForeign:
    def test_own_class_is_foreign(self) -> None:
        """A class that is not scikit-learn's needs consent, and the hint is ready to type."""
        trust = trusted_types(make_pipeline(Doubler(), LogisticRegression()).fit(X, y))
        assert trust.foreign == (OWN,)
        with pytest.raises(Refused, match=re.escape(OWN)) as caught:
            trust.require()
        assert f"--trust {OWN}" in caught.value.hint

    def test_consent_admits_it(self) -> None:
        """What was consented to is admitted, and is told apart."""
        trust = trusted_types(Doubler(), [OWN, "other.Type"])
        assert (trust.admitted, trust.consented, trust.foreign) == ((OWN,), (OWN,), ())
        trust.require()

    def test_own_function_is_foreign(self) -> None:
        """A function of the user's module needs consent like a class."""
        assert trusted_types(FunctionTransformer(halve)).foreign == (f"{__name__}.halve",)

    @pytest.mark.parametrize("function", [eval, __import__("os").system])
    def test_dangerous_function_is_foreign(self, function: object) -> None:
        """Nothing outside the three libraries passes unseen."""
        assert trusted_types(FunctionTransformer(function)).foreign

    def test_dangerous_function_within_a_partial_is_foreign(self) -> None:
        """Nor does what a partial wraps."""
        assert trusted_types(FunctionTransformer(functools.partial(eval))).foreign == ("builtins.eval",)

    def test_name_that_only_begins_like_a_library_is_foreign(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """`sklearn_extras` is not scikit-learn."""
        monkeypatch.setattr(Doubler, "__module__", "sklearn_extras")
        monkeypatch.setitem(sys.modules, "sklearn_extras", sys.modules[__name__])
        assert trusted_types(Doubler()).foreign == ("sklearn_extras.Doubler",)

    def test_class_of_a_notebook_is_told_to_move(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What `__main__` defines loads nowhere else; the hint says what to do."""
        monkeypatch.setattr(Doubler, "__module__", "__main__")
        monkeypatch.setattr(sys.modules["__main__"], "Doubler", Doubler, raising=False)
        with pytest.raises(Refused) as caught:
            trusted_types(Doubler()).require()
        assert "move it to a module" in caught.value.hint
        assert trusted_types(Doubler(), ["__main__.Doubler"]).fleeting == ("__main__.Doubler",)


class TestRefused:
    def test_lambda(self) -> None:
        """A lambda has no name to be found by."""
        with pytest.raises(Invalid, match=r"a lambda at \.steps\[0\]\[1\]\.func"):
            trusted_types(make_pipeline(FunctionTransformer(lambda X: X), StandardScaler()))

    def test_function_within_a_function(self) -> None:
        """Nor has a function defined within another."""

        def inner(X: np.ndarray) -> np.ndarray:
            return X

        with pytest.raises(Invalid, match="defined within another"):
            trusted_types(FunctionTransformer(inner))

    def test_class_defined_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """After its class was defined again, a model is not what would be loaded."""
        model = Doubler()
        monkeypatch.setattr(sys.modules[__name__], "Doubler", type("Doubler", (BaseEstimator,), {}))
        with pytest.raises(Invalid, match="defined anew or removed since"):
            trusted_types(model)

    @pytest.mark.parametrize("method", ["a".join, str.lower, re.compile("a").sub])
    def test_method_of_a_value(self, method: object) -> None:
        """What no module defines cannot be found again."""
        with pytest.raises(Invalid, match="which no module defines"):
            trusted_types(FunctionTransformer(method))

    def test_open_file(self, tmp_path: Path) -> None:
        """An open file is refused with the attribute that holds it."""
        with (
            (tmp_path / "log").open("w") as file,
            pytest.raises(Invalid, match=r"an open file at \.held\['log'\]"),
        ):
            trusted_types(Doubler({"log": file}))

    @pytest.mark.parametrize(
        ("held", "noun"),
        [
            (io.StringIO(), "an open file"),
            (threading.Lock(), "a lock"),
            (threading.RLock(), "a lock"),
            (threading.Event(), "a lock"),
            ((number for number in ()), "a generator"),
            (sys, "a module"),
            (re.compile("a"), "a compiled pattern"),
            (1j, "a complex number"),
            (pd.Series([1]), "a pandas Series"),
            (pd.DataFrame({"a": [1]}), "a pandas DataFrame"),
        ],
    )
    def test_what_cannot_be_kept(self, held: object, noun: str) -> None:
        """Each is named, with where it is held."""
        with pytest.raises(Invalid, match=rf"{noun} at \.held"):
            trusted_types(Doubler(held))

    def test_columns_of_a_frame(self) -> None:
        """A very common one: columns given as a pandas Index; the hint mends it."""
        frame = pd.DataFrame(X, columns=["a", "b"])
        model = ColumnTransformer([("all", StandardScaler(), frame.columns)])
        with pytest.raises(Invalid, match="a pandas Index at") as caught:
            trusted_types(model)
        assert "list(X.columns)" in caught.value.hint

    def test_within_an_object_array(self) -> None:
        """Arrays of objects are looked into."""
        with pytest.raises(Invalid, match=r"a lock at \.held\[1\]"):
            trusted_types(Doubler(np.array([None, threading.Lock()], dtype=object)))

    def test_what_the_model_leaves_out_is_no_matter(self) -> None:
        """A class that drops its handle when it is kept is fine."""
        trust = trusted_types(Closing(threading.Lock()))
        assert trust.foreign == (f"{__name__}.Closing",)

    def test_cycle_ends(self) -> None:
        """An object that holds itself is refused, not followed for ever."""
        held: list[object] = []
        held.append(held)
        with pytest.raises(Invalid, match="cannot be kept in the safe format"):
            trusted_types(Doubler(held))
