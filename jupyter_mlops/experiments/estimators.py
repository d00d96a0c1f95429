"""Find what a cell fitted: the estimators it bound, and a few rows to show what they take."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from jupyter_mlops.experiments.environment import parts

_ROWS = 5


def fitted(source: str, namespace: Mapping[str, object]) -> dict[str, object]:
    """Return the fitted predictors that a cell bound or fitted, by name; parts of others are left out."""
    found: dict[str, object] = {}
    for name in bound(source):
        value = namespace.get(name)
        if is_fitted_predictor(value) and not any(value is other for other in found.values()):
            found[name] = value
    held = {id(part) for value in found.values() for part in parts(value) if part is not value}
    return {name: value for name, value in found.items() if id(value) not in held}


def bound(source: str) -> list[str]:
    """Return the names that a cell assigns, or whose `fit` it calls, in order; none of source that is no Python."""
    try:
        tree = ast.parse(_python(source))
    except (SyntaxError, ValueError):
        return []
    return list(dict.fromkeys(name for node in ast.walk(tree) for name in _names(node)))


def is_fitted_predictor(value: object) -> bool:
    """Tell whether *value* is a scikit-learn estimator that has been fitted and predicts."""
    import sys

    if "sklearn" not in sys.modules or isinstance(value, type):
        return False
    from sklearn.base import BaseEstimator
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    if not isinstance(value, BaseEstimator) or not hasattr(value, "predict"):
        return False
    try:
        check_is_fitted(value)
    except (NotFittedError, TypeError):
        return False
    return True


def example_for(estimator: object, namespace: Mapping[str, object]) -> object | None:
    """Return a few rows such as *estimator* was fitted on, when a variable holds them."""
    names = sorted(namespace, key=lambda name: (not name.startswith("X"), name))
    for name in names:
        rows = _rows(namespace[name], estimator) if not name.startswith("_") else None
        if rows is not None and _predicts(estimator, rows):
            return rows
    return None


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if isinstance(owner, ast.Name) and node.func.attr in {"fit", "fit_predict", "partial_fit"}:
            yield owner.id


def _python(source: str) -> str:
    """Blank the lines that are IPython's, keeping the others where they are."""
    lines = source.splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines)


def _rows(value: object, estimator: object) -> object | None:
    import numpy as np
    import pandas as pd

    names = getattr(estimator, "feature_names_in_", None)
    if isinstance(value, pd.DataFrame):
        return value.head(_ROWS) if names is not None and list(value.columns) == list(names) else None
    width = getattr(estimator, "n_features_in_", None)
    if names is None and isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1] == width:
        return value[:_ROWS].copy()
    return None


def _predicts(estimator: object, rows: object) -> bool:
    predict = getattr(estimator, "predict", None)
    if predict is None or len(rows) == 0:  # type: ignore[arg-type]
        return False
    try:
        predict(rows)
    except (TypeError, ValueError):
        return False
    return True
