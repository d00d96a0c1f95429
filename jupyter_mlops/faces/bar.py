"""Show how far a long verb has come: one line that is drawn over."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_mlops.core import progress
from jupyter_mlops.core.verb import Verb

_WIDTH = 24


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

    with progress.listening(report):
        yield


@contextmanager
def in_shell(verb: Verb) -> Iterator[None]:
    """Show the reports of a long verb on the terminal; a line each where it is no terminal."""
    if not verb.is_long:
        yield
        return
    end = "\r" if sys.stderr.isatty() else "\n"

    def report(done: int, total: int, label: str) -> None:
        print(f"{line(done, total, label):<100}", end=end, file=sys.stderr, flush=True)

    with progress.listening(report):
        yield
    if end == "\r":
        print(" " * 100, end="\r", file=sys.stderr)
