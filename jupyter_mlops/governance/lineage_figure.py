"""Draw lineage, as the JSON that Plotly draws: what came first on the left, a column for each step."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_mlops.governance.lineage import Lineage

_MOST = 200
_LONGEST = 28
_ROW_PX = 56
_COLOURS = {
    "source": "#757575",
    "notebook": "#757575",
    "snapshot": "#1976d2",
    "run": "#f9a825",
    "version": "#2e7d32",
    "deployment": "#6a1b9a",
    "predictions": "#c62828",
}
_OTHER = "#546e7a"


def draw(found: Lineage) -> dict[str, object] | None:
    """Return the figure; None when there is nothing to connect."""
    if not found.links:
        return None
    things = found.things[:_MOST]
    columns: dict[int, list[str]] = defaultdict(list)
    for thing in things:
        columns[thing.steps].append(thing.ref)
    place = {
        ref: (float(step), (len(refs) - 1) / 2 - row)
        for step, refs in columns.items()
        for row, ref in enumerate(refs)
    }
    rows = max(len(refs) for refs in columns.values())
    hidden = {"visible": False, "fixedrange": True}
    layout: dict[str, object] = {
        "height": 90 + rows * _ROW_PX,
        "margin": {"l": 60, "r": 60, "t": 40, "b": 20},
        "showlegend": False,
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": hidden,
        "yaxis": hidden,
        "title": {"text": f"Lineage of {_plain(found.of)}", "font": {"size": 14}},
    }
    return {"data": [_arrows(found, place), _points(found, place)], "layout": layout}


def _arrows(found: Lineage, place: dict[str, tuple[float, float]]) -> dict[str, object]:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for link in found.links:
        if link.source in place and link.target in place:
            (x, y), (to_x, to_y) = place[link.source], place[link.target]
            xs += [x, to_x, None]
            ys += [y, to_y, None]
    marker = {"symbol": "arrow", "size": 10, "angleref": "previous", "standoff": 9, "color": "#9e9e9e"}
    line = {"color": "#bdbdbd", "width": 1.5}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": xs,
        "y": ys,
        "line": line,
        "marker": marker,
        "hoverinfo": "skip",
    }


def _points(found: Lineage, place: dict[str, tuple[float, float]]) -> dict[str, object]:
    shown = [thing for thing in found.things if thing.ref in place]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [place[thing.ref][0] for thing in shown],
        "y": [place[thing.ref][1] for thing in shown],
        "text": [_plain(thing.name) for thing in shown],
        "textposition": "top center",
        "hovertext": [_plain(thing.told) for thing in shown],
        "hoverinfo": "text",
        "marker": {
            "size": [18 if thing.steps == 0 else 13 for thing in shown],
            "color": [_COLOURS.get(thing.kind, _OTHER) for thing in shown],
        },
    }


def _plain(text: str) -> str:
    """Return text as Plotly shows it: it reads a few tags in its texts, and there shall be none."""
    short = text if len(text) <= _LONGEST * 3 else text[: _LONGEST * 3 - 1] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
