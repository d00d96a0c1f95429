"""Report how far a long verb has come, to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from jupyter_mlops.core.types import Reporter

_reporter: ContextVar[Reporter | None] = ContextVar("jupyter_mlops_reporter", default=None)
_stopper: ContextVar[Callable[[], bool] | None] = ContextVar("jupyter_mlops_stopper", default=None)


def report(done: int, total: int, label: str = "") -> None:
    """Say that *done* of *total* units are finished, and what is being done now."""
    reporter = _reporter.get()
    if reporter is not None:
        reporter(done, total, label)


def is_cancelled() -> bool:
    """Tell whether whoever listens wants the work to stop; long verbs ask now and then."""
    stopper = _stopper.get()
    return stopper is not None and stopper()


@contextmanager
def listening(reporter: Reporter, cancelled: Callable[[], bool] | None = None) -> Iterator[None]:
    """Send the reports of the block to *reporter*, and let it ask *cancelled* whether to stop."""
    tokens = _reporter.set(reporter), _stopper.set(cancelled)
    try:
        yield
    finally:
        _reporter.reset(tokens[0])
        _stopper.reset(tokens[1])


@contextmanager
def silent() -> Iterator[None]:
    """Report nothing from within the block, which is one unit of what is being reported; it can still be stopped."""
    token = _reporter.set(None)
    try:
        yield
    finally:
        _reporter.reset(token)
