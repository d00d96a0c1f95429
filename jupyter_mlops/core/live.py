"""Show how work is coming along: a curve that grows, wherever somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Picture:
    """What can be shown of work under way.

    Parameters
    ----------
    text
        The same in a line or two, for a log.
    figure
        Makes what Plotly draws; asked only when somebody looks.
    """

    text: str
    figure: Callable[[], dict[str, object] | None]


class Screen(Protocol):
    """Where pictures go; it decides how often it draws."""

    def draw(self, picture: Picture) -> None:
        """Show *picture* instead of the last one."""
        ...

    def point(self, name: str, step: int, value: float) -> None:
        """Add a point to the curve called *name*."""
        ...


_screen: ContextVar[Screen | None] = ContextVar("jupyter_mlops_screen", default=None)


def draw(picture: Picture) -> None:
    """Show *picture* instead of the last one, if anybody looks."""
    screen = _screen.get()
    if screen is not None:
        screen.draw(picture)


def pen() -> Callable[[str, int, float], None]:
    """Return what adds a point (curve, step, value) where somebody looks now, from any thread."""
    screen = _screen.get()
    return (lambda name, step, value: None) if screen is None else screen.point


@contextmanager
def watching(screen: Screen) -> Iterator[None]:
    """Send the pictures of the block to *screen*."""
    token = _screen.set(screen)
    try:
        yield
    finally:
        _screen.reset(token)
