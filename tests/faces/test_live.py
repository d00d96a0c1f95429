"""Live curves: drawn while they grow, not too often, and left standing."""

from __future__ import annotations

import time

import pytest

from jupyter_mlops.core import live
from jupyter_mlops.core.live import Picture
from jupyter_mlops.core.record import PLOTLY
from jupyter_mlops.faces.live import CellScreen, sparkline
from tests.faces.shell import Notebook
from tests.fakes import FakeClock


class Shown:
    """A screen whose bundles are kept."""

    def __init__(self, *, is_watched: bool = True) -> None:
        self.clock = FakeClock()
        self.bundles: list[dict[str, object]] = []
        self.screen = CellScreen(self.bundles.append, is_watched=is_watched, clock=self.clock.monotonic)

    def log(self, steps: int, pause_s: float = 0.0) -> None:
        for step in range(steps):
            self.screen.point("loss", step, 1 / (step + 1))
            self.clock.advance(pause_s)

    @property
    def points(self) -> list[int]:
        """How many points each picture had."""
        return [len(bundle[PLOTLY]["data"][0]["x"]) for bundle in self.bundles if PLOTLY in bundle]  # type: ignore[index]


class TestCurves:
    def test_a_metric_is_a_curve_from_its_second_step_on(self) -> None:
        """A single value draws nothing."""
        shown = Shown()
        shown.log(1)
        shown.screen.settle()
        assert shown.bundles == []

    def test_at_most_two_pictures_a_second(self) -> None:
        """A hundred steps in two seconds make four or five, and the last shows all."""
        shown = Shown()
        shown.log(100, pause_s=0.02)
        shown.screen.settle()
        assert len(shown.bundles) <= 5
        assert shown.points[-1] == 100

    def test_a_pipeline_gets_text_until_the_end(self) -> None:
        """Its log stays readable, its notebook has the picture."""
        shown = Shown(is_watched=False)
        shown.log(4, pause_s=1)
        shown.screen.settle()
        assert [PLOTLY in bundle for bundle in shown.bundles] == [False, False, False, True]
        assert shown.bundles[-1]["text/plain"] == "loss  █▃▁▁  0.25 at step 3"

    def test_a_number_that_is_none_is_left_out(self) -> None:
        """JSON has no NaN."""
        shown = Shown()
        shown.screen.point("loss", 0, float("nan"))
        shown.log(3)
        shown.screen.settle()
        assert shown.points[-1] == 3

    def test_a_long_course_stays_small(self) -> None:
        """Twenty thousand steps are drawn with at most some five hundred points, the last among them."""
        shown = Shown()
        shown.log(20_000)
        shown.screen.settle()
        assert shown.points[-1] <= 502
        assert shown.bundles[-1][PLOTLY]["data"][0]["x"][-1] == 19_999  # type: ignore[index]

    def test_a_call_costs_less_than_a_millisecond(self) -> None:
        """On average over two thousand steps, drawing included."""
        screen = CellScreen(lambda _: None)
        begun = time.perf_counter()
        for step in range(2_000):
            screen.point("loss", step, 0.5)
        assert (time.perf_counter() - begun) / 2_000 < 0.001


class TestPictures:
    def test_a_verbs_own_picture_stands_for_the_curves(self) -> None:
        """A search draws its best so far, not what its trials log."""
        shown = Shown()
        shown.screen.draw(Picture("best 1", lambda: {"data": [], "layout": {}}))
        shown.clock.advance(1)
        shown.log(3)
        shown.screen.settle()
        assert [bundle["text/plain"] for bundle in shown.bundles] == ["best 1"]

    def test_it_makes_room_for_the_answers_figure(self) -> None:
        """One picture stays, not two of the same."""
        shown = Shown()
        shown.screen.draw(Picture("best 1", lambda: None))
        shown.screen.settle(is_answered=True)
        assert shown.bundles[-1] == {"text/plain": ""}

    def test_nobody_looks_and_nothing_is_made(self) -> None:
        """Outside a cell the figure is never asked for."""
        live.draw(Picture("", lambda: pytest.fail("drawn")))
        live.pen()("loss", 1, 0.5)

    def test_a_flat_line_has_a_text_too(self) -> None:
        """And an empty one."""
        assert (sparkline([2.0, 2.0]), sparkline([])) == ("▁▁", "")


class TestInACell:
    def test_metrics_of_a_recorded_cell_draw_a_curve(self, notebook: Notebook) -> None:
        """What the cell logs with steps stands beneath it."""
        notebook.say(
            "%%mlops record grows\nimport mlflow\nfor step in range(5):\n    mlflow.log_metric('loss', 1 / (step + 1), step=step)"
        )
        figures = [data[PLOTLY] for data in notebook.displays if PLOTLY in data]
        assert figures[-1]["data"][0]["name"] == "loss"
        assert figures[-1]["data"][0]["x"] == [0, 1, 2, 3, 4]

    def test_a_search_draws_the_best_so_far(self, notebook: Notebook) -> None:
        """And binds what the best trial bound."""
        notebook.say("%%mlops tune bowl --trials 4\nx = trial.suggest_float('x', 0, 1)\nx")
        figures = [data[PLOTLY] for data in notebook.displays if PLOTLY in data]
        assert "best so far" in [trace["name"] for trace in figures[0]["data"]]
        assert "✓ Tuned bowl" in notebook.texts()
        assert 0 < notebook.user_ns["x"] <= 1

    def test_what_a_trial_logs_itself_is_in_its_run(self, notebook: Notebook) -> None:
        """MLflow's own calls need no run of their own."""
        tuned = notebook.say(
            "%%mlops tune logs --trials 1\nimport mlflow\nmlflow.log_metric('extra', 5)\n1.0"
        )
        shown = notebook.say(f"%mlops show {tuned.trials[0].run}")  # type: ignore[attr-defined]
        assert "extra" in str(shown)
