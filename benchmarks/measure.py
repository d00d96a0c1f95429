"""Measure contenders in turn, each in a process of its own, and say whether a promise holds."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

Action = Callable[[], object]
Turn = Callable[[int], Action]
Prepare = Callable[[Path], Turn]

TIMES = 5
QUICK = 2
_ELSEWHERE = ("MLFLOW_", "JUPYTER_MLOPS_", "JPY_SESSION_NAME", "PYTHONDONTWRITEBYTECODE")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Sample:
    """What one repetition cost: seconds on the wall, and seconds of CPU with its children's."""

    wall: float
    cpu: float

    def __sub__(self, other: Sample) -> Sample:
        return Sample(self.wall - other.wall, self.cpu - other.cpu)

    def __truediv__(self, other: Sample | float) -> Sample:
        if isinstance(other, Sample):
            return Sample(self.wall / other.wall, self.cpu / other.cpu)
        return Sample(self.wall / other, self.cpu / other)


@dataclass(frozen=True)
class Claim:
    """A figure beside its promise.

    Parameters
    ----------
    found
        Ratio, seconds or milliseconds, by `unit`.
    limit
        What it must keep; None when nothing is promised.
    kind
        Whether the limit is a promise of this version or the target of a later issue.
    """

    what: str
    found: Sample
    unit: Literal["×", "s", "ms"]
    limit: float | None = None
    at_least: bool = False
    kind: str = "promise"

    def __str__(self) -> str:
        shown = f"{_short(self.found.wall)} {self.unit} wall, {_short(self.found.cpu)} {self.unit} CPU"
        return f"  {self.what}: {shown}{self._verdict()}"

    def _verdict(self) -> str:
        if self.limit is None:
            return ""
        sign = "≥" if self.at_least else "≤"
        return f"; {self.kind} {sign} {self.limit:g} {self.unit}: {self._kept(self.limit)}"

    def _kept(self, limit: float) -> str:
        wall, cpu = (
            value >= limit if self.at_least else value <= limit for value in (self.found.wall, self.found.cpu)
        )
        if wall and cpu:
            return "holds"
        if wall or cpu:
            return f"holds in {'wall time' if wall else 'CPU-seconds'} only"
        return "DOES NOT HOLD"


def times() -> int:
    """Return how often to repeat, from the command line."""
    parser = argparse.ArgumentParser(description="Measure one figure, and compare it with its promise.")
    parser.add_argument("--quick", action="store_true", help=f"repeat {QUICK} times instead of {TIMES}")
    return QUICK if parser.parse_args().quick else TIMES


def compare(contenders: Mapping[str, Prepare], repetitions: int) -> dict[str, Sample]:
    """Return each contender's medians, measured in turn after one turn that does not count."""
    _settle()
    samples: dict[str, list[Sample]] = {name: [] for name in contenders}
    with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as folder:
        running = {
            name: _Contender(prepare, Path(folder, str(number)))
            for number, (name, prepare) in enumerate(contenders.items())
        }
        for number in range(repetitions + 1):
            for name, contender in running.items():
                sample = contender.measured(number)
                if number:
                    samples[name].append(sample)
        for contender in running.values():
            contender.stop()
    return {name: _median(found) for name, found in samples.items()}


def timed(action: Action) -> Sample:
    """Run *action* once; an action that measures itself answers with its own sample."""
    wall, cpu = time.perf_counter(), _cpu()
    answer = action()
    taken = Sample(time.perf_counter() - wall, _cpu() - cpu)
    return answer if isinstance(answer, Sample) else taken


def report(title: str, repetitions: int, found: Mapping[str, Sample], *claims: Claim) -> None:
    """Print the medians, then every claim."""
    load = os.getloadavg()[0]
    print(f"{title} (median of {repetitions}, {os.cpu_count()} cores, load {load:.1f})")
    width = max(map(len, found))
    unit, scale = ("ms", 1000) if max(sample.wall for sample in found.values()) < 0.1 else ("s", 1)
    for name, sample in found.items():
        wall, cpu = _short(sample.wall * scale), _short(sample.cpu * scale)
        print(f"  {name:<{width}}  {wall:>8} {unit}  {cpu:>8} CPU-{unit}")
    print(*claims, sep="\n", end="\n\n", flush=True)


def _settle() -> None:
    """Give all the same ground: settings of this machine gone, compiled modules kept, nothing sent."""
    for name in [name for name in os.environ if name.startswith(_ELSEWHERE)]:
        del os.environ[name]
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ |= dict.fromkeys(_THREADS, "1")  # threads that spin while they wait are no work


class _Contender:
    """A process that waits for its turns."""

    def __init__(self, prepare: Prepare, folder: Path) -> None:
        folder.mkdir()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(prepare, folder, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def measured(self, number: int) -> Sample:
        try:
            self._pipe.send(number)
            answer = self._pipe.recv()
        except (EOFError, OSError):
            answer = "its process died"
        if not isinstance(answer, Sample):
            print(f"not measured: {answer}")
            raise SystemExit(0)  # a figure informs; only tests fail
        return answer

    def stop(self) -> None:
        self._pipe.send(None)
        self._process.join()


def _serve(prepare: Prepare, folder: Path, pipe: Connection) -> None:
    """Take turns until told to stop; what is printed meanwhile goes to a log."""
    sys.dont_write_bytecode = False
    os.chdir(folder)
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    with Path("log").open("w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        turn = prepare(folder)
        for number in iter(pipe.recv, None):
            pipe.send(timed(turn(number)))
    except BaseException:
        pipe.send(f"{Path('log').read_text()[-4000:]}\n{traceback.format_exc()}")
        raise


def _cpu() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _median(samples: list[Sample]) -> Sample:
    return Sample(
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.cpu for sample in samples),
    )


def _short(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.3g}"
