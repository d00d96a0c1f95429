"""What a model says of a table, beside what is true."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, cast

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import VersionRef
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.evaluation import signature
from jupyter_mlops.models.safe import load_version

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Values = npt.NDArray[np.generic]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

Task: TypeAlias = Literal["binary", "multiclass", "regression", "ranking", "forecasting"]
CLASSIFYING = frozenset({"binary", "multiclass"})
_FEW = 20
_LONGEST = 200

Made = TypeVar("Made")


@dataclass(frozen=True)
class Predictions:
    """Truth and prediction, row by row.

    Parameters
    ----------
    target
        (n,): what is true; rows without it are left out.
    values
        (n,): predicted labels or numbers.
    scores
        (n,) of the second class for binary tasks, (n, k) for several classes; None where the model gives none.
    classes
        What the columns of *scores* stand for.
    table
        The features, as they were given.
    groups
        (n,): the query that a row belongs to, when rows are ranked.
    is_probability
        Whether *scores* are probabilities.
    left_out
        How many rows had no target, and are in none of these.
    naive
        Mean error of the naive forecast, by which MASE scales; None where nothing is forecast.
    """

    task: Task
    target: Values
    values: Values
    scores: Floats | None
    classes: Values | None
    table: pd.DataFrame
    groups: Values | None = None
    is_probability: bool = False
    left_out: int = 0
    naive: float | None = None
    _made: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.target)

    def kept(self, name: str, make: Callable[[Predictions], Made]) -> Made:
        """Return what *make* makes of these predictions, made once for all measures that share it."""
        if name not in self._made:
            self._made[name] = make(self)
        return cast("Made", self._made[name])

    def take(self, rows: Booleans | Integers) -> Predictions:
        """Return the rows that a mask or positions select."""
        return replace(
            self,
            target=self.target[rows],
            values=self.values[rows],
            scores=None if self.scores is None else self.scores[rows],
            table=self.table.take(rows.nonzero()[0] if rows.dtype == bool else rows),
            groups=None if self.groups is None else self.groups[rows],
        )

    @cached_property
    def labels(self) -> tuple[object, ...]:
        """Every label, in the order of the classes, then those that only the target has."""
        known = [] if self.classes is None else self.classes.tolist()
        others = {*self.target.tolist(), *self.values.tolist()} - set(known)
        return (*known, *sorted(others, key=str))

    @cached_property
    def codes(self) -> tuple[Integers, Integers]:
        """Target and prediction as places in *labels*."""
        import numpy as np
        import pandas as pd

        index = pd.Index(list(self.labels), dtype=object)
        found = [index.get_indexer(pd.Index(side, dtype=object)) for side in (self.target, self.values)]
        return cast("Integers", found[0].astype(np.int64)), cast("Integers", found[1].astype(np.int64))

    @cached_property
    def queries(self) -> Integers:
        """Which query a row belongs to, counted from 0; every row one query when there are no groups."""
        import numpy as np
        import pandas as pd

        if self.groups is None:
            return np.zeros(len(self), dtype=np.int64)
        return pd.factorize(self.groups)[0].astype(np.int64)


def predict(
    project: Project,
    version: VersionRef,
    table: pd.DataFrame,
    target: str | None,
    *,
    task: Task | None = None,
    group: str | None = None,
) -> Predictions:
    """Load a version, safely, and let it predict a table.

    Parameters
    ----------
    target
        The column that holds the truth; None for the one column that the model does not read.
    task
        What is asked of the model; None to find out from it and the target.
    group
        The column that holds the query of a row, when rows are ranked.

    Raises
    ------
    Refused
        Its files were altered, or hold types that nobody trusted.
    NotFound
        There is no such version.
    Invalid
        It predicts nothing, or not from these columns.
    """
    found = find(project, version)
    return judge(load_version(project, found), table, target, task=task, group=group, name=found.ref)


def judge(
    model: object,
    table: pd.DataFrame,
    target: str | None,
    *,
    task: Task | None = None,
    group: str | None = None,
    name: str = "the model",
) -> Predictions:
    """Let a fitted model predict a table; see `predict`."""
    truth = signature.target_of(model, table, target, (group,) if group else ())
    there = table[truth].notna().to_numpy()
    if not there.any():
        raise Invalid(
            f"There are no rows with a value in {truth!r}.", hint="Give a table of rows whose truth is known."
        )
    rows = table if there.all() else table[there]
    features = signature.aligned(model, rows.drop(columns=[truth]), name, (group,) if group else ())
    values = answer(model, features, "predict", name)
    true = rows[truth].to_numpy()
    kind = task or _task(model, true, group)
    scores, classes, is_probability = _scores(model, features, kind, name)
    found = Predictions(
        task=kind,
        target=true,
        values=values,
        scores=scores,
        classes=classes,
        table=rows.drop(columns=[truth]),
        groups=None if group is None else signature.column(rows, group).to_numpy(),
        is_probability=is_probability,
        left_out=int((~there).sum()),
        naive=_naive(true) if kind == "forecasting" else None,
    )
    _check_target(found, truth)
    return found


def answer(model: object, rows: object, method: str, name: str) -> Values:
    """Return what a method of the model makes of rows, as an array.

    Raises
    ------
    Invalid
        The model has no such method, or it cannot take the rows.
    """
    import numpy as np

    call = getattr(model, method, None)
    if call is None:
        raise Invalid(f"{name} does not predict.", hint="Evaluate a model that has predict().")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # feature names are aligned already
            found = np.asarray(call(rows))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Invalid(
            f"{name} cannot predict these rows: {_reason(error)}.",
            hint="Give it columns as it was fitted on.",
        ) from error
    return cast("Values", found)


def _reason(error: Exception) -> str:
    """Return what an estimator says, or its first line where it says much."""
    whole = " ".join(str(error).split())
    first = str(error).strip().partition("\n")[0]
    return (whole if len(whole) <= _LONGEST else first[:_LONGEST]).rstrip(".")


def _task(model: object, target: Values, group: str | None) -> Task:
    import numpy as np
    from sklearn.base import is_classifier, is_regressor

    if group is not None:
        return "ranking"
    classes = getattr(model, "classes_", None)
    if is_classifier(model) or classes is not None:
        count = len(np.unique(target.astype(str))) if classes is None else len(classes)
        return "binary" if count <= 2 else "multiclass"
    if is_regressor(model):
        return "regression"
    distinct = len(np.unique(target.astype(str)))
    if target.dtype.kind == "f" or (target.dtype.kind in "iu" and distinct > _FEW):
        return "regression"
    return "binary" if distinct <= 2 else "multiclass"


def _scores(model: object, rows: object, task: Task, name: str) -> tuple[Floats | None, Values | None, bool]:
    """Return scores, the classes they stand for, and whether they are probabilities."""
    import numpy as np

    if task not in CLASSIFYING:
        return None, None, False
    classes = getattr(model, "classes_", None)
    method = next((one for one in ("predict_proba", "decision_function") if hasattr(model, one)), None)
    if classes is None or method is None:
        return None, None if classes is None else np.asarray(classes), False
    found = answer(model, rows, method, name).astype(np.float64)
    if task == "binary" and found.ndim == 2 and found.shape[1] == 2:
        found = found[:, 1]
    is_fitting = found.ndim == (1 if task == "binary" else 2)
    return found if is_fitting else None, np.asarray(classes), method == "predict_proba"


def _check_target(found: Predictions, target: str) -> None:
    if len(found.values) != len(found):
        raise Invalid(
            f"The model predicts {len(found.values):,} values for {len(found):,} rows.",
            hint="Evaluate a model that predicts one value a row.",
        )
    if found.values.ndim > 1:
        raise Invalid(
            f"The model predicts {found.values.shape[1]} values a row.", hint="Evaluate each alone."
        )
    if found.task not in CLASSIFYING and found.target.dtype.kind not in "iufb":
        raise Invalid(f"The target {target!r} holds no numbers.", hint="Name another with --target.")
    if found.classes is None or found.task not in CLASSIFYING or not len(found):
        return
    if not {*found.target.tolist()} & {*found.classes.tolist()}:
        known = ", ".join(map(repr, found.classes.tolist()[:5]))
        raise Invalid(
            f"No value of {target!r} is a class of the model, like {found.target.tolist()[0]!r}.",
            hint=f"It knows {known}.",
        )


def _naive(target: Values) -> float | None:
    """Return the mean error of forecasting each value by the one before."""
    import numpy as np

    if len(target) < 2:
        return None
    return float(np.abs(np.diff(target.astype(np.float64))).mean())
