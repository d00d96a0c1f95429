"""Draw a search: each trial, the best so far, what mattered; as the JSON that Plotly draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jupyter_mlops.experiments.tuning import record

if TYPE_CHECKING:
    from jupyter_mlops.experiments.tuning.record import TrialRun
    from jupyter_mlops.experiments.tuning.study import Direction

_MOST = 2_000
_BARS = 10
_COLOURS = {"complete": "#90a4ae", "pruned": "#ffb300", "best": "#1976d2"}


def draw(
    trials: tuple[TrialRun, ...], direction: Direction, importance: Mapping[str, float]
) -> dict[str, object] | None:
    """Return the trials with the best so far, and bars of importance beside; None while there is no value."""
    curve = record.best_so_far(trials, direction)
    if not curve:
        return None
    data: list[dict[str, object]] = [_marks(trials, "complete"), _marks(trials, "pruned"), _best(curve)]
    has_bars = len(importance) > 1
    layout: dict[str, object] = {
        "height": 320,
        "margin": {"l": 50, "r": 10, "t": 30, "b": 40},
        "legend": {"orientation": "h", "y": 1.12},
        "xaxis": {"title": {"text": "trial"}, "domain": [0, 0.68 if has_bars else 1]},
        "yaxis": {"title": {"text": f"score, to {direction}"}},
    }
    if has_bars:
        data.append(_importance(importance))
        layout["xaxis2"] = {
            "title": {"text": "importance"},
            "domain": [0.8, 1],
            "anchor": "y2",
            "rangemode": "tozero",
        }
        layout["yaxis2"] = {"anchor": "x2", "type": "category", "automargin": True}
    return {"data": [trace for trace in data if trace["x"]], "layout": layout}


def _marks(trials: tuple[TrialRun, ...], state: str) -> dict[str, object]:
    shown = [trial for trial in trials if trial.state == state and trial.value is not None][-_MOST:]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": state,
        "marker": {"color": _COLOURS[state]},
        "x": [trial.number for trial in shown],
        "y": [trial.value for trial in shown],
        "text": [
            ", ".join(f"{key} = {value}" for key, value in trial.params.items())[:200] for trial in shown
        ],
    }


def _best(curve: tuple[tuple[int, float], ...]) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "best so far",
        "line": {"color": _COLOURS["best"], "shape": "hv"},
        "x": [number for number, _ in curve[-_MOST:]],
        "y": [value for _, value in curve[-_MOST:]],
    }


def _importance(importance: Mapping[str, float]) -> dict[str, object]:
    shown = list(importance.items())[:_BARS][::-1]
    return {
        "type": "bar",
        "orientation": "h",
        "showlegend": False,
        "marker": {"color": _COLOURS["best"]},
        "x": [value for _, value in shown],
        "y": [name[:30] for name, _ in shown],
        "xaxis": "x2",
        "yaxis": "y2",
    }
