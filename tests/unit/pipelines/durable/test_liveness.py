"""liveness: who lives, by clocks and numbers that cannot lie."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from jupyter_mlops.pipelines.durable.liveness import LEASE_S, Watch, is_here, process_of


@dataclass
class Beating:
    """A worker elsewhere, unless said otherwise."""

    id: str = "w"
    pid: int = os.getpid()
    process: str = "another-boot/1/2"
    kind: str = "worker"
    seen_at: str = "2026-11-01T12:00:00+00:00"


class TestProcess:
    def test_a_process_is_itself_only(self) -> None:
        """The same while it lives, and nobody else's."""
        assert process_of(os.getpid()) == process_of(os.getpid())
        assert process_of(os.getpid()) != process_of(os.getppid())

    def test_one_that_ended_is_none(self) -> None:
        """Not even before its parent has heard of it."""
        with subprocess.Popen([sys.executable, "-c", ""]) as child:
            process = process_of(child.pid)
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
            assert process is not None
            assert process_of(child.pid) is None

    def test_elsewhere_is_not_here(self) -> None:
        """Numbers of another boot, or of another container, mean nothing."""
        assert is_here(process_of(os.getpid()) or "")
        assert not is_here(Beating().process)


class TestWatch:
    def test_here_the_process_decides_whatever_the_heartbeat_says(self) -> None:
        """One that hangs is alive; another one of the same number is not it."""
        own = process_of(os.getpid()) or ""
        living, dead = Beating("living", process=own), Beating("dead", process=f"{own}0")
        assert Watch().dead([living, dead], 1e9) == ["dead"]

    def test_elsewhere_it_is_dead_once_its_heart_has_stood_still(self) -> None:
        """For longer than the lease, by our own clock: what time it thinks it is does not matter."""
        watch, worker = Watch(), Beating(seen_at="1970-01-01T00:00:00+00:00")
        assert watch.dead([worker], 0) == []
        assert watch.dead([worker], LEASE_S) == []
        assert watch.dead([worker], LEASE_S + 1) == ["w"]

    def test_elsewhere_a_heart_that_beats_is_alive(self) -> None:
        """However seldom we look."""
        watch, worker = Watch(), Beating()
        for number in range(5):
            worker.seen_at = f"beat {number}"
            assert watch.dead([worker], number * 1000) == []

    @pytest.mark.parametrize(("kind", "found"), [("worker", ["w"]), ("foreground", [])])
    def test_who_holds_the_lock_is_the_only_worker(self, kind: str, found: list[str]) -> None:
        """All others are dead at once, but for those in the foreground."""
        assert Watch(is_alone=True).dead([Beating(kind=kind)], 0) == found
