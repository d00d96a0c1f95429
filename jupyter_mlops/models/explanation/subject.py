"""A model, rows to explain it on, and the one number a row that is explained."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.models.evaluation.predictions import CLASSIFYING, Predictions, Task, answer, judge
from jupyter_mlops.models.evaluation.signature import aligned, features_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

_MOST = 5_000


@dataclass(frozen=True)
class Explained:
    """A model and the rows to explain it on.

    Parameters
    ----------
    table
        Rows whose target is known: all of them, or a sample.
    """

    name: str
    model: object
    table: pd.DataFrame
    target: str
    task: Task | None = None

    @classmethod
    def of(
        cls, name: str, model: object, table: pd.DataFrame, target: str, *, task: Task | None = None
    ) -> Explained:
        """Take at most five thousand rows, the same each time."""
        known = table[table[target].notna()]
        rows = known if len(known) <= _MOST else known.sample(_MOST, random_state=0)
        return cls(name, model, rows.reset_index(drop=True), target, task)

    @cached_property
    def predictions(self) -> Predictions:
        """What the model says of the rows."""
        return self.judged(self.table)

    def judged(self, table: pd.DataFrame) -> Predictions:
        """Return what the model says of other rows of the same columns."""
        return judge(self.model, table, self.target, task=self.task, name=self.name)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that the model reads."""
        known = features_of(self.model)
        return known or tuple(str(name) for name in self.table.columns if name != self.target)

    @cached_property
    def features(self) -> pd.DataFrame:
        """The rows' columns that the model reads, in its order."""
        return aligned(self.model, self.table.drop(columns=[self.target]), self.name)

    @cached_property
    def about(self) -> int:
        """The class whose score is explained: the second of two, the most frequent of several."""
        import numpy as np

        if self.predictions.task != "multiclass":
            return 1
        known = len(self.predictions.classes) if self.predictions.classes is not None else None
        return int(np.bincount(self.predictions.codes[0])[:known].argmax())

    @cached_property
    def score_name(self) -> str:
        """What the explained number is called."""
        found = self.predictions
        if found.task not in CLASSIFYING:
            return "prediction"
        kind = "probability" if found.is_probability else "score" if found.scores is not None else "label"
        return f"{kind} of {found.labels[min(self.about, len(found.labels) - 1)]}"

    def score(self, features: pd.DataFrame, about: int | None = None) -> Floats:
        """Return one number a row: what is predicted, or the score of a class, by default of the one it is about."""
        import numpy as np

        found = self.predictions
        if found.task not in CLASSIFYING:
            numbers: Floats = answer(self.model, features, "predict", self.name).astype(np.float64)
            return numbers
        place = self.about if about is None else about
        if found.scores is None:
            said = answer(self.model, features, "predict", self.name)
            is_said: Floats = (said == found.labels[min(place, len(found.labels) - 1)]).astype(np.float64)
            return is_said
        method = "predict_proba" if found.is_probability else "decision_function"
        scores: Floats = answer(self.model, features, method, self.name).astype(np.float64)
        return scores if scores.ndim == 1 else scores[:, place]
