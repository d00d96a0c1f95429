"""Report how far a long verb has come, to whoever listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from jupyter_mlops.core.types import Reporter

_reporter: ContextVar[Reporter | None] = ContextVar("jupyter_mlops_reporter", default=None)


def report(done: int, total: int, label: str = "") -> None:
    """Say that *done* of *total* units are finished, and what is being done now."""
    reporter = _reporter.get()
    if reporter is not None:
        reporter(done, total, label)


@contextmanager
def listening(reporter: Reporter) -> Iterator[None]:
    """Send the reports of the block to *reporter*."""
    token = _reporter.set(reporter)
    try:
        yield
    finally:
        _reporter.reset(token)
