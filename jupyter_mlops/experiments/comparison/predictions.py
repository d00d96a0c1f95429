"""Compare what two runs predicted for the same rows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.experiments.comparison.intervals import Estimate, of_auc, of_losses

if TYPE_CHECKING:
    import pandas as pd

PREDICTIONS = "mlops/predictions.parquet"
TRUTH, PREDICTION, SCORE, ID = "truth", "prediction", "score", "id"


def written(table: pd.DataFrame) -> bytes:
    """Return predictions as a run keeps them: columns `truth`, `prediction`, and perhaps `score` and `id`."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def read(project: Project, run: Run) -> pd.DataFrame | None:
    """Return what *run* predicted, or None when it keeps no such table."""
    import pandas as pd
    import pyarrow as pa

    content = project.tracker.artifact(run, PREDICTIONS)
    if content is None:
        return None
    try:
        table = pd.read_parquet(io.BytesIO(content))
    except (pa.ArrowInvalid, OSError, ValueError):
        return None
    return table if {TRUTH, PREDICTION} <= set(table.columns) and len(table) > 1 else None


def contrasts(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[tuple[str, Estimate, str]]:
    """Yield metric, difference and method, for what both tables allow; nothing when their rows are not the same."""
    import pandas as pd

    sides = _aligned(before, after)
    if sides is None:
        return
    one, other = sides
    if pd.api.types.is_float_dtype(one[TRUTH]):
        yield from _of_numbers(one, other)
        return
    right = [(side[PREDICTION] == side[TRUTH]).to_numpy().astype(float) for side in sides]
    yield "accuracy", *of_losses(right[0], right[1])
    classes = one[TRUTH].unique()
    if len(classes) == 2 and SCORE in one and SCORE in other:
        truth = (one[TRUTH] == max(classes)).to_numpy(dtype=bool)
        scores = [side[SCORE].to_numpy(dtype=float) for side in sides]
        yield "roc_auc", of_auc(truth, scores[0], scores[1]), f"{len(truth):,} rows, DeLong"


def _aligned(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return both tables with the same rows in the same order, by their ids where they have some."""
    if ID in before and ID in after and before[ID].is_unique and after[ID].is_unique:
        common = before.set_index(ID).index.intersection(after.set_index(ID).index)
        before, after = before.set_index(ID).loc[common], after.set_index(ID).loc[common]
    if len(before) != len(after) or len(before) < 2:
        return None
    before, after = before.reset_index(drop=True), after.reset_index(drop=True)
    return (before, after) if before[TRUTH].equals(after[TRUTH]) else None


def _of_numbers(one: pd.DataFrame, other: pd.DataFrame) -> Iterator[tuple[str, Estimate, str]]:
    errors = [(side[PREDICTION] - side[TRUTH]).to_numpy(dtype=float) for side in (one, other)]
    yield "mean_absolute_error", *of_losses(abs(errors[0]), abs(errors[1]))
    yield "mean_squared_error", *of_losses(errors[0] ** 2, errors[1] ** 2)
