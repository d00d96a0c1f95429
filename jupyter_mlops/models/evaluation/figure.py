"""Draw an evaluation: a few panels beside each other, as the JSON that Plotly draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.data.profiles.figure import plain

if TYPE_CHECKING:
    from jupyter_mlops.models.evaluation.curves import Confusion, Points
    from jupyter_mlops.models.evaluation.record import Evaluation, SliceScore

    Trace = dict[str, object]
    Axes = dict[str, object]
    Panel = tuple[str, list[Trace], Axes, Axes]

_ACROSS = 2
_PANEL_PX = 300
_GAP_X, _GAP_Y = 0.14, 0.16
_COLOUR, _OTHER = "#1976d2", "#9e9e9e"
_RATE = {"range": [0, 1]}


def draw(evaluation: Evaluation) -> dict[str, object] | None:
    """Return the panels that there is something to draw for; None where there is none."""
    return layout(list(_panels(evaluation)))


def layout(panels: Sequence[Panel]) -> dict[str, object] | None:
    """Return panels side by side, two in a line; None where there are none."""
    if not panels:
        return None
    lines = -(-len(panels) // _ACROSS)
    frame: dict[str, object] = {
        "height": lines * _PANEL_PX + 60,
        "margin": {"l": 60, "r": 20, "t": 40, "b": 50},
        "showlegend": False,
        "annotations": [_title(panel[0], place, lines) for place, panel in enumerate(panels)],
    }
    data: list[Trace] = []
    for place, (_, traces, across, up) in enumerate(panels):
        number = "" if place == 0 else str(place + 1)
        x, y = _domain(place, lines)
        frame[f"xaxis{number}"] = {"domain": x, "anchor": f"y{number}", **across}
        frame[f"yaxis{number}"] = {"domain": y, "anchor": f"x{number}", **up}
        data += [trace | {"xaxis": f"x{number}", "yaxis": f"y{number}"} for trace in traces]
    return {"data": data, "layout": frame}


def _panels(evaluation: Evaluation) -> Iterator[Panel]:
    curves = evaluation.curves
    if curves.confusion is not None:
        yield _confusion(curves.confusion)
    if curves.roc:
        yield _curve("ROC", curves.roc, ("false positive rate", "true positive rate"), is_diagonal=True)
    if curves.precision_recall:
        yield _curve("precision and recall", curves.precision_recall, ("recall", "precision"))
    if evaluation.calibration.bins:
        points = tuple((item.said, item.came) for item in evaluation.calibration.bins)
        yield _curve("calibration", points, ("probability said", "share that came"), is_diagonal=True)
    if curves.residuals:
        yield _residuals(curves.residuals)
    costs = tuple((step.at, step.cost) for step in evaluation.thresholds.steps if step.cost is not None)
    if costs:
        yield "cost of a row", [_line(costs)], _axis("threshold"), {"rangemode": "tozero"}
    if slices := _scored((*evaluation.worst, *evaluation.slices)):
        yield _slices(slices)


def _confusion(found: Confusion) -> Panel:
    labels = [plain(label) for label in found.labels]
    heat: Trace = {
        "type": "heatmap",
        "x": labels,
        "y": labels,
        "z": [[count / max(1, sum(line)) for count in line] for line in found.counts],
        "text": [[f"{count:,}" for count in line] for line in found.counts],
        "texttemplate": "%{text}",
        "colorscale": "Blues",
        "showscale": False,
    }
    category = {"type": "category"}
    return (
        "confusion",
        [heat],
        {**_axis("predicted"), **category},
        {**_axis("true"), **category, "autorange": "reversed"},
    )


def _curve(title: str, points: Points, names: tuple[str, str], *, is_diagonal: bool = False) -> Panel:
    traces = [_line(points)]
    if is_diagonal:
        dashed = {"color": _OTHER, "dash": "dash"}
        traces.insert(0, {"type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, 1], "line": dashed})
    return title, traces, {**_axis(names[0]), **_RATE}, {**_axis(names[1]), **_RATE}


def _line(points: Points) -> Trace:
    x, y = zip(*points, strict=True)
    return {"type": "scatter", "mode": "lines", "x": list(x), "y": list(y), "line": {"color": _COLOUR}}


def _residuals(points: Points) -> Panel:
    x, y = zip(*points, strict=True)
    marker = {"color": _COLOUR, "size": 4, "opacity": 0.5}
    dots: Trace = {"type": "scatter", "mode": "markers", "x": list(x), "y": list(y), "marker": marker}
    return "residuals", [dots], _axis("predicted"), _axis("true less predicted")


def _scored(slices: tuple[SliceScore, ...]) -> list[SliceScore]:
    return [item for item in slices if item.score.value is not None][:20]


def _slices(slices: list[SliceScore]) -> Panel:
    values = [item.score.value or 0.0 for item in slices]
    lows = [value - (item.score.low or value) for item, value in zip(slices, values, strict=True)]
    highs = [(item.score.high or value) - value for item, value in zip(slices, values, strict=True)]
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": [plain(f"{number}. {item.name}") for number, item in enumerate(slices, 1)],
        "marker": {"color": _COLOUR},
        "error_x": {"type": "data", "symmetric": False, "array": highs, "arrayminus": lows},
    }
    up = {"type": "category", "autorange": "reversed", "automargin": True}
    return f"{slices[0].score.metric} by slice", [bars], {}, up


def _axis(title: str) -> Axes:
    return {"title": {"text": title}}


def _title(text: str, place: int, lines: int) -> dict[str, object]:
    x, y = _domain(place, lines)
    where = {"x": x[0], "y": y[1], "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {"text": plain(text), "showarrow": False, **where}


def _domain(place: int, lines: int) -> tuple[list[float], list[float]]:
    line, column = divmod(place, _ACROSS)
    width = (1 - _GAP_X) / _ACROSS
    height = (1 - _GAP_Y * (lines - 1)) / lines
    left = column * (width + _GAP_X)
    top = 1 - line * (height + _GAP_Y)
    return [left, left + width], [max(0.0, top - height), top]
