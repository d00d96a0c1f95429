"""How soon nothing is left of a busy cell and what it started: the server stopped, the worker killed, the execution cancelled."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the place with a real kernel and server is the tests'

from measure import times

from jupyter_mlops.core import door
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.pipelines.cancel import cancel
from tests.integration.test_faults_engine import Site, are_gone
from tests.worker_process import WAIT_S, are_over, wait_for


def server_stopped(site: Site, execution: str) -> float:
    """Tell the server to stop: it, its worker, the kernel and the cell's own process end, and the step is put back."""
    server = site.serve()
    left = [server.pid, *site.wait_until_busy()]
    worker = site.worker_pid()
    server.send_signal(signal.SIGTERM)
    taken = wait_for(lambda: are_gone(*left, worker or 0))
    if site.step()["reason"] != "Its worker was stopped.":
        raise AssertionError(f"{execution} was not put back: {site.step()['reason']}")
    return taken


def worker_killed(site: Site, _execution: str) -> float:
    """Kill the worker: the kernel and the cell's own process end."""
    worker = site.work()
    left = site.wait_until_busy()
    worker.kill(signal.SIGKILL)
    return wait_for(lambda: are_gone(*left))


def cancelled(site: Site, execution: str) -> float:
    """Cancel the execution: the kernel and the cell's own process end, and so does the execution."""
    site.work()
    left = site.wait_until_busy()
    begun = time.monotonic()
    door.enter(site.project, verb_of(cancel), {"ref": execution}, face="cli")
    wait_for(lambda: are_gone(*left) and are_over(site.project))
    return time.monotonic() - begun


ENDINGS: dict[str, tuple[Callable[[Site, str], float], float]] = {
    "the server is told to stop": (server_stopped, 15),
    "the worker is killed": (worker_killed, 10),
    "the execution is cancelled": (cancelled, 5),
}


def measured(end: Callable[[Site, str], float]) -> float:
    """End a busy cell in a fresh project, and return the seconds until nothing was left."""
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    site = Site(folder / "shop")
    try:
        return end(site, site.launch())
    finally:
        for process in site.started:
            process.terminate()
            process.wait(WAIT_S)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Print each ending's median and worst."""
    repetitions = times()
    print(f"stops: {repetitions} of each ({os.cpu_count()} cores, load {os.getloadavg()[0]:.1f})")
    for what, (end, limit) in ENDINGS.items():
        found = [measured(end) for _ in range(repetitions)]
        verdict = "holds" if max(found) <= limit else "DOES NOT HOLD"
        print(
            f"  {what}: {statistics.median(found):.1f} s, at worst {max(found):.1f} s; promise ≤ {limit:g} s: {verdict}"
        )


if __name__ == "__main__":
    main()
