"""List the runs, newest first."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.core.verb import verb

_METRICS = 4

Query = Annotated[str, Field(description="Words of a name, or the tracker's filter, like metrics.auc > 0.9.")]
Limit = Annotated[int, Field(gt=0, le=1_000, description="Most runs to list.")]
PageMark = Annotated[str | None, Field(description="Where to go on, as the previous page said.")]


class Runs(Record):
    """A page of runs."""

    runs: tuple[Run, ...]
    query: str = ""
    limit: int
    next_page: str | None = None

    def card(self) -> Card:
        """Show the runs with the metrics that most of them have."""
        if not self.runs:
            said = f"No run matches {self.query!r}" if self.query else "No runs yet"
            return Card(said, "info", next=("%mlops runs",) if self.query else ("%%mlops record NAME",))
        counted = Counter(key for run in self.runs for key in run.metrics)
        weight = {key: (key.startswith("training_"), -count) for key, count in counted.items()}
        shown = tuple(sorted(counted, key=lambda key: weight[key])[:_METRICS])
        rows = tuple((*_facts(run), *(_number(run.metrics.get(key)) for key in shown)) for run in self.runs)
        title = f"{len(self.runs)} run{'s' if len(self.runs) > 1 else ''}" + (
            " and more" if self.next_page else ""
        )
        words = f" {self.query!r}" if self.query else ""
        more = f"%mlops runs{words} --limit {self.limit} --page {self.next_page}"
        steps = ("%mlops show " + self.runs[0].ref, *((more,) if self.next_page else ()))
        return Card(
            title, "info", columns=("run", "name", "status", "started", "took", *shown), rows=rows, next=steps
        )


@verb("runs", effect="read")
def runs(project: Project, query: Query = "", *, limit: Limit = 20, page: PageMark = None) -> Runs:
    """List the runs, newest first, with their status and main metrics."""
    found = project.tracker.runs(query=query, limit=limit, page=page)
    return Runs(runs=found.runs, query=query, limit=limit, next_page=found.next_page)


def _facts(run: Run) -> tuple[str, ...]:
    took = "" if run.duration_s is None else f"{run.duration_s:.1f} s"
    return run.ref, run.name, run.status, f"{run.started_at:%Y-%m-%d %H:%M}", took


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
