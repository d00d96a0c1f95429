"""Show how far a long verb has come: one line that is drawn over."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_mlops.core import progress
from jupyter_mlops.core.verb import Verb

_WIDTH = 24
_QUIET_S = 2.0


def line(done: int, total: int, label: str) -> str:
    """Draw the bar: `██████░░  6/8  fit the model`."""
    filled = round(_WIDTH * done / total) if total else 0
    return f"{'█' * filled}{'░' * (_WIDTH - filled)}  {done}/{total}  {label[:60]}"


@contextmanager
def in_cell(verb: Verb) -> Iterator[None]:
    """Show the reports of a long verb under the cell, and take the bar away at the end."""
    if not verb.is_long:
        yield
        return
    from IPython.display import display

    handle = display({"text/plain": ""}, raw=True, display_id=True)

    def report(done: int, total: int, label: str) -> None:
        handle.update({"text/plain": line(done, total, label)}, raw=True)

    try:
        with progress.listening(report):
            yield
    finally:
        handle.update({"text/plain": ""}, raw=True)


@contextmanager
def in_shell(verb: Verb) -> Iterator[None]:
    """Show the reports of a long verb on the terminal; where it is none, a line now and then."""
    if not verb.is_long:
        yield
        return
    is_terminal = sys.stderr.isatty()
    quiet_until = 0.0 if is_terminal else time.monotonic() + _QUIET_S

    def report(done: int, total: int, label: str) -> None:
        nonlocal quiet_until
        if is_terminal:
            print(f"{line(done, total, label):<100}", end="\r", file=sys.stderr, flush=True)
        elif time.monotonic() >= quiet_until:
            quiet_until = time.monotonic() + _QUIET_S
            print(f"{done}/{total}  {label}", file=sys.stderr, flush=True)

    try:
        with progress.listening(report):
            yield
    finally:
        if is_terminal:
            print(" " * 100, end="\r", file=sys.stderr)
