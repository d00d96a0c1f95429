"""A gate of ten checks on 100,000 rows, beyond what the model itself takes to predict them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Turn, compare, report, times

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.core.project import Project

ROWS = 100_000
OURS, PEER = "gate: ten checks", "the model's and the champion's own predictions"
GATE = """
[tool.jupyter-mlops.gates.champion]
data = "holdout@latest"
target = "left"
checks = [
  {check = "metric", name = "roc_auc", at_least = 0.6},
  {check = "metric", name = "accuracy", at_least = 0.6, confident = true},
  {check = "no-worse", metric = "roc_auc", margin = 0.01},
  {check = "slice", by = "region", metric = "recall", at_least = 0.5},
  {check = "fairness", by = "region"},
  {check = "calibration", at_most = 0.2},
  {check = "robustness", at_most = 0.1},
  {check = "size", mb = 100},
  {check = "signature"},
  {check = "signed"},
]
"""
COLUMNS = [f"x{number}" for number in range(20)]


def table(rows: int, seed: int) -> pd.DataFrame:
    """Make twenty numbers, a region and what they tell."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(seed)
    made = pd.DataFrame(random.normal(size=(rows, len(COLUMNS))), columns=COLUMNS)
    made["region"] = random.choice(["north", "south", "east", "west"], rows)
    made["left"] = (made["x0"] + made["x1"] + random.normal(size=rows) > 0).astype(int)
    return made


def prepared(folder: Path) -> Project:
    from sklearn.linear_model import LogisticRegression

    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.snapshot import snapshot
    from jupyter_mlops.models.promote import promote
    from jupyter_mlops.models.register import register

    project = Project.create(folder)
    snapshot(project, table(ROWS, 1), "holdout")
    for strength in (0.5, 1.0):
        train = table(5_000, int(strength * 10))
        register(project, LogisticRegression(C=strength).fit(train[COLUMNS], train["left"]), "churn")
    promote(project, "churn@1")
    (folder / "pyproject.toml").write_text(GATE)
    return Project.open(folder)


def ours(folder: Path) -> Turn:
    from jupyter_mlops.models.gate import gate

    project = prepared(folder)

    def judge() -> object:
        found = gate(project, "churn@2")
        assert found.is_well, found
        return found

    return lambda _number: judge


def predicted(folder: Path) -> Turn:
    from jupyter_mlops.data.load import load
    from jupyter_mlops.models.evaluation.predictions import predict

    project = prepared(folder)

    def both() -> None:
        rows = load(project, "holdout")
        for ref in ("churn@2", "churn@1"):
            predict(project, ref, rows, "left")

    return lambda _number: both


def main() -> None:
    repetitions = times()
    found = compare({OURS: ours, PEER: predicted}, repetitions)
    report(
        f"gate: {ROWS:,} rows, ten checks",
        repetitions,
        found,
        Claim("beyond the predictions", found[OURS] - found[PEER], "s", 2, kind="target of issue 7"),
    )


if __name__ == "__main__":
    main()
