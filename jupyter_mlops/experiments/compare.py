"""Set runs beside each other: what differs in parameters, metrics, data and code, and what may be why."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, cast

from pydantic import Field

from jupyter_mlops.core import door, progress
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.core.types import RunRef, VersionRef
from jupyter_mlops.core.verb import Verb, verb, verb_of
from jupyter_mlops.experiments.comparison import intervals, predictions
from jupyter_mlops.experiments.comparison.causes import Cause, causes
from jupyter_mlops.experiments.comparison.evidence import Evidence, gather
from jupyter_mlops.experiments.comparison.intervals import Contrast, Estimate, Interval
from jupyter_mlops.experiments.comparison.replayed import Replay
from jupyter_mlops.experiments.comparison.subject import Comparable, named
from jupyter_mlops.experiments.provenance import COMMIT, ENVIRONMENT, NOTEBOOK, SNAPSHOTS
from jupyter_mlops.experiments.replay import Minutes
from jupyter_mlops.experiments.replay import replay as replay_verb

_MOST = 20
_SHOWN = 20
_CAUSES = 8
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
    versions
        The model versions that were named, by run.
    intervals
        Of metrics that were logged by fold.
    contrasts
        Differences to the first run, with intervals.
    causes
        In what the runs differ from the first, what to look at first on top.
    notes
        What could not be compared.
    replay
        What the change comes from, where both were run again with one factor swapped.
    """

    runs: tuple[Run, ...]
    metrics: tuple[Row, ...]
    params: tuple[Row, ...]
    origins: tuple[Row, ...]
    curves: tuple[Curve, ...] = ()
    code: str = ""
    versions: dict[RunRef, VersionRef] = {}
    intervals: tuple[Interval, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    causes: tuple[Cause, ...] = ()
    notes: tuple[str, ...] = ()
    replay: Replay | None = None

    def figure(self) -> dict[str, object] | None:
        """Draw what may be why, how metrics differ, and how they went."""
        from jupyter_mlops.experiments.comparison.figure import draw

        return draw(self)

    def card(self) -> Card:
        """Show what may be why, then what differs; say what does not."""
        parts = (("metric", self.metrics), ("parameter", self.params), ("origin", self.origins))
        differing = [(kind, row) for kind, rows in parts for row in rows if row.differs]
        rows = [(kind, row.name, *(value or "" for value in row.values)) for kind, row in differing[:_SHOWN]]
        same = sum(not row.differs for _, rows_ in parts for row in rows_)
        notes = [f"{same} values are the same in all."] if same else []
        if len(differing) > _SHOWN:
            notes.append(f"{len(differing) - _SHOWN} more differ; --json shows all.")
        if self.code and not any(cause.kind == "code" for cause in self.causes):
            notes.append("The code differs in form only: comments, spaces, line breaks.")
        names = tuple(f"{self.versions.get(run.ref, run.name)} {run.ref}" for run in self.runs)
        columns = ("what", "name", *names) if rows else ()
        return Card(
            f"{len(self.runs)} runs compared",
            "info",
            self._why() if self.replay is None else (*self.replay.facts(), *self._why()),
            columns=columns,
            rows=tuple(rows),
            notes=(*notes, *self.notes, *(() if self.replay is None else self.replay.notes())),
        )

    def _why(self) -> tuple[tuple[str, str], ...]:
        is_pair = len(self.runs) == 2
        facts = []
        for number, cause in enumerate(self.causes[:_CAUSES], 1):
            between = "" if is_pair else f"{cause.after}: "
            facts.append(
                (f"why {number}, {cause.kind}", "\n    ".join((between + cause.headline, *cause.details)))
            )
        for one in self.contrasts[:_SHOWN]:
            whose = one.metric if is_pair else f"{one.metric} {one.after}"
            facts.append((f"Δ {whose}", f"{one} ({one.method})"))
        return tuple(facts)


@verb("compare", effect="read", long=True)
def compare(
    project: Project,
    runs: Annotated[
        tuple[Comparable, ...], Field(description="Two or more runs or model versions, like @8c1d churn@3.")
    ],
    *,
    replay: Annotated[
        bool,
        Field(description="Run two runs again with one factor swapped, to see what explains the change."),
    ] = False,
    minutes: Minutes = 10,
) -> Comparison:
    """Set runs or model versions beside each other: metrics, parameters, data, code, and why they differ."""
    if not 2 <= len(runs) <= _MOST:
        raise Invalid(
            f"{len(runs)} runs cannot be compared.",
            hint=f"Name 2 to {_MOST}, like `%mlops compare @8c1d @77ab`.",
        )
    if replay and len(runs) != 2:
        raise Invalid(f"{len(runs)} runs cannot be replayed.", hint="Name two with `--replay`.")
    subjects = [named(project, given) for given in runs]
    found = [run for run, _ in subjects]
    known = [gather(project, run) for run in found]
    contrasts, notes = _contrasts(project, known)
    return Comparison(
        runs=tuple(found),
        metrics=_rows(found, lambda run: {key: f"{value:.6g}" for key, value in run.metrics.items()}),
        params=_rows(found, lambda run: run.params),
        origins=_rows(
            found, lambda run: {name: run.tags[tag] for name, tag in _ORIGINS.items() if tag in run.tags}
        ),
        curves=tuple(_curves(known)),
        code=_difference(found, [one.details.source for one in known]),
        versions={run.ref: version for run, version in subjects if version},
        intervals=intervals.of_runs({one.run.ref: one.details.curves for one in known}),
        contrasts=contrasts,
        causes=_causes(project, known),
        notes=notes,
        replay=_replayed(project, found, minutes) if replay else None,
    )


def _curves(known: Sequence[Evidence]) -> Iterator[Curve]:
    for one in known:
        for metric, points in one.details.curves.items():
            yield Curve(metric=metric, run=one.run.ref, points=tuple(points))


def _replayed(project: Project, runs: Sequence[Run], minutes: float) -> Replay:
    """Replay through the door: it runs code and makes runs, which comparing alone does not."""
    arguments = {"before": runs[0].ref, "after": runs[1].ref, "minutes": minutes}
    return cast(Replay, door.enter(project, cast(Verb, verb_of(replay_verb)), arguments))


def _causes(project: Project, known: Sequence[Evidence]) -> tuple[Cause, ...]:
    found: list[Cause] = []
    for number, other in enumerate(known[1:], 1):
        progress.report(number, len(known), "look for causes")
        found += causes(project, known[0], other)
    return tuple(sorted(found, key=lambda cause: -cause.weight))


def _contrasts(project: Project, known: Sequence[Evidence]) -> tuple[tuple[Contrast, ...], tuple[str, ...]]:
    """Return the differences to the first run, by the same rows where both kept predictions, else by folds."""
    tables = [predictions.read(project, one.run) for one in known]
    found: list[Contrast] = []
    notes: list[str] = []
    for other, table in zip(known[1:], tables[1:], strict=True):
        pair = known[0].run.ref, other.run.ref
        made: tuple[Contrast, ...] = ()
        if tables[0] is not None and table is not None:
            made = intervals.contrasts(pair, predictions.contrasts(tables[0], table))
            notes += (
                []
                if made
                else [f"{pair[0]} and {pair[1]} predicted other rows: no difference can be paired."]
            )
        known_metrics = {one.metric for one in made}
        folds = (one for one in _by_folds(known[0], other) if one[0] not in known_metrics)
        found += [*made, *intervals.contrasts(pair, folds)]
    return tuple(found), tuple(notes)


def _by_folds(before: Evidence, after: Evidence) -> Iterator[tuple[str, Estimate, str]]:
    """Yield differences over folds, where both runs split the same rows in the same way."""
    splits = {one.run.tags.get(intervals.FOLDS) for one in (before, after)}
    if None in splits or len(splits) > 1:
        return
    one, other = before.details.curves, after.details.curves
    for name in one:
        if name.startswith(intervals.FOLD) and name in other:
            found = intervals.paired(one[name], other[name])
            if found is not None:
                yield name.removeprefix(intervals.FOLD), found, f"{len(one[name])} folds, paired"


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
