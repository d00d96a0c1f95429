"""Tell a fitted estimator from everything else."""

from __future__ import annotations

from jupyter_mlops.core.errors import Invalid

_FLAVOURS = {
    "catboost": "catboost",
    "keras": "keras",
    "lightgbm": "lightgbm",
    "onnx": "onnx",
    "statsmodels": "statsmodels",
    "tensorflow": "tensorflow",
    "torch": "pytorch",
    "transformers": "transformers",
    "xgboost": "xgboost",
}


def check_fitted(model: object) -> None:
    """Accept a fitted estimator, pipelines and searches included.

    Raises
    ------
    Invalid
        It is no estimator, or not fitted.
    """
    from sklearn.base import BaseEstimator
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    name = type(model).__name__
    if isinstance(model, type):
        raise Invalid(
            f"{model.__name__} is a class, not a fitted estimator.", hint="Name what fit() returned."
        )
    if not isinstance(model, BaseEstimator) or not hasattr(model, "fit"):
        raise Invalid(f"A {name} is not an estimator.", hint=_otherwise(type(model)))
    if getattr(model, "refit", True) is False:
        raise Invalid(
            f"The {name} holds no fitted model: it searched with refit=False.", hint="Search with refit=True."
        )
    try:
        check_is_fitted(model)
    except NotFittedError:
        raise Invalid(f"The {name} is not fitted.", hint="Call its fit() first.") from None


def _otherwise(kind: type) -> str:
    """Say how a model that another library made gets there: MLflow knows its form, and so a run can keep it."""
    made_by = (item.__module__.partition(".")[0] for item in kind.__mro__)
    flavour = next((_FLAVOURS[name] for name in made_by if name in _FLAVOURS), None)
    if flavour is None:
        return "Name a fitted scikit-learn estimator or pipeline."
    example = ", input_example=rows" if flavour == "pytorch" else ""  # its safe form traces the model on them
    return (
        f"Keep it with `mlflow.{flavour}.log_model(model, name='model'{example})` in a cell with `%%mlops record`, "
        "then `%mlops register @latest NAME`."
    )


def class_of(model: object) -> str:
    """Return the class of an estimator, fully qualified; of a pipeline or search, with what it holds."""
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    inner = getattr(model, "_final_estimator", None) or getattr(model, "best_estimator_", None)
    return (
        kind if inner is None or isinstance(inner, str) else f"{kind}({class_of(inner).rpartition('.')[2]})"
    )
