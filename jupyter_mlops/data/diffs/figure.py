"""Draw a diff: how far each column has moved, as the JSON that Plotly draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_mlops.data.diffs.record import ColumnDiff, Diff

_MOST = 20
_LONGEST = 30
_LEAST = 0.0005
_COLOUR = "#1976d2"


def draw(diff: Diff) -> dict[str, object] | None:
    """Return a bar for each column that has moved, the longest on top; None where fewer than two have."""
    moved = [item for item in diff.columns if item.shift >= _LEAST][:_MOST]
    if len(moved) < 2:
        return None
    moved.reverse()
    bars = {
        "type": "bar",
        "orientation": "h",
        "marker": {"color": _COLOUR},
        "x": [item.shift for item in moved],
        "y": [_name(item) for item in moved],
        "text": [f"{item.changed:,} cells" if item.changed else "" for item in moved],
    }
    layout = {
        "height": 26 * len(moved) + 80,
        "margin": {"l": 10, "r": 10, "t": 30, "b": 40},
        "xaxis": {"title": {"text": "shift, from 0 to 1"}, "rangemode": "tozero"},
        "yaxis": {"automargin": True, "type": "category"},
    }
    return {"data": [bars], "layout": layout}


def _name(item: ColumnDiff) -> str:
    """Return a name as Plotly shows it: it reads a few tags in its texts, and there shall be none."""
    short = item.column if len(item.column) <= _LONGEST else item.column[: _LONGEST - 1] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
