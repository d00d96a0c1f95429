"""Two hundred notebooks through four slots, while the worker is killed again and again: nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the runner that needs no kernel is the tests'

from measure import times

from tests.worker_process import (
    WorkerProcess,
    are_over,
    count,
    journal,
    keep_transitions,
    launch_many,
    opened,
    pipeline,
    step_count,
    transitions,
)

NOTEBOOKS, SLOTS, SLEEP_S, AT_MOST_S = 200, 4, 0.2, 1200


def main() -> None:
    is_quick = times() == 2
    executions = (NOTEBOOKS // 4 if is_quick else NOTEBOOKS) // 2
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        root = Path(folder, "shop")
        project = opened(root)
        keep_transitions(project)
        launch_many(project, pipeline(project, "first", "second", sleep_s=SLEEP_S), executions)
        dice, begun, kills = random.Random(7), time.monotonic(), 0
        while not are_over(project) and time.monotonic() - begun < AT_MOST_S:
            seen, worker = (
                len(journal(root, "begin")) + dice.randrange(6, 20),
                WorkerProcess(root, f"slots={SLOTS}"),
            )
            while len(journal(root, "begin")) < seen and not are_over(project):
                time.sleep(0.05)
            time.sleep(SLEEP_S * dice.random())
            worker.kill()
            kills += 1
        taken = time.monotonic() - begun
        moves, runs = transitions(project), len(journal(root, "begin"))
        lost = 2 * executions - step_count(project, "succeeded")
        twice = len(moves) - len({move[:2] for move in moves})
        ended = count(project, "succeeded")
    load = os.getloadavg()[0]
    print(
        f"kills: {2 * executions} notebooks, {SLOTS} slots, {kills} kills ({os.cpu_count()} cores, load {load:.1f})"
    )
    print(
        f"  {ended} of {executions} executions succeeded, in {taken:.0f} s; {runs} runs for {2 * executions} notebooks"
    )
    print(f"  lost {lost}, recorded twice {twice}; promise 0 and 0: ", end="")
    print("holds" if lost == twice == 0 and ended == executions else "DOES NOT HOLD")


if __name__ == "__main__":
    main()
