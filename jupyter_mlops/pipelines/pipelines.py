"""List the project's pipelines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import PipelineName
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.state import ExecutionStatus
from jupyter_mlops.pipelines.file import definition, pipeline_file
from jupyter_mlops.pipelines.file.parameter_shown import ParameterShown, of_pipeline
from jupyter_mlops.pipelines.file.problems import Problem
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.file.vocabulary import registry_of
from jupyter_mlops.pipelines.scheduling import freshness, schedules
from jupyter_mlops.pipelines.scheduling.schedules import Standing


class PipelineEntry(Record):
    """One pipeline file.

    Parameters
    ----------
    triggers
        What starts it, in words.
    problems
        What is wrong with the file; it cannot run before that is mended.
    """

    name: PipelineName
    file: str
    description: str = ""
    parameters: tuple[ParameterShown, ...] = ()
    steps: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Planned(Standing):
    """How a schedule stands, with what has changed since.

    Parameters
    ----------
    changed
        Files that are not as they were when it was scheduled: `schedule --update` takes them, `--keep` does not.
    """

    changed: tuple[str, ...] = ()


class Pipelines(Record):
    """The project's pipelines, by name, and what starts pipelines and notebooks by itself.

    Parameters
    ----------
    last
        How the newest execution of each stands, by the pipeline's name.
    """

    pipelines: tuple[PipelineEntry, ...]
    schedules: tuple[Planned, ...] = ()
    last: dict[str, ExecutionStatus] = {}

    @property
    def is_well(self) -> bool:
        """Whether every file can run."""
        return not any(entry.problems for entry in self.pipelines)

    def card(self) -> Card:
        """Show a row for each file, and what is wrong with those that cannot run."""
        if not self.pipelines:
            notes = tuple(map(_line, self.schedules))
            return Card("No pipelines yet", notes=notes, next=("%mlops pipeline train.ipynb retrain",))
        rows = tuple(
            (
                entry.name,
                "cannot run" if entry.problems else " → ".join(entry.steps),
                ", ".join(entry.triggers),
                entry.file,
            )
            for entry in self.pipelines
        )
        notes = tuple(f"{entry.file}: {problem}" for entry in self.pipelines for problem in entry.problems)
        notes += tuple(map(_line, self.schedules))
        well = [entry.name for entry in self.pipelines if not entry.problems]
        title = f"{len(rows)} pipeline{'s' if len(rows) > 1 else ''}"
        return Card(
            title,
            "ok" if self.is_well else "warning",
            columns=("pipeline", "steps", "triggers", "file"),
            rows=rows,
            notes=notes,
            next=tuple(f"%mlops run {name}" for name in well[:1]),
        )


@verb("pipelines", effect="read")
def pipelines(project: Project) -> Pipelines:
    """List the project's pipelines: their steps, what starts them, and what is wrong with their files."""
    found = pipeline_file.find_all(project.root)
    names = [pipeline_file.name_of(path) for path in found]
    entries = [_entry(project, path, is_twice=names.count(pipeline_file.name_of(path)) > 1) for path in found]
    entries.sort(key=lambda entry: (entry.name, entry.file))
    planned = tuple(_schedules(project))
    with project.store.read() as connection:
        last = state.newest(connection, {*names, *(one.pipeline for one in planned)})
    return Pipelines(pipelines=tuple(entries), schedules=planned, last=last)


def _entry(project: Project, path: Path, *, is_twice: bool) -> PipelineEntry:
    known, problems = definition.inspect(project.root, path, registry=registry_of(project))
    if is_twice:
        problems = (Problem("", "another file has this name", "Rename one of them."), *problems)
    return PipelineEntry(
        name=pipeline_file.name_of(path),
        file=pipeline_file.shown(project.root, path),
        description=known.description if known else "",
        parameters=tuple(of_pipeline(name, spec) for name, spec in known.parameters.items()) if known else (),
        steps=known.order() if known and not problems else (),
        triggers=tuple(map(_told, known.triggers)) if known else (),
        problems=tuple(f"{problem}. {problem.hint}".strip() for problem in problems),
    )


def _schedules(project: Project) -> Iterator[Planned]:
    with project.store.read() as connection:
        for standing in schedules.of(connection):
            changed = freshness.changes(project, connection, standing.name)
            yield Planned(**dict(standing), changed=changed)


def _line(one: Planned) -> str:
    """Say how a schedule stands, and what to do about it."""
    line = f"{one.name}: starts {one.pipeline} {one.when}{', paused' if one.is_paused else ''}."
    if one.last is not None and one.last.outcome not in {"launched", "waiting"}:
        line += f" Last: {one.last.outcome}, {one.last.reason}".rstrip(", ")
    if one.changed:
        line += (
            f" {', '.join(one.changed)} changed since: `%mlops schedule {one.name} --update`, or `--keep`."
        )
    return line


def _told(trigger: TriggerSpec) -> str:
    match trigger.kind:
        case "cron":
            return f"{trigger.cron} {trigger.zone}"
        case "snapshot":
            return f"new snapshot of {trigger.dataset}"
        case "alias":
            return f"{trigger.model}@{trigger.alias} moves"
        case "file":
            return f"new file {trigger.pattern}"
        case "pipeline":
            return f"{trigger.on} of {trigger.pipeline}"
        case "alert":
            return f"alert of {trigger.monitor}"
        case "webhook":
            return "webhook"
