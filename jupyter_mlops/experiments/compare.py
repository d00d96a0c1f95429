"""Set runs beside each other: what differs in parameters, metrics, data and code."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.core.types import RunRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.experiments.provenance import COMMIT, ENVIRONMENT, NOTEBOOK, SNAPSHOTS

_MOST = 20
_SHOWN = 20
_ORIGINS = {"data": SNAPSHOTS, "notebook": NOTEBOOK, "commit": COMMIT, "environment": ENVIRONMENT}


class Row(Record):
    """One parameter, metric or origin, and its value in each run; None where a run has none."""

    name: str
    values: tuple[str | None, ...]
    differs: bool


class Curve(Record):
    """The course of one metric in one run: pairs of step and value."""

    metric: str
    run: RunRef
    points: tuple[tuple[int, float], ...]


class Comparison(Record):
    """Runs side by side, what differs first.

    Parameters
    ----------
    code
        How the first run's code becomes the last one's, as a unified diff.
    """

    runs: tuple[Run, ...]
    metrics: tuple[Row, ...]
    params: tuple[Row, ...]
    origins: tuple[Row, ...]
    curves: tuple[Curve, ...] = ()
    code: str = ""

    def card(self) -> Card:
        """Show what differs; say what does not."""
        parts = (("metric", self.metrics), ("parameter", self.params), ("origin", self.origins))
        differing = [(kind, row) for kind, rows in parts for row in rows if row.differs]
        rows = [(kind, row.name, *(value or "" for value in row.values)) for kind, row in differing[:_SHOWN]]
        same = sum(not row.differs for _, rows_ in parts for row in rows_)
        notes = [f"{same} values are the same in all."] if same else []
        if len(differing) > _SHOWN:
            notes.append(f"{len(differing) - _SHOWN} more differ; --json shows all.")
        if self.code:
            notes.append(f"The code differs:\n{self.code}")
        names = tuple(f"{run.name} {run.ref}" for run in self.runs)
        columns = ("what", "name", *names) if rows else ()
        return Card(
            f"{len(self.runs)} runs compared", "info", columns=columns, rows=tuple(rows), notes=tuple(notes)
        )


@verb("compare", effect="read")
def compare(
    project: Project,
    runs: Annotated[tuple[RunRef, ...], Field(description="Two or more runs, like @8c1d @77ab.")],
) -> Comparison:
    """Set runs beside each other: metrics, parameters, data and code, what differs first."""
    if not 2 <= len(runs) <= _MOST:
        raise Invalid(
            f"{len(runs)} runs cannot be compared.",
            hint=f"Name 2 to {_MOST}, like `%mlops compare @8c1d @77ab`.",
        )
    found = [project.tracker.run(ref) for ref in runs]
    details = [project.tracker.details(run) for run in found]
    curves = [
        Curve(metric=metric, run=run.ref, points=tuple(points))
        for run, more in zip(found, details, strict=True)
        for metric, points in more.curves.items()
    ]
    return Comparison(
        runs=tuple(found),
        metrics=_rows(found, lambda run: {key: f"{value:.6g}" for key, value in run.metrics.items()}),
        params=_rows(found, lambda run: run.params),
        origins=_rows(
            found, lambda run: {name: run.tags[tag] for name, tag in _ORIGINS.items() if tag in run.tags}
        ),
        curves=tuple(curves),
        code=_difference(found, [more.source for more in details]),
    )


def _rows(runs: Sequence[Run], values: Callable[[Run], Mapping[str, str]]) -> tuple[Row, ...]:
    """Return a row a name, those that differ first, measured before training metrics."""
    columns = [values(run) for run in runs]
    names: Iterable[str] = dict.fromkeys(name for column in columns for name in column)
    rows = [
        Row(
            name=name,
            values=(cells := tuple(column.get(name) for column in columns)),
            differs=len({*cells}) > 1,
        )
        for name in names
    ]
    return tuple(sorted(rows, key=lambda row: (not row.differs, row.name.startswith("training_"))))


def _difference(runs: Sequence[Run], sources: Sequence[str]) -> str:
    before, after = sources[0].splitlines(), sources[-1].splitlines()
    names = (runs[0].ref, runs[-1].ref)
    return "\n".join(difflib.unified_diff(before, after, *names, lineterm=""))
