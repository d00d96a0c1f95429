"""Compare what a run gave with what came of making it again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.core.record import Record
from jupyter_mlops.experiments.comparison.predictions import ID, PREDICTION, SCORE, TRUTH

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

Sameness = Literal["equal", "close", "other"]
_SYSTEM = "system/"
EVALUATED = "eval."


class Measured(Record):
    """A metric then and now; None where a run has none."""

    name: str
    recorded: float | None
    now: float | None
    sameness: Sameness

    @property
    def difference(self) -> float | None:
        """How far it moved."""
        return None if self.recorded is None or self.now is None else self.now - self.recorded


class Changed(Record):
    """Something that is another now; empty where a run has none."""

    name: str
    recorded: str
    now: str

    def __str__(self) -> str:
        return f"{self.name}: {self.recorded or 'none'} → {self.now or 'none'}"


class Predicted(Record):
    """Predictions then and now.

    Parameters
    ----------
    differing
        How many rows differ by more than the tolerance; all where they cannot be told apart.
    why
        What else is wrong with them.
    """

    rows: int
    differing: int
    sameness: Sameness
    why: str = ""


def sameness(recorded: float | None, now: float | None, tolerance: float) -> Sameness:
    """Tell whether two numbers are equal, or close: their difference relative to the larger one.

    Parameters
    ----------
    tolerance
        From 0: only equal ones are the same then. Two NaN are equal.
    """
    if recorded is None or now is None:
        return "other"
    if recorded == now or (math.isnan(recorded) and math.isnan(now)):
        return "equal"
    return "close" if math.isclose(recorded, now, rel_tol=tolerance, abs_tol=0.0) else "other"


def metrics(
    recorded: Mapping[str, float], now: Mapping[str, float], tolerance: float
) -> tuple[Measured, ...]:
    """Compare every metric, in the order in which they were recorded.

    Those of the machine are left out, and those that `evaluate` added to one of the runs later.
    """
    names = (name for name in dict.fromkeys([*recorded, *now]) if _counts(name, recorded, now))
    return tuple(
        Measured(
            name=name,
            recorded=recorded.get(name),
            now=now.get(name),
            sameness=sameness(recorded.get(name), now.get(name), tolerance),
        )
        for name in names
    )


def _counts(name: str, recorded: Mapping[str, float], now: Mapping[str, float]) -> bool:
    is_later = name.startswith(EVALUATED) and not (name in recorded and name in now)
    return not is_later and not name.startswith(_SYSTEM)


def changes(recorded: Mapping[str, str], now: Mapping[str, str]) -> tuple[Changed, ...]:
    """Return what is another now, by name."""
    return tuple(
        Changed(name=name, recorded=recorded.get(name, ""), now=now.get(name, ""))
        for name in dict.fromkeys([*recorded, *now])
        if recorded.get(name) != now.get(name)
    )


def packages(pins: Iterable[str]) -> dict[str, str]:
    """Return versions by distribution."""
    return {name: version for name, _, version in (pin.partition("==") for pin in pins)}


def digests(tag: str) -> dict[str, str]:
    """Return the models' digests by name, as a run's tag holds them."""
    try:
        found = json.loads(tag or "{}")
    except ValueError:
        return {}
    return {str(name): str(digest) for name, digest in found.items()} if isinstance(found, dict) else {}


def predictions(
    recorded: pd.DataFrame | None, now: pd.DataFrame | None, tolerance: float
) -> Predicted | None:
    """Compare predictions row by row, by their ids where they have some; None where not both runs kept any.

    Notes
    -----
    Another verb, like `evaluate`, may have written those of the recorded run later.
    """
    if recorded is None or now is None:
        return None
    recorded, now = _sorted(recorded), _sorted(now)
    if len(recorded) != len(now) or not _same_rows(recorded, now):
        rows = len(recorded)
        return Predicted(rows=rows, differing=rows, sameness="other", why="they are of other rows")
    return _compared(recorded, now, tolerance)


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return (table.sort_values(ID, kind="stable") if ID in table else table).reset_index(drop=True)


def _same_rows(recorded: pd.DataFrame, now: pd.DataFrame) -> bool:
    keys = [name for name in (ID, TRUTH) if name in recorded or name in now]
    return all(name in recorded and name in now and recorded[name].equals(now[name]) for name in keys)


def _compared(recorded: pd.DataFrame, now: pd.DataFrame, tolerance: float) -> Predicted:
    import numpy as np

    equal = np.ones(len(recorded), dtype=bool)
    close = equal.copy()
    for name in (PREDICTION, SCORE):
        if name in recorded and name in now:
            same, near = _cells(recorded[name], now[name], tolerance)
            equal &= same
            close &= near
    found: Sameness = "equal" if equal.all() else "close" if close.all() else "other"
    return Predicted(rows=len(recorded), differing=int((~close).sum()), sameness=found)


def _cells(
    one: pd.Series, other: pd.Series, tolerance: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return where two columns are equal, and where they are close."""
    import numpy as np
    import pandas as pd

    one, other = (
        side.astype(object) if isinstance(side.dtype, pd.CategoricalDtype) else side for side in (one, other)
    )
    equal = ((one == other).fillna(value=False) | (one.isna() & other.isna())).to_numpy(dtype=bool)
    if not all(pd.api.types.is_float_dtype(side) for side in (one, other)):
        return equal, equal
    left, right = (side.to_numpy(dtype=float, na_value=np.nan) for side in (one, other))
    room = tolerance * np.maximum(np.abs(left), np.abs(right))
    with np.errstate(invalid="ignore"):
        return equal, equal | (np.abs(left - right) <= np.where(np.isfinite(room), room, -1.0))
