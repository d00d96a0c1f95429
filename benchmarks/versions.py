"""Bytes of ten versions of a frame against one, by kind of change, and what the tenth costs to load."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Sample, timed
from snapshot import ROWS, mixed

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

VERSIONS = 10
Change = Callable[["pd.DataFrame", "np.random.Generator", int], "pd.DataFrame"]


def unchanged(table: pd.DataFrame, _random: np.random.Generator, _number: int) -> pd.DataFrame:
    return table.copy()


def cells(table: pd.DataFrame, random: np.random.Generator, columns: list[str]) -> pd.DataFrame:
    """Give 1 % of the rows, wherever they are, the values of others."""
    table = table.copy()
    rows = random.choice(len(table), len(table) // 100, replace=False)
    others = random.choice(len(table), len(rows))
    fresh = changed(table.iloc[others], random)
    for name in columns:
        values = table[name].array.copy()
        values[rows] = fresh[name].array
        table[name] = values
    return table


def changed(table: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Return rows like those given, with floats that nobody has seen."""
    table = table.reset_index(drop=True)
    floats = [name for name in table if table[name].dtype == "float64"]
    return table.assign(**{name: random.normal(size=len(table)) for name in floats})


def two_columns(table: pd.DataFrame, random: np.random.Generator, _number: int) -> pd.DataFrame:
    return cells(table, random, ["float0", "text0"])


def all_columns(table: pd.DataFrame, random: np.random.Generator, _number: int) -> pd.DataFrame:
    return cells(table, random, list(table))


def appended(table: pd.DataFrame, random: np.random.Generator, _number: int) -> pd.DataFrame:
    return spliced(table, random, len(table), len(table))


def inserted(table: pd.DataFrame, random: np.random.Generator, _number: int) -> pd.DataFrame:
    at = int(random.integers(len(table)))
    return spliced(table, random, at, at)


def block(table: pd.DataFrame, random: np.random.Generator, _number: int) -> pd.DataFrame:
    at = int(random.integers(len(table) - ROWS // 100))
    return spliced(table, random, at, at + ROWS // 100)


def spliced(table: pd.DataFrame, random: np.random.Generator, start: int, stop: int) -> pd.DataFrame:
    """Put rows that are 1 % of all in the place of those from *start* to *stop*."""
    import pandas as pd

    fresh = changed(table.iloc[random.choice(len(table), ROWS // 100)], random)
    return pd.concat([table.iloc[:start], fresh, table.iloc[stop:]], ignore_index=True)


def deleted(table: pd.DataFrame, random: np.random.Generator, _number: int) -> pd.DataFrame:
    rows = random.choice(len(table), ROWS // 100, replace=False)
    return table.drop(index=rows).reset_index(drop=True)


def sorted_anew(table: pd.DataFrame, _random: np.random.Generator, number: int) -> pd.DataFrame:
    by = [f"float{n}" for n in range(5)][number % 5]
    return table.sort_values(by, ascending=number < 5, ignore_index=True)


def shuffled(table: pd.DataFrame, random: np.random.Generator, _number: int) -> pd.DataFrame:
    return table.iloc[random.permutation(len(table))].reset_index(drop=True)


def one_more_column(table: pd.DataFrame, random: np.random.Generator, number: int) -> pd.DataFrame:
    return table.assign(**{f"added{number}": random.normal(size=len(table))})


KINDS: dict[str, tuple[Change, float]] = {
    "unchanged": (unchanged, 1.05),
    "1 % of rows, 2 columns": (two_columns, 1.15),
    "1 % of rows, all columns": (all_columns, 1.2),
    "1 % of rows appended": (appended, 1.15),
    "1 % of rows inserted": (inserted, 1.15),
    "1 % of rows deleted": (deleted, 1.15),
    "a block of 1 % replaced": (block, 1.15),
    "re-sorted": (sorted_anew, 1.3),
    "shuffled": (shuffled, 1.5),
    "a column added": (one_more_column, 1 + 9 / 20 * 2.6),
}


def measured(change: Change, versions: int, folder: Path) -> Iterator[str]:
    """Yield bytes against one version, seconds of a snapshot, and of a load of the last version."""
    import numpy as np
    import pandas as pd

    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.load import load
    from jupyter_mlops.data.snapshot import snapshot

    project = Project.create(folder)
    random, table = np.random.default_rng(11), mixed()
    snapshot(project, table, "bench")
    first = size(folder)
    samples: list[Sample] = []
    for number in range(versions - 1):
        table = change(table, random, number)
        samples.append(timed(lambda: snapshot(project, table, "bench")))  # noqa: B023
    table.to_parquet(folder / "peer.parquet")
    peer = min(
        (timed(lambda: pd.read_parquet(folder / "peer.parquet")) for _ in range(5)), key=lambda s: s.cpu
    )
    loads = [timed(lambda: load(project, "bench")) for _ in range(5)]
    pd.testing.assert_frame_equal(load(project, "bench"), table)
    ours = min(loads, key=lambda sample: sample.cpu)
    yield f"{size(folder) / first:.3f}"
    yield f"{statistics.median(s.cpu for s in samples):.2f}"
    yield f"{ours.wall / peer.wall:.2f} wall {ours.cpu / peer.cpu:.2f} CPU"


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / ".mlops/objects").rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what versions cost, by kind of change.")
    parser.add_argument("--quick", action="store_true", help="four versions instead of ten")
    parser.add_argument("kinds", nargs="*", help="kinds of change; all by default")
    given = parser.parse_args()
    versions = 4 if given.quick else VERSIONS
    print(f"versions: {ROWS:,} rows, 20 mixed columns; bytes of {versions} versions over bytes of one")
    for kind, (change, limit) in KINDS.items():
        if given.kinds and kind not in given.kinds:
            continue
        with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as folder:
            ratio, seconds, loaded = measured(change, versions, Path(folder))
        verdict = "holds" if float(ratio) <= limit else "DOES NOT HOLD"
        print(f"  {kind}: {ratio} ×; promise ≤ {limit:.3g} ×: {verdict}")
        print(f"    a snapshot {seconds} CPU-s; load of the last against read_parquet: {loaded}", flush=True)


if __name__ == "__main__":
    main()
