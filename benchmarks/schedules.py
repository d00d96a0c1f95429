"""A worker that is idle, and one that holds a thousand schedules: what they cost, and how late what is due begins."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psutil
from measure import times
from sqlalchemy import select

from jupyter_mlops.core import door
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.pipelines.durable.launch import Request
from jupyter_mlops.pipelines.durable.state import EXECUTIONS
from jupyter_mlops.pipelines.run import begin, prepare
from jupyter_mlops.pipelines.schedule import schedule

SCHEDULES, IDLE_S, SHARE, LATE_S = 1000, 30, 0.05, 2.0
WARM_S = 15
PIPELINE = """\
catchup = "none"
[steps.look]
verb = "status"
"""


@contextmanager
def worker(root: Path) -> Iterator[psutil.Process]:
    """Start a worker on the project, and wait until it has settled."""
    with (root / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_mlops", "worker"], cwd=root, stdout=log, stderr=log
        )
    try:
        time.sleep(WARM_S)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def share(process: psutil.Process, seconds: float) -> float:
    """Return the part of a core that a process takes meanwhile."""
    before, begun = sum(process.cpu_times()[:2]), time.monotonic()
    time.sleep(seconds)
    return (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - begun)


def idle(root: Path) -> float:
    """Return what a worker with nothing to do takes."""
    with worker(Project.create(root).root) as process:
        return share(process, IDLE_S)


def holding(root: Path, minutes: int) -> tuple[float, list[float]]:
    """Return what a thousand hourly schedules take, and how late, in seconds, each of those that came due began."""
    project = Project.create(root, actor=Actor("ada", "os"))
    (root / "glance.pipeline.toml").write_text(PIPELINE)
    verb = verb_of(schedule)
    assert verb is not None
    for number in range(SCHEDULES):
        given = {"target": "glance", "cron": f"{number % 60} * * * *", "name": f"glance-{number}"}
        door.enter(project, verb, given)
    begin(project, *prepare(project, "glance", {}), Request())  # the first loads the tracker, for good
    with worker(root) as process:
        settled = project.clock.now()
        taken = share(process, minutes * 60)
    with project.store.read() as connection:
        rows = connection.execute(select(EXECUTIONS.c.cause, EXECUTIONS.c.started_at)).all()
    begun = [
        (datetime.fromisoformat(row.cause["slot"]), datetime.fromisoformat(row.started_at))
        for row in rows
        if row.started_at and row.cause["slot"]
    ]
    late = [(started - slot).total_seconds() for slot, started in begun if slot > settled]
    return taken, late


def main() -> None:
    minutes = 2 if times() == 2 else 5
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        resting = idle(Path(folder, "idle"))
        taken, late = holding(Path(folder, "holding"), minutes)
    print(
        f"schedules: {SCHEDULES}, {minutes} minutes ({os.cpu_count()} cores, load {os.getloadavg()[0]:.1f})"
    )
    print(f"  a worker without work: {resting:.1%} of a core")
    print(f"  {SCHEDULES} hourly schedules, {len(late)} executions begun: {taken:.1%} of a core", end="")
    print(f"; promise ≤ {SHARE:.0%}: {'holds' if taken <= SHARE else 'DOES NOT HOLD'}")
    if not late:
        print("  not measured: nothing came due")
        return
    print(f"  late by {statistics.median(late):.2f} s at the median, {max(late):.2f} s at the most", end="")
    print(f"; promise ≤ {LATE_S:g} s: {'holds' if max(late) <= LATE_S else 'DOES NOT HOLD'}")


if __name__ == "__main__":
    main()
