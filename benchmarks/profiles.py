"""Profiles, drift and contracts of a million rows and twenty mixed columns, against pandas and scipy."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Prepare, Turn, compare, report, times
from snapshot import ROWS, mixed

if TYPE_CHECKING:
    import pandas as pd

OURS, DESCRIBE, NUNIQUE = "profile", "describe", "describe, nunique"
STORED, RAW = "drift from stored profiles", "drift by scipy, from the rows"
OWN, CHECKED = "validate, 65 rules", "the same by pandas, column by column"


def profiled(_folder: Path) -> Turn:
    from jupyter_mlops.data.sketch.table import TableSketch

    table = mixed()
    return lambda _number: partial(TableSketch.of, table)


def described(_folder: Path, *, distinct: bool) -> Turn:
    table = mixed()

    def both() -> object:
        return table.describe(include="all"), table.nunique() if distinct else None

    return lambda _number: both


def moved() -> pd.DataFrame:
    table = mixed()
    for name in ("float0", "float1", "gaps"):
        table[name] += 0.2
    return table


def drifted(folder: Path) -> Turn:
    from jupyter_mlops.checks.drift import between
    from jupyter_mlops.data.sketch.table import TableSketch

    paths = [folder / "before", folder / "after"]
    for path, table in zip(paths, (mixed(), moved()), strict=True):
        path.write_bytes(TableSketch.of(table).pack())

    def drift() -> object:
        return between(*(TableSketch.unpack(path.read_bytes()) for path in paths))

    return lambda _number: drift


def compared(_folder: Path) -> Turn:
    import numpy as np
    from scipy import stats

    before, after = mixed(), moved()

    def drift() -> object:
        found = {}
        for name in before:
            left, right = before[name].dropna(), after[name].dropna()
            if left.dtype.kind in "iuf":
                found[name] = stats.ks_2samp(left.to_numpy(float), right.to_numpy(float)).statistic
            else:
                shares = [side.value_counts(normalize=True) for side in (left, right)]
                found[name] = np.abs(shares[0].sub(shares[1], fill_value=0)).sum() / 2
        return found

    return lambda _number: drift


def validated(folder: Path) -> Turn:
    from jupyter_mlops.checks.expect import expect
    from jupyter_mlops.checks.validate import validate
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.snapshot import snapshot

    project = Project.create(folder / "shop")
    table = mixed()
    snapshot(project, table, "bench")
    expect(project, ("bench",), write=True)

    def action() -> object:
        found = validate(project, table, dataset="bench")
        if not found.is_well:
            raise AssertionError(found)
        return found

    return lambda _number: action


def checked(_folder: Path) -> Turn:
    table = mixed()

    def action() -> bool:
        well = True
        for name in table:
            column = table[name]
            well &= int(column.isna().sum()) < ROWS / 2
            if column.dtype.kind in "iuf" and column.dtype != bool:
                well &= bool(column.dropna().between(-1e9, 1e9).all())
            elif column.dtype == "str":
                well &= bool(column.str.len().between(1, 100).all())
            elif column.dtype == "category":
                well &= bool(column.astype(str).str.fullmatch(r"[a-z]{4}-\d+").all())
        return well

    return lambda _number: action


def main() -> None:
    repetitions = times()
    contenders: dict[str, Prepare] = {
        OURS: profiled,
        DESCRIBE: partial(described, distinct=False),
        NUNIQUE: partial(described, distinct=True),
    }
    found = compare(contenders, repetitions)
    found |= compare({STORED: drifted, RAW: compared}, repetitions)
    found |= compare({OWN: validated, CHECKED: checked}, repetitions)
    report(
        f"profile: {ROWS:,} rows, 20 mixed columns",
        repetitions,
        found,
        Claim(f"{OURS}, ratio to {NUNIQUE}", found[OURS] / found[NUNIQUE], "×", 0.5),
        Claim(STORED, found[STORED] / 0.001, "ms", 50),
        Claim(OWN, found[OWN], "s", 2),
    )


if __name__ == "__main__":
    main()
