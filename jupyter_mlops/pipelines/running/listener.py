"""Conduct an execution in a thread of its own, and hear of it in the caller's.

Imported only where a notebook is run.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import NoReturn

from jupyter_mlops.pipelines.running.execution import Execution
from jupyter_mlops.pipelines.running.journal import Journal
from jupyter_mlops.pipelines.running.runner import CellProgress

_POLL_S = 0.2


class Listener:
    """Hear of a run in the caller's own thread, and say when it is to be cancelled."""

    def __init__(self, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]) -> None:
        self._observe = observe
        self._cancelled = cancelled
        self._events: SimpleQueue[CellProgress | None] = SimpleQueue()
        self.tell: Callable[[CellProgress], None] = self._events.put

    def conduct(self, execution: Execution, journal: Journal) -> None:
        """Run it elsewhere: an event loop may already run in this thread, and Ctrl-C must reach it."""
        journal.begin()
        with _terminated_gently(), ThreadPoolExecutor(1, "notebook") as pool:
            future = pool.submit(asyncio.run, execution.run())
            try:
                self._follow(future, execution.cancel)
            except BaseException:
                execution.cancel()
                raise
            finally:
                _settle(future, journal)
        self._drain()
        future.result()

    def _follow(self, future: Future[None], cancel: Callable[[], None]) -> None:
        """Pass on what happens until the run ends."""
        future.add_done_callback(lambda _: self._events.put(None))
        while True:
            try:
                event = self._events.get(timeout=_POLL_S)
            except Empty:
                pass
            else:
                if event is None:
                    return
                self._observe(event)
            if self._cancelled():
                cancel()

    def _drain(self) -> None:
        while not self._events.empty():
            event = self._events.get()
            if event is not None:
                self._observe(event)


def _settle(future: Future[None], journal: Journal) -> None:
    """Wait for the kernel's end, then save for good, however it ended."""
    error = future.exception()
    if error is not None:
        journal.broke(error)
    journal.finish()


@contextmanager
def _terminated_gently() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does, with its output saved, unless the process handles it already."""
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if not is_ours:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)
