"""Looking for leaks in a split of 100,000 rows and 50 columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Turn, compare, report, times

if TYPE_CHECKING:
    import pandas as pd

ROWS = 100_000
OURS, PEER = "leaks: rows, target, order, groups", "pandas: only the rows, by merge"


def split() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make 50 columns and a target; a thousand test rows are of training, and one feature tells the target."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(0)
    words = np.array([f"word-{n}" for n in range(500)])
    columns: dict[str, object] = {f"float{n}": random.normal(size=ROWS) for n in range(29)}
    columns |= {f"integer{n}": random.integers(0, 1_000, ROWS) for n in range(10)}
    columns |= {f"text{n}": random.choice(words, ROWS) for n in range(8)}
    columns["at"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(ROWS), unit="min")
    table = pd.DataFrame(columns)
    table["y"] = (table["float0"] + random.normal(size=ROWS) > 0).astype(int)
    table["echo"] = table["y"] * 2.0 + random.normal(0, 0.1, ROWS)
    cut = ROWS * 7 // 10
    return table.iloc[:cut].reset_index(drop=True), table.iloc[cut - 1_000 :].reset_index(drop=True)


def ours(folder: Path) -> Turn:
    from jupyter_mlops.checks.leaks import leaks
    from jupyter_mlops.core.project import Project

    project = Project.create(folder)
    train, test = split()

    def look() -> object:
        found = leaks(project, train, test, target="y", time="at", group=("text0",))
        assert {item.check for item in found.findings} >= {"overlap", "target echo", "at: order"}
        return found

    return lambda _number: look


def merged(_folder: Path) -> Turn:
    train, test = split()

    def look() -> int:
        return len(test.merge(train.drop_duplicates(), how="inner"))

    return lambda _number: look


def main() -> None:
    repetitions = times()
    found = compare({OURS: ours, PEER: merged}, repetitions)
    report(
        f"leaks: {ROWS:,} rows, 50 columns",
        repetitions,
        found,
        Claim(OURS, found[OURS], "s", 2, kind="target of issue 5"),
    )


if __name__ == "__main__":
    main()
