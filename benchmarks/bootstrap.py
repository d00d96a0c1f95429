"""Comparing two models on 100,000 rows by a paired bootstrap of 1,000 draws."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Turn, compare, report, times

if TYPE_CHECKING:
    from jupyter_mlops.models.evaluation.predictions import Predictions

ROWS, DRAWS = 100_000, 1_000
LIMIT_S = 2.0
METRICS = ("accuracy", "f1", "log_loss", "roc_auc", "average_precision")
PEER, PEER_DRAWS = "scikit-learn: roc_auc, rows taken anew", 10


def models() -> tuple[Predictions, Predictions]:
    """Make two models that differ by chance; no two rows have the same score."""
    import numpy as np
    import pandas as pd

    from jupyter_mlops.models.evaluation.predictions import Predictions

    target = np.random.default_rng(0).integers(0, 2, ROWS)
    made = []
    for seed in (1, 2):
        noise = np.random.default_rng(seed).normal(size=ROWS)
        scores = 1 / (1 + np.exp(-(1.5 * target - 0.75 + noise)))
        labels, classes = (scores > 0.5).astype(int), np.array([0, 1])
        table = pd.DataFrame(index=range(ROWS))
        made.append(Predictions("binary", target, labels, scores, classes, table, is_probability=True))
    return made[0], made[1]


def ours(name: str, _folder: Path) -> Turn:
    from dataclasses import replace

    from jupyter_mlops.models.evaluation.bootstrap import paired
    from jupyter_mlops.models.evaluation.metrics import metric

    first, second = models()
    judge = metric("binary", name)

    def draw() -> object:
        found = paired(
            replace(first), replace(second), judge, draws=DRAWS
        )  # without what an earlier turn sorted
        assert found.low < found.estimate < found.high
        return found

    return lambda _number: draw


def taken(_folder: Path) -> Turn:
    import numpy as np
    from sklearn.metrics import roc_auc_score

    first, second = models()
    random = np.random.default_rng(0)

    def draw() -> object:
        found = []
        for _ in range(PEER_DRAWS):
            rows = random.integers(0, ROWS, ROWS)
            sides = [roc_auc_score(one.target[rows], one.scores[rows]) for one in (first, second)]  # type: ignore[index]
            found.append(sides[0] - sides[1])
        return found

    return lambda _number: draw


def main() -> None:
    repetitions = times()
    names = {f"paired: {name}": partial(ours, name) for name in METRICS}
    found = compare({**names, PEER: taken}, repetitions)
    peer = found[PEER] / PEER_DRAWS
    auc = found["paired: roc_auc"] / DRAWS
    report(
        f"paired bootstrap: {DRAWS:,} draws of {ROWS:,} rows; the peer draws {PEER_DRAWS}",
        repetitions,
        found,
        *(Claim(name, found[name], "s", LIMIT_S, kind="target of issue 7") for name in names),
        Claim("a draw of roc_auc, the peer's to ours", peer / auc, "×"),
    )


if __name__ == "__main__":
    main()
