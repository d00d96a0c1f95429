"""Comparing two runs of 100,000 predictions, with curves, code, environments and data that differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Turn, report, times
from measure import compare as measured

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.core.project import Project

ROWS = 100_000
OURS, AREAS = "compare of two runs", "scikit-learn: accuracy and area of both, no interval"


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make what two models predicted for the same rows."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(1)
    truth = random.integers(0, 2, ROWS)
    made = []
    for noise in (0.9, 0.8):
        score = truth + random.normal(size=ROWS) * noise
        made.append(pd.DataFrame({"truth": truth, "prediction": (score > 0.5).astype(int), "score": score}))
    return made[0], made[1]


def run(project: Project, number: int, table: pd.DataFrame) -> str:
    from jupyter_mlops.core.tracker import Artifact, RunLog
    from jupyter_mlops.experiments.comparison.predictions import PREDICTIONS, written

    tags = {"jupyter_mlops.snapshots": f"data@{number}"}
    made = project.tracker.start(f"run{number}", key=f"k{number}", experiment="shop", tags=tags)
    pins = "\n".join(f"package{place}=={number}.{place}" for place in range(400))
    log = RunLog(
        params={f"p{place}": str(place * number) for place in range(20)},
        metrics={"accuracy": 0.9},
        curves={"loss": [(step, 1 / (step + number)) for step in range(1_000)]},
        artifacts=[
            Artifact(PREDICTIONS, written(table)),
            Artifact("source.py", f"import package1\nfit(depth={number})".encode()),
            Artifact("requirements.txt", f"# python 3.11.{number}\n# Linux\n{pins}".encode()),
        ],
    )
    project.tracker.log(made, log)
    return project.tracker.finish(made, "finished").ref


def ours(folder: Path) -> Turn:
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.snapshot import snapshot
    from jupyter_mlops.experiments.compare import compare

    project = Project.create(folder)
    sides = tables()
    for number, table in enumerate(sides, 1):
        snapshot(project, table.head(10_000).assign(score=table["score"] + number), "data")
    refs = tuple(run(project, number, table) for number, table in enumerate(sides, 1))

    def tell() -> object:
        found = compare(project, refs)
        assert {one.metric for one in found.contrasts} == {"accuracy", "roc_auc"}
        assert {one.kind for one in found.causes} >= {"code", "data", "parameters", "environment"}
        return found.figure()

    tell()  # what is imported on first use is no part of the figure
    return lambda _number: tell


def areas(_folder: Path) -> Turn:
    from sklearn.metrics import accuracy_score, roc_auc_score

    sides = tables()

    def tell() -> object:
        return [
            (accuracy_score(one["truth"], one["prediction"]), roc_auc_score(one["truth"], one["score"]))
            for one in sides
        ]

    return lambda _number: tell


def main() -> None:
    repetitions = times()
    found = measured({OURS: ours, AREAS: areas}, repetitions)
    report(
        "compare: two runs of 100,000 predictions, in a warm process, SQLite store",
        repetitions,
        found,
        Claim("two runs with 100,000 predictions", found[OURS], "s", 1),
    )


if __name__ == "__main__":
    main()
