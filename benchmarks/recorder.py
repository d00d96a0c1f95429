"""What the recorder adds to a trivial cell: with few variables, with many, and late in a long session."""

from __future__ import annotations

import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Prepare, Sample, Turn, compare, report, times
from notebook import opened

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

CELLS = 200
FEW, MANY, LONG = "10 variables", "500 variables", "5,000 cells before it"


def cells(_folder: Path, *, is_recorded: bool, variables: int, before: int = 0) -> Turn:
    make = f"import random, numpy, pandas\nfor i in range({variables}): globals()[f'name{{i}}'] = [i]"
    shell = opened(*(["%load_ext jupyter_mlops"] if is_recorded else []), make)
    for number in range(before):
        shell.run_cell(f"n = {number}", store_history=True)
    return lambda _number: partial(_median, shell)


def _median(shell: InteractiveShell) -> Sample:
    """Return what the median of the cells took, so that one pause of the machine does not count for all."""
    wall, cpu = [], []
    for number in range(CELLS):
        began, used = time.perf_counter(), time.process_time()
        shell.run_cell(f"n = {number}", store_history=True)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    return Sample(statistics.median(wall), statistics.median(cpu))


def _milliseconds(sample: Sample) -> Sample:
    return sample / 0.001


def main() -> None:
    repetitions = times()
    shells = {
        FEW: partial(cells, variables=10),
        MANY: partial(cells, variables=500),
        LONG: partial(cells, variables=500, before=5_000),
    }
    contenders: dict[str, Prepare] = {}
    for said, prepare in shells.items():
        contenders[_name(said, is_recorded=False)] = partial(prepare, is_recorded=False)
        contenders[_name(said, is_recorded=True)] = partial(prepare, is_recorded=True)
    found = compare(contenders, repetitions)
    added = {
        said: found[_name(said, is_recorded=True)] - found[_name(said, is_recorded=False)] for said in shells
    }
    report(
        f"recorder: {CELLS} trivial cells in a shell",
        repetitions,
        found,
        *(Claim(f"added to a cell, {said}", _milliseconds(cost), "ms", 1) for said, cost in added.items()),
    )


def _name(said: str, *, is_recorded: bool) -> str:
    return f"{said}, {'recorded' if is_recorded else 'bare IPython'}"


if __name__ == "__main__":
    main()
