"""Snapshots of a frame of a million rows and twenty mixed columns, against Parquet by pandas."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Action, Claim, Prepare, Turn, compare, report, times

if TYPE_CHECKING:
    import pandas as pd

ROWS = 1_000_000
FIRST, AGAIN, LOAD = "snapshot, first version", "snapshot, unchanged", "load"
DIGEST, FOUND = "digest of a new frame", "digest of a known frame"
WRITE, READ = "to_parquet", "read_parquet"


def mixed() -> pd.DataFrame:
    """Make the frame: floats with gaps, integers, words, categories, times and truths."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(7)
    columns: dict[str, object] = {f"float{n}": random.normal(size=ROWS) for n in range(5)}
    columns["gaps"] = np.where(random.random(ROWS) < 0.1, np.nan, random.normal(size=ROWS))
    columns |= {f"integer{n}": random.integers(0, 10 ** (n + 2), ROWS) for n in range(4)}
    words = np.array([f"word-{n}" for n in range(5_000)])
    columns |= {f"text{n}": pd.Series(random.choice(words, ROWS), dtype="str") for n in range(3)}
    columns |= {f"category{n}": pd.Categorical(random.choice(words[:50], ROWS)) for n in range(2)}
    start = pd.Timestamp("2026-01-01")
    columns |= {
        f"time{n}": start + pd.to_timedelta(random.integers(0, 10**7, ROWS), unit="s") for n in range(2)
    }
    columns |= {f"truth{n}": random.random(ROWS) < 0.5 for n in range(2)}
    columns["nullable"] = pd.array(random.integers(0, 100, ROWS), dtype="Int64")
    return pd.DataFrame(columns)


def kept(folder: Path, *, again: bool) -> Turn:
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.snapshot import snapshot

    table = mixed()

    def turn(number: int) -> Action:
        project = Project.create(folder / ("again" if again else str(number)))
        if again and number == 0:
            snapshot(project, table, "bench")
        return partial(snapshot, project, table, "bench")

    return turn


def digested(_folder: Path, *, is_known: bool) -> Turn:
    from jupyter_mlops.data.store.survey import survey

    table = mixed()
    known = {part.fingerprint: part.digest for part in survey(table, {}).parts} if is_known else {}
    return lambda _number: partial(survey, table, known)


def loaded(folder: Path) -> Turn:
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.load import load
    from jupyter_mlops.data.snapshot import snapshot

    project = Project.create(folder)
    snapshot(project, mixed(), "bench")
    return lambda _number: partial(load, project, "bench@1")


def written(folder: Path) -> Turn:
    table = mixed()
    return lambda number: partial(table.to_parquet, folder / f"{number}.parquet")


def read(folder: Path) -> Turn:
    import pandas as pd

    mixed().to_parquet(folder / "bench.parquet")
    return lambda _number: partial(pd.read_parquet, folder / "bench.parquet")


def main() -> None:
    repetitions = times()
    writing: dict[str, Prepare] = {
        FIRST: partial(kept, again=False),
        AGAIN: partial(kept, again=True),
        DIGEST: partial(digested, is_known=False),
        FOUND: partial(digested, is_known=True),
        WRITE: written,
    }
    found = compare(writing, repetitions) | compare({LOAD: loaded, READ: read}, repetitions)
    report(
        f"snapshot: {ROWS:,} rows, 20 mixed columns",
        repetitions,
        found,
        Claim(f"{FIRST}, ratio to {WRITE}", found[FIRST] / found[WRITE], "×", 1),
        Claim(f"{AGAIN}, ratio to {WRITE}", found[AGAIN] / found[WRITE], "×", 0.1),
        Claim(f"{DIGEST}, ratio to {WRITE}", found[DIGEST] / found[WRITE], "×", 0.15),
        Claim(f"{FOUND}, ratio to {WRITE}", found[FOUND] / found[WRITE], "×", 0.15),
        Claim(f"{LOAD}, ratio to {READ}", found[LOAD] / found[READ], "×", 2),
    )


if __name__ == "__main__":
    main()
