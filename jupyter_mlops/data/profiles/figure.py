"""Draw a profile: a small picture of each column, as the JSON that Plotly draws."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_mlops.data.profiles.record import ColumnProfile, Profile

_COLUMNS = 4
_MOST = 24
_BARS = 8
_GAP = 0.06
_ROW_PX = 150
_LONGEST = 24
_COLOUR = "#1976d2"


def draw(profile: Profile) -> dict[str, object] | None:
    """Return small multiples, histograms of numbers and times, bars of frequent values; None if there are none."""
    drawn = [(column, trace) for column in profile.columns if (trace := _trace(column)) is not None][:_MOST]
    if not drawn:
        return None
    rows = -(-len(drawn) // _COLUMNS)
    layout: dict[str, object] = {
        "height": rows * _ROW_PX + 60,
        "margin": {"l": 30, "r": 10, "t": 40, "b": 30},
        "showlegend": False,
        "bargap": 0.05,
        "annotations": [_title(column, place, rows) for place, (column, _) in enumerate(drawn)],
    }
    data = []
    for place, (_, trace) in enumerate(drawn):
        number = "" if place == 0 else str(place + 1)
        left, bottom = _corner(place, rows)
        layout[f"xaxis{number}"] = {"domain": [left, left + _width()], "anchor": f"y{number}", "nticks": 4}
        layout[f"yaxis{number}"] = {
            "domain": [bottom, bottom + _height(rows)],
            "anchor": f"x{number}",
            "showticklabels": False,
        }
        data.append(trace | {"xaxis": f"x{number}", "yaxis": f"y{number}"})
    return {"data": data, "layout": layout}


def plain(text: str) -> str:
    """Return text as Plotly shows it: it reads a few tags in its texts, and there shall be none."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _trace(column: ColumnProfile) -> dict[str, object] | None:
    common: dict[str, object] = {"type": "bar", "marker": {"color": _COLOUR}, "name": plain(column.name)}
    few = column.is_exact and 0 < len(column.top) <= _BARS and column.distinct == len(column.top)
    if column.histogram is not None and not few:
        edges = column.histogram.edges
        middles = [(left + right) / 2 for left, right in pairwise(edges)]
        return common | {"x": _ticks(middles, column), "y": list(column.histogram.shares)}
    if not column.top:
        return None
    top = column.top[:_BARS]
    return common | {"x": [plain(item.value) for item in top], "y": [item.share for item in top]}


def _ticks(middles: list[float], column: ColumnProfile) -> list[float] | list[str]:
    if column.kind != "time":
        return middles
    try:
        return [datetime.fromtimestamp(middle, UTC).isoformat() for middle in middles]
    except (ValueError, OverflowError, OSError):
        return middles


def _title(column: ColumnProfile, place: int, rows: int) -> dict[str, object]:
    left, bottom = _corner(place, rows)
    return {
        "text": plain(column.name),
        "x": left,
        "y": bottom + _height(rows),
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12},
    }


def _width() -> float:
    return (1 - _GAP * (_COLUMNS - 1)) / _COLUMNS


def _height(rows: int) -> float:
    return (1 - 2 * _GAP) / rows if rows == 1 else (1 - 0.4 / rows * (rows - 1)) / rows


def _corner(place: int, rows: int) -> tuple[float, float]:
    row, column = divmod(place, _COLUMNS)
    left = column * (_width() + _GAP)
    if rows == 1:
        return left, 0.0
    step = (1 - _height(rows)) / (rows - 1)
    return left, 1 - _height(rows) - row * step
