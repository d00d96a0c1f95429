"""Draw what grows while a long verb runs: one picture under the cell, drawn over at most twice a second."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import TypeVar

from jupyter_mlops.core import live
from jupyter_mlops.core.live import Picture
from jupyter_mlops.core.record import PLOTLY
from jupyter_mlops.core.verb import Verb

_PAUSE_S = 0.5
_POINTS = 500
_CURVES = 12
_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 40
_RUNNER = "JUPYTER_MLOPS_EXECUTION"

Show = Callable[[dict[str, object]], None]
Item = TypeVar("Item")
Curves = Mapping[str, Sequence[tuple[int, float]]]


@contextmanager
def in_cell(verb: Verb) -> Iterator[None]:
    """Show the pictures of a long verb under the cell; the last one stays."""
    if not verb.is_long:
        yield
        return
    screen = CellScreen(_displayed(), is_watched=_RUNNER not in os.environ)
    try:
        with live.watching(screen):
            yield
    except BaseException:
        screen.settle()
        raise
    screen.settle(is_answered=True)


class CellScreen:
    """The output of one cell.

    Parameters
    ----------
    show
        Puts a MIME bundle in the place of the last one.
    is_watched
        Whether somebody may look while it grows; a notebook run by a pipeline gets text until the end.
    clock
        Seconds that only go on.
    """

    def __init__(
        self, show: Show, *, is_watched: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._show = show
        self._is_watched = is_watched
        self._clock = clock
        self._quiet_until = 0.0
        self._curves: dict[str, list[tuple[int, float]]] = {}
        self._last: Picture | None = None
        self._is_given = False
        self._is_settled = False
        self._lock = RLock()

    def draw(self, picture: Picture) -> None:
        """Show *picture*, now or with the next one that is due; it stands for the curves of single metrics."""
        with self._lock:
            self._is_given = True
            self._offer(picture)

    def point(self, name: str, step: int, value: float) -> None:
        """Add a point to a curve; a metric is one from its second step on."""
        if not math.isfinite(value):
            return
        with self._lock:
            points = self._curves.setdefault(name, [])
            points.append((step, value))
            if len(points) > 2 * _POINTS:
                del points[1::2]  # every other one: the course stays, the picture stays small
            if not self._is_given and points[0][0] != step:
                self._offer(Picture("", self._figure))

    def settle(self, *, is_answered: bool = False) -> None:
        """Show the last picture as it stays; a verb's own makes room for the figure of its answer."""
        with self._lock:
            if is_answered and self._is_given:
                self._show({"text/plain": ""})
            elif self._last is not None and not self._is_settled:
                self._put(self._last, is_last=True)

    def _offer(self, picture: Picture) -> None:
        self._last, self._is_settled = picture, False
        if self._clock() >= self._quiet_until:
            self._put(picture, is_last=False)

    def _put(self, picture: Picture, *, is_last: bool) -> None:
        bundle: dict[str, object] = {"text/plain": picture.text or _lines(self._grown())}
        figure = picture.figure() if is_last or self._is_watched else None
        if figure is not None:
            bundle[PLOTLY] = figure
        self._show(bundle)
        self._is_settled = is_last or self._is_watched
        self._quiet_until = self._clock() + _PAUSE_S  # after drawing, which may have taken long

    def _grown(self) -> Curves:
        found = {name: points for name, points in self._curves.items() if points[0][0] != points[-1][0]}
        return dict(list(found.items())[:_CURVES])

    def _figure(self) -> dict[str, object] | None:
        curves = self._grown()
        if not curves:
            return None
        data = [
            {
                "type": "scatter",
                "mode": "lines",
                "name": name[:60],
                "x": [step for step, _ in points],
                "y": [value for _, value in points],
            }
            for name, points in ((name, _thinned(points)) for name, points in curves.items())
        ]
        layout = {
            "height": 280,
            "margin": {"l": 50, "r": 10, "t": 20, "b": 40},
            "xaxis": {"title": {"text": "step"}},
            "showlegend": True,
        }
        return {"data": data, "layout": layout}


def sparkline(values: Sequence[float]) -> str:
    """Draw a curve in one line of text: `▁▃▅▆▇█`."""
    finite = [value for value in _thin(values, _WIDTH) if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    scale = (len(_BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BARS[int((value - low) * scale)] for value in finite)


def _lines(curves: Curves) -> str:
    return "\n".join(
        f"{name}  {sparkline([value for _, value in points])}  {points[-1][1]:.6g} at step {points[-1][0]}"
        for name, points in curves.items()
    )


def _thinned(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    return list(_thin(points, _POINTS))


def _thin(items: Sequence[Item], most: int) -> Sequence[Item]:
    """Return at most about *most* of them, evenly, with the last."""
    if len(items) <= most:
        return items
    stride = -(-len(items) // most)
    return [*items[: len(items) - 1 : stride], items[-1]]


def _displayed() -> Show:
    """Return what shows a bundle under the running cell; nothing is shown before the first."""
    from IPython.display import display

    handles: list[object] = []

    def show(bundle: dict[str, object]) -> None:
        if handles:
            handles[0].update(bundle, raw=True)  # type: ignore[attr-defined]  # IPython types display as object
        else:
            handles.append(display(bundle, raw=True, display_id=True))

    return show
