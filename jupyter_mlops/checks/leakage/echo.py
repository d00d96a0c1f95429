"""Features that predict the target nearly alone: it, or what came of it, has leaked into them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.leakage.split import Split
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.data.diffs.cells import tokens
from jupyter_mlops.data.diffs.shift import ordered

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jupyter_mlops.data.diffs.schemas import Pair

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

_SURE = 0.98
_ROWS = 50_000
_BINS = 256
_CLASSES, _MOST = 20, 100
_FEWEST = 20


@dataclass(frozen=True)
class Target:
    """What is to be predicted, on the rows to learn from and on those to test on.

    Parameters
    ----------
    train, test
        (n,) and (m,): numbers, or classes as whole numbers from 0 on.
    rows
        (n,) and (m,): which rows of the two tables those are.
    classes
        How many; 0 for numbers.
    is_within
        Both parts are of the training table: there are too few test rows.
    """

    train: Floats
    test: Floats
    rows: tuple[Integers, Integers]
    classes: int
    is_within: bool


class Echo:
    """Features of which each alone, learnt on one part of the rows, predicts the other part.

    For classes the score is the larger of Cohen's kappa and, with two classes, 2 AUC - 1; for numbers it is
    the largest R² of bin means, of a straight line and of ranks. 0 is chance, 1 the target, 0.98 an echo.
    """

    label = "target echo"

    def find(self, subject: Split) -> Iterator[Finding]:
        """Score every feature, and name those that say too much."""
        if subject.target is None:
            raise Unknown("no target is named")
        target = target_of(subject, subject.pair(subject.target))
        for pair in subject.features:
            scores = score(pair, target)
            how = max(scores, key=lambda name: scores[name])
            if scores[how] < _SURE:
                continue
            yield Finding(
                check=self.label,
                subject=pair.name,
                message=f"{pair.name} alone predicts {subject.target}: {how} {scores[how]:.3f} on other rows",
                count=len(target.test),
                evidence={name: f"{value:.4f}" for name, value in scores.items()}
                | {"limit": f"{_SURE}", "learnt on": f"{len(target.train):,} rows"},
            )


def target_of(subject: Split, pair: Pair) -> Target:
    """Return the target of a split; where there are too few test rows, of every other training row.

    Raises
    ------
    Unknown
        There are too few rows, or too many classes.
    """
    import numpy as np
    import pandas as pd

    left, right = (np.flatnonzero(cells.missing == 0) for cells in pair.cells)
    is_within = len(right) < _FEWEST
    rows = (_thinned(left[::2]), _thinned(left[1::2])) if is_within else (_thinned(left), _thinned(right))
    if min(map(len, rows)) < _FEWEST:
        raise Unknown(f"{pair.name} is known in fewer than {_FEWEST} rows")
    numbers = ordered(pair)
    if numbers is not None and len(np.unique(numbers[0][rows[0]])) > _CLASSES:
        return Target(numbers[0][rows[0]], numbers[0 if is_within else 1][rows[1]], rows, 0, is_within)
    train, test = tokens(*pair.cells)
    codes, values = pd.factorize(np.concatenate([train[rows[0]], (train if is_within else test)[rows[1]]]))
    if len(values) > _MOST:
        raise Unknown(f"{pair.name} has {len(values):,} classes")
    classes = codes.astype("f8")
    return Target(classes[: len(rows[0])], classes[len(rows[0]) :], rows, len(values), is_within)


def score(pair: Pair, target: Target) -> dict[str, float]:
    """Return how well one feature alone predicts the target on rows it was not learnt on, by measure."""
    import numpy as np

    numbers = ordered(pair)
    if numbers is not None:
        sides = numbers[0], numbers[0 if target.is_within else 1]
        train, test, size = _bins(sides[0][target.rows[0]], sides[1][target.rows[1]])
    else:
        one, other = tokens(pair.cells[0], pair.cells[0 if target.is_within else 1])
        joint = np.concatenate([one[target.rows[0]], other[target.rows[1]]])
        codes = np.unique(joint, return_inverse=True)[1]
        train, test, size = codes[: len(target.train)], codes[len(target.train) :], int(codes.max()) + 1
    if target.classes:
        return _score_classes(train, test, size, target)
    found = {"R²": _score_means(train, test, size, target)}
    return found if numbers is None else found | _score_lines(sides[1][target.rows[1]], target.test)


def _thinned(rows: Integers) -> Integers:
    """Return at most so many rows, evenly spaced."""
    return rows[:: -(-len(rows) // _ROWS)] if len(rows) > _ROWS else rows


def _bins(train: Floats, test: Floats) -> tuple[Integers, Integers, int]:
    """Cut numbers at the quantiles of *train*; few values are a bin each, and missing is one."""
    import numpy as np

    known = train[~np.isnan(train)]
    edges = np.unique(known)
    if len(edges) > _BINS:
        edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS)))
    size = len(edges) + 2
    first, second = (
        np.where(np.isnan(side), size - 1, np.searchsorted(edges, side, side="right"))
        for side in (train, test)
    )
    return first, second, size


def _score_classes(train: Integers, test: Integers, size: int, target: Target) -> dict[str, float]:
    import numpy as np

    kinds = target.classes
    known, actual = target.train.astype(np.int64), target.test.astype(np.int64)
    counts = np.bincount(train * kinds + known, minlength=size * kinds).reshape(size, kinds)
    prior = counts.sum(axis=0) / counts.sum()
    share = (counts + prior) / (counts.sum(axis=1, keepdims=True) + 1)
    guessed = share.argmax(axis=1)[test]
    right = float((guessed == actual).mean())
    tallies = (np.bincount(side, minlength=kinds) / len(side) for side in (guessed, actual))
    chance = float(np.dot(*tallies))
    found = {"kappa": (right - chance) / (1 - chance) if chance < 1 else 0.0}
    if kinds == 2 and min(np.bincount(actual, minlength=2)) >= _FEWEST // 2:
        found["2 AUC - 1"] = _gini(share[:, 1], test, actual)
    return found


def _gini(scores: Floats, bins: Integers, classes: Integers) -> float:
    """Return 2 AUC - 1, rows of one bin being tied."""
    import numpy as np

    places = np.unique(scores, return_inverse=True)[1][bins]
    yes, no = (np.bincount(places[classes == kind], minlength=places.max() + 1) for kind in (1, 0))
    below = np.cumsum(no) - no
    return float(2 * (yes * (below + no / 2)).sum() / (yes.sum() * no.sum()) - 1)


def _score_means(train: Integers, test: Integers, size: int, target: Target) -> float:
    import numpy as np

    counts = np.bincount(train, minlength=size)
    means = (np.bincount(train, weights=target.train, minlength=size) + target.train.mean()) / (counts + 1)
    spread = ((target.test - target.test.mean()) ** 2).sum()
    return float(1 - ((target.test - means[test]) ** 2).sum() / spread) if spread else 0.0


def _score_lines(feature: Floats, target: Floats) -> dict[str, float]:
    """Return the squared correlations, which see a straight line and any rising or falling one."""
    import numpy as np
    from scipy.stats import rankdata

    known = np.isfinite(feature) & np.isfinite(target)
    x, y = feature[known], target[known]
    if known.mean() < 0.9 or not x.std() or not y.std():
        return {}
    return {
        "r² of a line": float(np.corrcoef(x, y)[0, 1] ** 2),
        "r² of ranks": float(np.corrcoef(rankdata(x), rankdata(y))[0, 1] ** 2),
    }
