"""What each column adds to one prediction: Shapley values, by SHAP where it is installed, else by sampling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Score = Callable[[pd.DataFrame], Floats]

_ORDERS = 10
_BACKGROUND = 50
_SEED = 0


@dataclass(frozen=True)
class Contributions:
    """What each column adds to the mean prediction.

    Parameters
    ----------
    base
        The mean prediction of the background.
    values
        (n, columns): they add up to the prediction less the base.
    """

    method: str
    base: float
    values: Floats


def has_shap() -> bool:
    """Tell whether SHAP is installed."""
    return find_spec("shap") is not None


def contributions(
    score: Score, rows: pd.DataFrame, background: pd.DataFrame, *, shap: bool | None = None
) -> Contributions:
    """Return what each column adds to the predictions of *rows*, against a sample of *background*.

    Parameters
    ----------
    shap
        Whether to ask SHAP; None if it is installed.
    """
    few = background if len(background) <= _BACKGROUND else background.sample(_BACKGROUND, random_state=_SEED)
    pool = _Pool.of(score, rows, few)
    base = float(score(few).mean())
    if has_shap() if shap is None else shap:
        return Contributions(
            "SHAP, permutation explainer",
            base,
            _by_shap(pool, len(rows)),
        )
    return Contributions("Shapley values, sampled", base, _sampled(pool, len(rows)))


@dataclass(frozen=True)
class _Pool:
    """Rows and background as one table, in which a cell is named by its row: so that text is as good as numbers."""

    score: Score
    table: pd.DataFrame
    rows: int

    @classmethod
    def of(cls, score: Score, rows: pd.DataFrame, background: pd.DataFrame) -> _Pool:
        import pandas as pd

        return cls(score, pd.concat([rows, background], ignore_index=True), len(rows))

    def scored(self, places: Integers) -> Floats:
        """Return the scores of rows (n, columns) whose cells stand in the pool's rows."""
        import pandas as pd

        columns = {
            name: self.table[name].take(places[:, number]).array
            for number, name in enumerate(self.table.columns)
        }
        return self.score(pd.DataFrame(columns))


def _by_shap(pool: _Pool, rows: int) -> Floats:
    import numpy as np
    import shap

    def scored(places: Floats) -> Floats:
        return pool.scored(places.astype(np.int64))

    width = pool.table.shape[1]
    places = np.repeat(np.arange(len(pool.table))[:, None], width, axis=1).astype(np.float64)
    others = places[rows:]

    def masked(is_kept: npt.NDArray[np.bool_], row: Floats) -> tuple[Floats]:
        return (np.where(is_kept, row, others),)

    # SHAP's own maskers compile for half a minute before they begin.
    explainer = shap.explainers.Permutation(scored, masked, seed=_SEED)
    found = explainer(places[:rows], max_evals=_ORDERS * (2 * width + 1), silent=True)
    values: Floats = np.asarray(found.values, dtype=np.float64)
    return values


def _sampled(pool: _Pool, rows: int) -> Floats:
    """Add columns in a random order to a random row of the background, and back, and average what each changes [1]_.

    .. [1] E. Štrumbelj, I. Kononenko, Knowl. Inf. Syst. 41 (2014), 647–665.
    """
    import numpy as np

    random = np.random.default_rng(_SEED)
    width, others = pool.table.shape[1], len(pool.table) - rows
    starts = rows + np.tile(np.arange(others), -(-_BACKGROUND // others))
    orders = np.array([random.permutation(width) for _ in starts])
    starts, orders = np.r_[starts, starts], np.r_[orders, orders[:, ::-1]]
    ranks = np.argsort(orders, axis=1)
    is_own = ranks[:, None, :] < np.arange(width + 1)[None, :, None]
    found = np.empty((rows, width))
    for row in range(rows):
        places = np.where(is_own, row, starts[:, None, None])
        scores = pool.scored(places.reshape(-1, width)).reshape(len(starts), width + 1)
        found[row] = np.take_along_axis(np.diff(scores, axis=1), ranks, axis=1).mean(0)
    return found
