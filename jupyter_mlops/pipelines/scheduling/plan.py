"""Make, renew and keep schedules: what starts what, and the files that it was decided about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import Connection, RowMapping, select

from jupyter_mlops.core import call, ledger
from jupyter_mlops.core.errors import Conflict, Invalid, MlopsError, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.pipelines import run
from jupyter_mlops.pipelines.durable import frozen
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.durable.state import moment
from jupyter_mlops.pipelines.file import definition as definitions
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.file.parameters import assignments
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.scheduling import freshness, look, schedules, triggers
from jupyter_mlops.pipelines.scheduling.arguments import check_given, with_secrets
from jupyter_mlops.pipelines.scheduling.arrivals import check_pattern, matches
from jupyter_mlops.pipelines.scheduling.firing import frozen_of
from jupyter_mlops.pipelines.scheduling.look import Signal
from jupyter_mlops.pipelines.scheduling.schedules import SCHEDULES
from jupyter_mlops.pipelines.scheduling.wish import Wish

_SEEN = "It was there before the schedule."


@dataclass(frozen=True)
class Draft:
    """A schedule that is not written down yet.

    Parameters
    ----------
    seen
        What is there already, and shall not start anything.
    """

    name: str
    spec: TriggerSpec
    is_declared: bool
    frozen: Frozen
    parameters: Mapping[str, JsonValue]
    seen: tuple[Signal, ...]


def make(project: Project, target: str, wish: Wish) -> tuple[Sequence[RowMapping], Sequence[str]]:
    """Schedule what *target* names; return the schedules' rows, and those that its file asks for no more."""
    kept = freeze(project, target)
    drafts = _drafts(project, kept, wish)
    pipeline = kept.definition.name
    with project.change() as connection:
        removed = _removed(connection, pipeline, drafts) if wish.is_empty else ()
        for name in removed:
            schedules.remove(connection, name)
        for draft in drafts:
            _write(connection, project, draft)
        rows = [schedules.find(connection, draft.name) for draft in drafts]
    for name in (*removed, *(draft.name for draft in drafts)):
        call.makes(f"schedule:{name}")
    return rows, removed


def renew(project: Project, name: str) -> RowMapping:
    """Freeze the files of a schedule as they are now, and return its row."""
    with project.store.read() as connection:
        row = schedules.find(connection, name)
    said = row["definition"]["definition"]  # as it stands: another version may have written it
    kept = freeze(project, said["file"] or said["steps"][0]["notebook"])
    spec = TriggerSpec.model_validate(row["trigger"])
    if row["is_declared"]:
        draft = _declared(project, kept, _trigger(kept, spec.name, name))
    else:
        policies = {"overlap": row["overlap"], "catchup": row["catchup"]}
        given = (
            {**row["parameters"], **said["steps"][0].get("secrets", {})}
            if kept.is_notebook
            else row["parameters"]
        )
        draft = _draft(project, name, spec, _with(kept, **policies), given)
    with project.change() as connection:
        _write(connection, project, draft)
        return schedules.find(connection, name)


def keep(project: Project, name: str) -> RowMapping:
    """Have a schedule go on as it is frozen, and say no more of the changes that its files have now."""
    with project.change() as connection:
        row = schedules.find(connection, name, is_changing=True)
        now = freshness.look(project, frozen_of(row))
        schedules.change(connection, name, project.clock.now(), kept=now.digest)
        return schedules.find(connection, name)


def freeze(project: Project, target: str) -> Frozen:
    """Return what *target* names, a notebook or a pipeline, as its files are now."""
    if target.endswith(".ipynb"):
        return frozen.of_notebook(project, document.find(project.root, target))
    if run.is_pipeline(project, target):
        return frozen.freeze(project, definitions.load(project.root, target))
    with project.store.read() as connection:
        if schedules.exists(connection, target):
            hint = f"Freeze its files anew with `%mlops schedule {target} --update`."
            raise Invalid(f"{target} is a schedule already.", hint=hint)
    return frozen.freeze(project, definitions.load(project.root, target))  # which says what there is


def _drafts(project: Project, kept: Frozen, wish: Wish) -> Sequence[Draft]:
    pipeline = kept.definition
    if wish.is_empty and not pipeline.triggers:
        hint = f"Say when: `%mlops schedule {pipeline.name} --cron '30 6 * * *'`."
        raise Invalid(f"The file of {pipeline.name} has no triggers.", hint=hint)
    if wish.is_empty:
        return [_declared(project, kept, spec) for spec in pipeline.triggers]
    policies = {"overlap": wish.overlap or pipeline.overlap, "catchup": wish.catchup or pipeline.catchup}
    given = assignments(wish.param)
    return [_draft(project, wish.name or pipeline.name, wish.trigger(), _with(kept, **policies), given)]


def _declared(project: Project, kept: Frozen, spec: TriggerSpec) -> Draft:
    name = f"{kept.definition.name}.{spec.name}"
    if spec.pattern is not None:
        check_pattern(spec.pattern)
    return _draft(project, name, spec, kept, spec.parameters, is_declared=True)


def _draft(
    project: Project,
    name: str,
    spec: TriggerSpec,
    kept: Frozen,
    given: Mapping[str, object],
    *,
    is_declared: bool = False,
) -> Draft:
    kept, given = with_secrets(project, kept, given)
    values = check_given(project, kept, given, is_whole=spec.webhook is None)
    return Draft(name, spec, is_declared, kept, values, tuple(_seen(project, spec)))


def _with(kept: Frozen, **policies: str) -> Frozen:
    return kept.model_copy(update={"definition": kept.definition.model_copy(update=policies)})


def _trigger(kept: Frozen, trigger: str, schedule: str) -> TriggerSpec:
    for spec in kept.definition.triggers:
        if spec.name == trigger:
            return spec
    raise NotFound(
        f"{kept.definition.file} has no trigger {trigger!r} any more.",
        hint=f"Remove the schedule with `%mlops unschedule {schedule}`.",
    )


def _seen(project: Project, spec: TriggerSpec) -> Sequence[Signal]:
    """Return what is there already: only what comes after it starts anything."""
    watch = triggers.watch_of(spec)
    if spec.pattern is not None:
        return matches(project.root, spec.pattern)
    if spec.dataset is not None:
        with project.store.read() as connection:
            last = catalogue.latest(connection, spec.dataset)
        return [] if last is None else [Signal(watch, f"snapshot:{last.ref}", f"snapshot:{last.ref}")]
    if spec.model is not None:
        with suppress(MlopsError):  # nothing there yet, or the tracker is away
            found = project.tracker.resolve(f"{spec.model}@{spec.alias}")
            return [Signal(watch, watch, f"version:{found.ref}")]
    return []


def _removed(connection: Connection, pipeline: str, drafts: Sequence[Draft]) -> tuple[str, ...]:
    query = select(SCHEDULES.c.name).where(SCHEDULES.c.pipeline == pipeline, SCHEDULES.c.is_declared)
    wanted = {draft.name for draft in drafts}
    return tuple(name for name in connection.execute(query).scalars() if name not in wanted)


def _write(connection: Connection, project: Project, draft: Draft) -> None:
    """Write a schedule down; one that goes on as before keeps its place."""
    _check_cycle(connection, draft)
    now = project.clock.now()
    before = schedules.find(connection, draft.name) if schedules.exists(connection, draft.name) else None
    if before is not None:
        _check_same(before, draft)
    row = _row(project, draft) | {"created_at": moment(now), "is_paused": False}
    row["mark"] = _mark(connection, draft.spec, now)
    if before is not None:
        row |= {"created_at": before["created_at"], "is_paused": before["is_paused"]}
    if before is not None and before["trigger"] == row["trigger"]:
        row["mark"] = before["mark"]
    else:
        for signal in draft.seen:
            cause = {"kind": draft.spec.kind, "reference": signal.reference}
            slot = f"{signal.slot}/{row['mark']}" if draft.spec.model else signal.slot
            schedules.note(connection, draft.name, slot, now, outcome="seen", cause=cause, reason=_SEEN)
    schedules.put(connection, row)
    if not row["is_paused"]:
        look.again(connection, schedules.find(connection, draft.name), now)


def _row(project: Project, draft: Draft) -> dict[str, object]:
    pipeline = draft.frozen.definition
    return {
        "name": draft.name,
        "pipeline": pipeline.name,
        "watch": triggers.watch_of(draft.spec),
        "trigger": draft.spec.model_dump(mode="json"),
        "is_declared": draft.is_declared,
        "parameters": dict(draft.parameters),
        "definition": draft.frozen.wire(),
        "digest": draft.frozen.digest,
        "kept": None,
        "overlap": pipeline.overlap,
        "catchup": pipeline.catchup,
        "actor": project.actor.name,
        "source": project.actor.source,
        "due_at": None,
        "updated_at": moment(project.clock.now()),
    }


def _mark(connection: Connection, spec: TriggerSpec, now: datetime) -> str:
    return moment(now) if spec.cron is not None else triggers.mark_of(ledger.last(connection))


def _check_same(before: RowMapping, draft: Draft) -> None:
    """Refuse to replace a schedule that is about something else."""
    hint = f"Give this one a name with --name, or remove that with `%mlops unschedule {draft.name}`."
    if before["pipeline"] != draft.frozen.definition.name:
        raise Conflict(f"{draft.name} is a schedule of {before['pipeline']} already.", hint=hint)
    if not draft.is_declared and before["watch"] != triggers.watch_of(draft.spec):
        raise Conflict(f"{draft.name} waits for {before['watch']} already.", hint=hint)


def _check_cycle(connection: Connection, draft: Draft) -> None:
    """Refuse a pipeline whose end would start it again, by whatever way."""
    source = draft.spec.pipeline
    if source is None:
        return
    query = select(SCHEDULES.c.watch, SCHEDULES.c.pipeline).where(
        SCHEDULES.c.watch.like("pipeline:%"), SCHEDULES.c.name != draft.name
    )
    starts: dict[str, list[str]] = {}
    for row in connection.execute(query):
        starts.setdefault(row.watch.removeprefix("pipeline:"), []).append(row.pipeline)
    reached, waiting = set[str](), [draft.frozen.definition.name]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += starts.get(name, [])
    if source in reached:
        raise Conflict(
            f"{draft.frozen.definition.name} would start itself: its end leads to that of {source}.",
            hint="Let something else start it.",
        )
