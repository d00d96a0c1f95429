"""What a cell fitted is found by reading it, and shown by a few rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler

from jupyter_mlops.experiments.estimators import bound, example_for, fitted

TABLE = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]})


class TestBound:
    @pytest.mark.parametrize(
        ("source", "names"),
        [
            ("model = f()", ["model"]),
            ("a, (b, *c) = f()", ["a", "b", "c"]),
            ("if (m := f()): pass", ["m"]),
            ("for m in ms: pass", ["m"]),
            ("with f() as m: pass", ["m"]),
            ("model.fit(X, y)", ["model"]),
            ("%matplotlib inline\nmodel = f()", ["model"]),
            ("print(model)", []),
            ("model =", []),
        ],
    )
    def test_names_are_those_that_a_cell_assigns_or_fits(self, source: str, names: list[str]) -> None:
        """Reading a name binds nothing; what is no Python binds nothing."""
        assert sorted(bound(source)) == sorted(names)


class TestFitted:
    def test_transformers_and_classes_are_no_models(self) -> None:
        """A model predicts."""
        namespace = {
            "s": StandardScaler().fit(TABLE),
            "c": LinearRegression,
            "m": LinearRegression().fit(TABLE, [1, 2, 3]),
        }
        assert list(fitted("s = c = m = 1", namespace)) == ["m"]

    def test_a_searchs_best_is_part_of_the_search(self) -> None:
        """The estimator within is not a second model."""
        search = GridSearchCV(LinearRegression(), {"fit_intercept": [True]}, cv=3).fit(TABLE, [1, 2, 3])
        assert list(fitted("search = best = 1", {"search": search, "best": search.best_estimator_})) == [
            "search"
        ]


class TestExample:
    def test_rows_come_from_the_table_of_the_same_columns(self) -> None:
        """Names decide, and their order."""
        model = LinearRegression().fit(TABLE, [1, 2, 3])
        found = example_for(model, {"other": TABLE[["b", "a"]], "data": TABLE})
        assert isinstance(found, pd.DataFrame)
        pd.testing.assert_frame_equal(found, TABLE)

    def test_rows_come_from_the_array_of_the_same_width(self) -> None:
        """Without names, the number of columns decides, and X goes first."""
        model = LinearRegression().fit(TABLE.to_numpy(), [1, 2, 3])
        namespace = {"A": np.zeros((9, 2)), "X": TABLE.to_numpy(), "Z": np.zeros((9, 3))}
        np.testing.assert_array_equal(example_for(model, namespace), TABLE.to_numpy())  # type: ignore[arg-type]

    def test_no_rows_are_better_than_wrong_ones(self) -> None:
        """What the model cannot predict from is no example."""
        model = LinearRegression().fit(TABLE, [1, 2, 3])
        assert example_for(model, {"X": TABLE.astype(str) + "!", "y": [1, 2]}) is None
