"""Look anything up by its reference."""

from __future__ import annotations

import re
from collections.abc import Callable

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import AnyRef, VersionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.follow import follow
from jupyter_mlops.project import show_pipeline
from jupyter_mlops.project.notebook import notebook

_EXECUTION = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6,}")


class Shown(Record):
    """A thing and what it is.

    Parameters
    ----------
    kind
        `snapshot`, `version`, `run`, `execution`, `notebook` or `pipeline`.
    record
        The thing's own record.
    """

    ref: str
    kind: str
    record: dict[str, object]
    facts: tuple[tuple[str, str], ...]
    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    next: tuple[str, ...]

    def card(self) -> Card:
        """Show the thing's own card."""
        return Card(self.title, "info", self.facts, self.columns, self.rows, next=self.next)


@verb("show", effect="read")
def show(project: Project, ref: AnyRef) -> Shown:
    """Show a snapshot, model version, run, execution, notebook or pipeline, whatever the reference names."""
    kind, colon, name = ref.partition(":")
    if ref.endswith(".ipynb"):
        return _shown("notebook", notebook(project, ref), ref)
    if ref.startswith("@"):
        return _run(project, ref)
    if _EXECUTION.fullmatch(ref):
        return _shown("execution", follow(project, ref, wait=0), ref)
    finders: dict[str, Callable[[Project, str], Record | None]] = {"dataset": _snapshot, "model": _version}
    if colon:
        found = {kind: finders[kind](project, name)}
    else:
        found = {word: find(project, ref) for word, find in finders.items()}
    hits = {word: record for word, record in found.items() if record is not None}
    if not hits:
        return _pipeline(project, ref)
    if len(hits) > 1:
        raise Invalid(f"{ref!r} is a dataset and a model.", hint=f"Say dataset:{ref} or model:{ref}.")
    word, record = next(iter(hits.items()))
    return _shown("snapshot" if word == "dataset" else "version", record, ref)


def _pipeline(project: Project, name: str) -> Shown:
    """Show a pipeline; a dataset or a model of its name goes before it."""
    found = show_pipeline.find(project, name)
    if found is None:
        raise NotFound(
            f"Nothing is called {name!r}.",
            hint="List what there is with `%mlops datasets`, `%mlops models` and `%mlops pipelines`.",
        )
    return _shown("pipeline", found, name)


def _run(project: Project, ref: str) -> Shown:
    """Show a run, and what was traced while it ran."""
    found = project.tracker.run(ref)
    shown = _shown("run", found, ref)
    traces = project.tracker.traces(found)
    if not traces:
        return shown
    rows = tuple(
        (item.name, item.status, "" if item.took_s is None else f"{item.took_s:.2f} s", item.id)
        for item in traces
    )
    return shown.model_copy(update={"columns": ("traced", "status", "took", "trace"), "rows": rows})


def _snapshot(project: Project, name: str) -> Record | None:
    from jupyter_mlops.data.versions.privacy import known_of
    from jupyter_mlops.data.versions.recipes import with_origin
    from jupyter_mlops.data.versions.resolve import resolve

    try:
        found = resolve(project, name)
    except (NotFound, Invalid):
        return None
    with project.store.read() as connection:
        found = with_origin(connection, [found])[0]
        return found.model_copy(update={"personal": known_of(connection, found) or ()})


def _version(project: Project, name: VersionRef) -> Record | None:
    try:
        return project.tracker.resolve(name)
    except (NotFound, Invalid):
        return None


def _shown(kind: str, record: Record, given: str) -> Shown:
    card = record.card()
    own = str(getattr(record, "ref", given))
    return Shown(
        ref=own,
        kind=kind,
        record=record.wire(),
        facts=card.facts,
        title=card.title,
        columns=card.columns,
        rows=card.rows,
        next=card.next or (f"%mlops history {own}",),
    )
