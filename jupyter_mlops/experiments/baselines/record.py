"""The table of candidates, best first."""

from __future__ import annotations

from typing import Literal

from pydantic import PrivateAttr

from jupyter_mlops.checks.report import Report
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import RunRef
from jupyter_mlops.experiments.baselines.task import Kind

_COLOUR = "#1976d2"


class Candidate(Record):
    """A family of models, and how well it did.

    Parameters
    ----------
    score
        Mean over folds; None when it was not measured to the end.
    low, high
        Its interval of 95 %.
    behind
        How far the best is ahead, with the interval over the same folds; empty for the best.
    reason
        Why it has no score.
    """

    name: str
    run: RunRef
    state: Literal["measured", "out of time", "failed"]
    score: float | None = None
    low: float | None = None
    high: float | None = None
    folds: tuple[float, ...] = ()
    took_s: float = 0.0
    behind: str = ""
    reason: str = ""


class Leaderboard(Record):
    """What a table allows without craft.

    Parameters
    ----------
    run
        The run that holds the candidates'.
    metric
        What was measured; higher is better.
    leaks
        What the leak checks found, before anything was fitted.
    best
        The candidate that was fitted on all rows, and kept.
    """

    run: RunRef
    subject: str
    target: str
    task: Kind
    metric: str
    scheme: str
    rows: int
    features: int
    candidates: tuple[Candidate, ...]
    leaks: Report
    best: Candidate | None = None
    notes: tuple[str, ...] = ()

    _model: object | None = PrivateAttr(default=None)

    @property
    def model(self) -> object | None:
        """The best estimator, fitted on all rows; None where the answer has travelled."""
        return self._model

    @property
    def is_well(self) -> bool:
        """Whether a candidate was measured."""
        return self.best is not None

    def holding(self, model: object) -> Leaderboard:
        """Return the same answer with its estimator at hand."""
        self._model = model
        return self

    def figure(self) -> dict[str, object] | None:
        """Draw each score with its interval, the best on top."""
        shown = [one for one in self.candidates if one.score is not None][::-1]
        if not shown:
            return None
        scores = [one.score or 0.0 for one in shown]
        dots = {
            "type": "scatter",
            "mode": "markers",
            "marker": {"color": _COLOUR, "size": 9},
            "x": scores,
            "y": [one.name for one in shown],
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [(one.high or 0.0) - score for one, score in zip(shown, scores, strict=True)],
                "arrayminus": [score - (one.low or 0.0) for one, score in zip(shown, scores, strict=True)],
            },
        }
        layout = {
            "height": 40 * len(shown) + 110,
            "margin": {"l": 10, "r": 10, "t": 20, "b": 40},
            "xaxis": {"title": {"text": self.metric}},
            "yaxis": {"automargin": True, "type": "category"},
        }
        return {"data": [dots], "layout": layout}

    def card(self) -> Card:
        """Show the leaks, then the candidates."""
        rows = tuple(
            (one.name, _shown(one), one.behind or one.reason, f"{one.took_s:.1f} s", one.run)
            for one in self.candidates
        )
        leaks = [f"Leak? {item.message}" for item in self.leaks.findings]
        leaks += [
            f"Leak check {name} was not answered: {reason}" for name, reason in self.leaks.unknown.items()
        ]
        best = self.best
        title = f"Baseline of {self.target}: nothing was measured"
        if best is not None:
            title = f"Baseline of {self.target}: {best.name}, {self.metric} {_shown(best)}"
        facts = (
            ("run", self.run),
            ("table", f"{self.subject}, {self.rows:,} rows, {self.features} features"),
            ("measured", f"{self.task}, {self.scheme}"),
        )
        return Card(
            title,
            "failed" if best is None else "warning" if self.leaks.findings else "ok",
            facts,
            columns=("family", self.metric, "behind the best", "took", "run"),
            rows=rows,
            notes=(*leaks, *self.notes),
            next=() if best is None else (f"%mlops register {best.run} NAME",),
        )


def _shown(one: Candidate) -> str:
    return one.state if one.score is None else f"{one.score:.4f} [{one.low:.4f}, {one.high:.4f}]"
