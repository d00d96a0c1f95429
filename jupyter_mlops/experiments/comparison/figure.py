"""Draw a comparison: what may be why, how metrics differ, how they went; as the JSON that Plotly draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_mlops.experiments.compare import Comparison

_MOST = 12
_PANELS = 4
_POINTS = 500
_LONGEST = 40
_COLOURS = ("#1976d2", "#ef6c00", "#2e7d32", "#8e24aa", "#00838f", "#c62828", "#6d4c41", "#546e7a")


def draw(comparison: Comparison) -> dict[str, object] | None:
    """Return a panel for causes, one for intervals, and one for each curve; None when there is nothing to draw."""
    panels = [_causes(comparison), _intervals(comparison), *_curves(comparison)]
    filled = [(title, traces) for title, traces in panels if traces]
    if not filled:
        return None
    layout: dict[str, object] = {
        "height": 260 * -(-len(filled) // 2) + 60,
        "margin": {"l": 10, "r": 10, "t": 50, "b": 40},
        "annotations": [],
        "legend": {"orientation": "h"},
    }
    data = []
    notes: list[dict[str, object]] = []
    for place, (title, traces) in enumerate(filled):
        number = "" if place == 0 else str(place + 1)
        across, down = _domain(place, len(filled))
        layout[f"xaxis{number}"] = {"domain": across, "anchor": f"y{number}", "automargin": True}
        layout[f"yaxis{number}"] = {"domain": down, "anchor": f"x{number}", "automargin": True}
        notes.append(_title(title, across, down))
        data += [{**trace, "xaxis": f"x{number}", "yaxis": f"y{number}"} for trace in traces]
    return {"data": data, "layout": {**layout, "annotations": notes}}


def _domain(place: int, count: int) -> tuple[list[float], list[float]]:
    rows = -(-count // 2)
    row, column = divmod(place, 2)
    height = 1 / rows
    is_alone = place == count - 1 and column == 0
    across = [0.0, 1.0] if is_alone else [[0.0, 0.42], [0.58, 1.0]][column]
    return across, [1 - (row + 1) * height + 0.12 * height, 1 - row * height - 0.1 * height]


def _title(title: str, across: Sequence[float], down: Sequence[float]) -> dict[str, object]:
    place = {
        "x": across[0],
        "y": down[1],
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
    }
    return {"text": _plain(title), "showarrow": False, **place}


def _causes(comparison: Comparison) -> tuple[str, list[dict[str, object]]]:
    shown = comparison.causes[:_MOST][::-1]
    if not shown:
        return "", []
    bars = {
        "type": "bar",
        "orientation": "h",
        "showlegend": False,
        "marker": {"color": _COLOURS[0]},
        "x": [cause.weight for cause in shown],
        "y": [_plain(f"{len(shown) - place}. {cause.kind}") for place, cause in enumerate(shown)],
        "hovertext": [_plain(cause.headline, 120) for cause in shown],
    }
    return "what may be why", [bars]


def _intervals(comparison: Comparison) -> tuple[str, list[dict[str, object]]]:
    shown = comparison.contrasts[:_MOST][::-1]
    if not shown:
        return "", []
    dots = {
        "type": "scatter",
        "mode": "markers",
        "showlegend": False,
        "marker": {"color": [_COLOURS[1] if one.is_clear else "#90a4ae" for one in shown]},
        "x": [one.difference for one in shown],
        "y": [_plain(f"{one.metric} {one.after}") for one in shown],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.difference for one in shown],
            "arrayminus": [one.difference - one.low for one in shown],
        },
    }
    return "difference, with its interval of 95 %", [dots]


def _curves(comparison: Comparison) -> list[tuple[str, list[dict[str, object]]]]:
    names = list(dict.fromkeys(curve.metric for curve in comparison.curves))[:_PANELS]
    colours = {run.ref: _COLOURS[place % len(_COLOURS)] for place, run in enumerate(comparison.runs)}
    panels = []
    for place, name in enumerate(names):
        traces: list[dict[str, object]] = [
            {
                "type": "scatter",
                "mode": "lines",
                "name": curve.run,
                "legendgroup": curve.run,
                "showlegend": place == 0,
                "line": {"color": colours.get(curve.run, _COLOURS[0])},
                "x": [step for step, _ in _thinned(curve.points)],
                "y": [value for _, value in _thinned(curve.points)],
            }
            for curve in comparison.curves
            if curve.metric == name
        ]
        panels.append((name, traces))
    return panels


def _thinned(points: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    return points[:: max(1, len(points) // _POINTS)]


def _plain(text: str, longest: int = _LONGEST) -> str:
    """Return text without the marks that Plotly reads as tags."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return short.replace("<", "‹").replace(">", "›")
