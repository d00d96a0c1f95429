"""Contributions are Shapley values: they add up, and go to who earned them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from jupyter_mlops.models.explanation.shapley import contributions, has_shap

BACKGROUND = pd.DataFrame({"a": [0.0, 2.0], "b": [0.0, 4.0], "town": ["Bern", "Rome"]})
ROWS = pd.DataFrame({"a": [5.0, 1.0], "b": [1.0, 2.0], "town": ["Rome", "Bern"]})
WAYS = [False, pytest.param(True, marks=pytest.mark.skipif(not has_shap(), reason="needs the extra explain"))]


def additive(table: pd.DataFrame) -> npt.NDArray[np.float64]:
    return (2 * table["a"] - table["b"] + 10 * (table["town"] == "Rome")).to_numpy(dtype=np.float64)


def joint(table: pd.DataFrame) -> npt.NDArray[np.float64]:
    return (table["a"] * table["b"]).to_numpy(dtype=np.float64)


@pytest.mark.parametrize("shap", WAYS)
class TestContributions:
    def test_of_a_sum_they_are_its_terms(self, shap: bool) -> None:
        """Each less its mean over the background, text as well."""
        found = contributions(additive, ROWS, BACKGROUND, shap=shap)
        np.testing.assert_allclose(found.values, [[8, 1, 5], [0, 0, -5]], atol=1e-9)
        assert found.base == pytest.approx(additive(BACKGROUND).mean())

    def test_they_add_up_to_the_prediction(self, shap: bool) -> None:
        """Also where columns work together, and a column that does nothing has nothing."""
        found = contributions(joint, ROWS, BACKGROUND, shap=shap)
        np.testing.assert_allclose(found.base + found.values.sum(1), joint(ROWS), atol=1e-9)
        np.testing.assert_allclose(found.values[:, 2], 0, atol=1e-9)

    def test_of_a_product_they_are_the_exact_ones(self, shap: bool) -> None:
        """a·b at (5, 1) against (0, 0) and (2, 4), by hand."""
        found = contributions(joint, ROWS.head(1), BACKGROUND, shap=shap)
        # against (0, 0): 2.5 and 2.5; against (2, 4): a ½(5·4 - 8 + 5 - 2), b ½(2 - 8 + 5 - 20)
        np.testing.assert_allclose(found.values[0, :2], [(2.5 + 7.5) / 2, (2.5 - 10.5) / 2], atol=1e-9)
