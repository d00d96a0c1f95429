"""Have a pipeline start by itself: at set times, or when something happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue
from sqlalchemy import RowMapping

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import PipelineName, Word, check_name
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.file import cron as crons
from jupyter_mlops.pipelines.file.definition import Catchup, Overlap
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.file.zone import zone as zone_of
from jupyter_mlops.pipelines.run import Given
from jupyter_mlops.pipelines.scheduling import agenda, plan
from jupyter_mlops.pipelines.scheduling.said import said
from jupyter_mlops.pipelines.scheduling.schedules import ScheduleName
from jupyter_mlops.pipelines.scheduling.wish import Wish

CronText = Annotated[
    str,
    AfterValidator(crons.check),
    Field(
        description="Minute hour day-of-month month day-of-week, like '30 6 * * MON-FRI', or @daily.",
        examples=["30 6 * * 1-5"],
    ),
]
ZoneName = Annotated[
    str,
    AfterValidator(crons.check_zone),
    Field(description="Time zone of cron, like Europe/Vienna; UTC when none is given."),
]
Target = Annotated[
    str,
    Word("pipeline", is_lineage=False),
    Field(description="A pipeline, by name or file, or a notebook; with --update or --keep a schedule."),
]
On = Annotated[
    str,
    Field(
        description="What else starts it: snapshot:NAME, alias:MODEL@ALIAS, file:PATTERN, webhook:SECRET, "
        "pipeline:NAME@success (failure, end), alert:NAME."
    ),
]
NewName = Annotated[
    str,
    AfterValidator(check_name),
    Field(description="Name of the schedule; the pipeline's by default."),
]
OverlapPolicy = Annotated[Overlap, Field(description="While the last execution of it has not ended.")]
CatchupPolicy = Annotated[
    Catchup, Field(description="Slots that go by while no worker runs: none, the last, or all.")
]
Jitter = Annotated[
    float, Field(ge=0, le=86_400, description="Start up to so many seconds later, drawn once a slot.")
]
Debounce = Annotated[
    float, Field(ge=0, le=86_400, description="Wait for so many seconds of quiet; what comes counts once.")
]


class Schedule(Record):
    """What starts a pipeline by itself.

    Parameters
    ----------
    when
        In words, to go on a sentence: what starts it.
    next
        The next due times, on the clock of its zone.
    """

    name: ScheduleName
    pipeline: PipelineName
    when: str
    next: tuple[str, ...] = ()
    overlap: Overlap
    catchup: Catchup
    parameters: dict[str, JsonValue] = {}
    is_paused: bool = False
    notes: tuple[str, ...] = ()

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Return what a card says of it."""
        facts = [("schedule", self.name)]
        facts += [("next", ", ".join(self.next))] if self.next else []
        facts += [("overlap", self.overlap)]
        facts += [("catch-up", self.catchup)] if self.next else []
        return (*facts, *((name, str(value)) for name, value in self.parameters.items()))


class Scheduled(Record):
    """What starts by itself now.

    Parameters
    ----------
    removed
        Schedules that the pipeline's file no longer asks for.
    has_worker
        Whether a worker is at work, without which nothing starts.
    """

    schedules: tuple[Schedule, ...]
    removed: tuple[ScheduleName, ...] = ()
    has_worker: bool = True

    def card(self) -> Card:
        """Say what starts what when, the next times, and what to type next."""
        notes = [note for one in self.schedules for note in one.notes]
        notes += [f"{name} is gone: the file does not ask for it any more." for name in self.removed]
        if not self.has_worker:
            notes.append(
                "No worker runs now: a Jupyter server starts one, and so does `jupyter mlops worker`."
            )
        steps = tuple(f"%mlops trigger {one.name}" for one in self.schedules[:1])
        if len(self.schedules) == 1:
            (one,) = self.schedules
            title = f"{one.pipeline} starts {one.when}"
            return Card(title, facts=one.facts(), notes=tuple(notes), next=steps)
        columns = ("schedule", "starts", "next")
        rows = tuple((one.name, one.when, one.next[0] if one.next else "") for one in self.schedules)
        title = f"{len(self.schedules)} things start {self.schedules[0].pipeline}"
        return Card(title, columns=columns, rows=rows, notes=tuple(notes), next=steps)


@verb("schedule", effect="write")
def schedule(
    project: Project,
    target: Target,
    *,
    cron: CronText | None = None,
    zone: ZoneName | None = None,
    on: On | None = None,
    name: NewName | None = None,
    param: Given = (),
    overlap: OverlapPolicy | None = None,
    catchup: CatchupPolicy | None = None,
    jitter: Jitter = 0.0,
    debounce: Debounce = 0.0,
    update: Annotated[bool, Field(description="Take the files as they are now.")] = False,
    keep: Annotated[
        bool, Field(description="Keep what is frozen, and say no more of these changes.")
    ] = False,
) -> Scheduled:
    """Start a pipeline or a notebook by itself, as its files are now: by cron, or when something happens.

    Raises
    ------
    Invalid
        The time, the zone, the trigger or a parameter makes no sense.
    NotFound
        There is no such pipeline, notebook or schedule.
    Conflict
        The name is another pipeline's schedule, or the pipeline would start itself.
    """
    wish = Wish(cron, zone, on, name, param, overlap, catchup, jitter, debounce)
    if update and keep:
        raise Invalid("--update and --keep exclude each other.", hint="Give one of them.")
    if (update or keep) and not wish.is_empty:
        raise Invalid("--update and --keep go without other options.", hint="Schedule it again with those.")
    rows: Sequence[RowMapping]
    removed: Sequence[str] = ()
    if keep:
        rows = [plan.keep(project, target)]
    elif update:
        rows = [plan.renew(project, target)]
    else:
        rows, removed = plan.make(project, target, wish)
    now = project.clock.now()
    with project.change() as connection:
        has_worker = bool(agenda.at_work(connection, now))
    shown = tuple(_shown(row, now) for row in rows)
    return Scheduled(schedules=shown, removed=tuple(removed), has_worker=has_worker)


def _shown(row: RowMapping, now: datetime) -> Schedule:
    spec = TriggerSpec.model_validate(row["trigger"])
    return Schedule(
        name=row["name"],
        pipeline=row["pipeline"],
        when=said(spec),
        next=tuple(next_times(spec, now)),
        overlap=row["overlap"],
        catchup=row["catchup"],
        parameters=row["parameters"],
        is_paused=row["is_paused"],
        notes=tuple(_notes(row, spec)),
    )


def next_times(spec: TriggerSpec, now: datetime) -> Iterator[str]:
    """Yield the next five due times, on the clock of its zone; none of what waits for something to happen."""
    if spec.cron is None:
        return
    zone = zone_of(spec.zone)
    until = now + timedelta(days=366 * 50)
    for slot in islice(crons.slots(spec.cron, zone, now, until), 5):
        yield f"{slot.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


def _notes(row: RowMapping, spec: TriggerSpec) -> Iterator[str]:
    if row["is_paused"]:
        yield f"{row['name']} is paused: go on with `%mlops resume {row['name']}`."
    if spec.webhook is not None:
        yield f"POST signed calls to /jupyter-mlops/v1/hooks/{row['name']} of the Jupyter server."
