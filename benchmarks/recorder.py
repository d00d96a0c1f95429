"""What the recorder adds to a trivial cell: in a shell with some hundred variables, with and without the extension."""

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
VARIABLES = "import random, numpy, pandas\nfor i in range(500): globals()[f'name{i}'] = [i]"
BARE, OURS = "a cell, bare IPython", "the same, recorded"
LONG_BARE, LONG_OURS = "a cell after 5,000 others, bare IPython", "the same, all of them recorded"


def cells(_folder: Path, *, start: tuple[str, ...], before: int = 0) -> Turn:
    shell = opened(*start, VARIABLES)
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
    load = ("%load_ext jupyter_mlops",)
    contenders: dict[str, Prepare] = {
        BARE: partial(cells, start=()),
        OURS: partial(cells, start=load),
        LONG_BARE: partial(cells, start=(), before=5_000),
        LONG_OURS: partial(cells, start=load, before=5_000),
    }
    found = compare(contenders, repetitions)
    report(
        f"recorder: {CELLS} trivial cells in a shell with 500 variables",
        repetitions,
        found,
        Claim("added to a cell", _milliseconds(found[OURS] - found[BARE]), "ms", 1),
        Claim("added to a cell after 5,000 others", _milliseconds(found[LONG_OURS] - found[LONG_BARE]), "ms"),
    )


if __name__ == "__main__":
    main()
