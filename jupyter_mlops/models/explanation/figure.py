"""Draw an explanation: importance, dependence and single rows, as the JSON that Plotly draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jupyter_mlops.data.profiles.figure import plain
from jupyter_mlops.models.evaluation.figure import layout

if TYPE_CHECKING:
    from jupyter_mlops.models.evaluation.figure import Panel
    from jupyter_mlops.models.explanation.dependence import Dependence
    from jupyter_mlops.models.explanation.importance import Importance
    from jupyter_mlops.models.explanation.record import Explanation, RowExplanation

_MOST = 12
_COLOUR, _DOWN = "#1976d2", "#b26a00"
_UP = {"type": "category", "autorange": "reversed", "automargin": True}


def draw(explanation: Explanation) -> dict[str, object] | None:
    """Return the panels; None where there is nothing to draw."""
    return layout(list(_panels(explanation)))


def _panels(explanation: Explanation) -> Iterator[Panel]:
    known = [item for item in explanation.importance if item.value is not None]
    if known:
        yield _importance(f"{explanation.metric} lost without", known[:_MOST])
    for row in explanation.explained:
        yield _row(row)
    for item in explanation.dependence:
        if item.mean:
            yield _dependence(item, explanation.score)


def _importance(title: str, found: list[Importance]) -> Panel:
    bars: dict[str, object] = {
        "type": "bar",
        "orientation": "h",
        "x": [item.value for item in found],
        "y": [plain(item.column) for item in found],
        "error_x": {"type": "data", "array": [item.spread for item in found]},
        "marker": {"color": _COLOUR},
    }
    return title, [bars], {}, _UP


def _row(row: RowExplanation) -> Panel:
    found = row.contributions[:_MOST]
    bars: dict[str, object] = {
        "type": "bar",
        "orientation": "h",
        "x": [item.adds for item in found],
        "y": [plain(f"{item.column} = {item.value}") for item in found],
        "marker": {"color": [_COLOUR if item.adds >= 0 else _DOWN for item in found]},
    }
    return f"row {row.row}: {row.score:.3g}, from {row.base:.3g}", [bars], {}, _UP


def _dependence(item: Dependence, score: str) -> Panel:
    across: dict[str, object] = {"title": {"text": plain(item.column)}}
    up: dict[str, object] = {"title": {"text": plain(score)}}
    if item.numbers:
        line = {"type": "scatter", "mode": "lines", "x": list(item.numbers), "line": {"color": _COLOUR}}
        return f"by {item.column}", [{**line, "y": list(item.mean)}], across, up
    bars = {"type": "bar", "x": [plain(value) for value in item.at], "marker": {"color": _COLOUR}}
    return f"by {item.column}", [{**bars, "y": list(item.mean)}], {**across, "type": "category"}, up
