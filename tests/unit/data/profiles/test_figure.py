"""Small pictures of columns, as Plotly draws them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from jupyter_mlops.data.profiles.figure import draw, plain
from jupyter_mlops.data.profiles.record import Profile
from jupyter_mlops.data.sketch.table import TableSketch


def figure(frame: pd.DataFrame) -> dict[str, object] | None:
    return draw(Profile.of(TableSketch.of(frame), "t"))


MIXED = pd.DataFrame(
    {
        "number": np.random.default_rng(0).normal(size=200),
        "few": [1, 2] * 100,
        "word": ["red", "blue"] * 100,
        "flag": [True, False] * 100,
        "at": pd.date_range("2026-01-01", periods=200),
        "nothing": [None] * 200,
    }
)


class TestDraw:
    def test_plotly_takes_it(self):
        """Its own validation, and JSON without NaN."""
        drawn = figure(MIXED)
        assert drawn is not None
        assert len(go.Figure(drawn).data) == 5
        json.dumps(drawn, allow_nan=False)

    def test_times_are_dates_and_few_numbers_are_bars(self):
        """Each column in the form that suits it."""
        drawn = figure(MIXED)
        assert drawn is not None
        by_name = {trace.name: trace for trace in go.Figure(drawn).data}
        assert str(by_name["at"].x[0]).startswith("2026-01-")
        assert list(by_name["few"].x) == ["1", "2"]
        assert len(by_name["number"].x) == 20

    def test_pictures_do_not_overlap(self):
        """However many there are; two dozen is the most."""
        drawn = figure(pd.DataFrame(np.random.default_rng(0).random((50, 60))))
        assert drawn is not None
        layout = go.Figure(drawn).layout
        boxes = [
            (layout[f"xaxis{n or ''}"].domain, layout[f"yaxis{n or ''}"].domain) for n in [0, *range(2, 25)]
        ]
        assert len(boxes) == 24
        assert all(0 <= low < high <= 1.0001 for box in boxes for low, high in box)
        corners = {(round(x[0], 4), round(y[0], 4)) for x, y in boxes}
        assert len(corners) == 24

    @pytest.mark.parametrize(
        "frame", [pd.DataFrame(), pd.DataFrame({"a": [None]}), pd.DataFrame({"a": [[1]]})]
    )
    def test_nothing_to_draw_is_nothing(self, frame):
        """No empty picture."""
        assert figure(frame) is None


class TestPlain:
    def test_no_markup_reaches_plotly(self):
        """It reads a few tags in its texts, links among them."""
        drawn = figure(pd.DataFrame({'<a href="x">y</a>': ["<b>bold</b>"] * 2}))
        assert "<" not in json.dumps(drawn)
        assert plain("a" * 100) == "a" * 23 + "…"
