"""Keep what each cell changed, and say whether a run may go on from there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.pipelines.file.document import label, runnable
from jupyter_mlops.pipelines.file.literal import literal
from jupyter_mlops.pipelines.running import ingredients
from jupyter_mlops.pipelines.running.checkpoint_log import Entry, Log, project_key
from jupyter_mlops.pipelines.running.checkpoint_plan import Plan
from jupyter_mlops.pipelines.running.injection import with_parameters
from jupyter_mlops.pipelines.running.inside.shelf import Shelf
from jupyter_mlops.pipelines.running.runner import Job


class Verdict(Record):
    """What going on from a checkpoint would do, or why it cannot be done.

    Parameters
    ----------
    start
        Number of the cell at which the notebook would go on.
    restored, replayed
        Numbers of the cells before it: those whose work is kept, and those that would run again.
    reasons
        Why each of the latter must.
    refusal
        What has changed since; empty when nothing has.
    """

    start: int = 1
    restored: tuple[int, ...] = ()
    replayed: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    refusal: str = ""
    size_bytes: int = 0

    @property
    def is_well(self) -> bool:
        """Whether it can be done."""
        return not self.refusal

    def card(self) -> Card:
        """Show where it would go on, and what for."""
        if self.refusal:
            return Card(self.refusal, "warning")
        facts = (("restored", _numbers(self.restored)), ("run again", _numbers(self.replayed)))
        return Card(f"Goes on at cell [{self.start}].", "ok", facts, notes=self.reasons)


@dataclass
class Kept:
    """A checkpoint's folder, and what lies in it.

    Parameters
    ----------
    entries
        What is known of each cell that ended well, in order.
    """

    folder: Path
    log: Log
    made_from: Entry
    entries: list[Entry] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        """How the state after those cells is brought back."""
        return Plan(self.entries)

    @property
    def outputs(self) -> Shelf:
        """What the cells showed."""
        return Shelf(str(self.folder / "outputs"), sys.maxsize, lambda _: False)

    def forget(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def fresh(project: Project, job: Job) -> Kept | None:
    """Return the job's checkpoint, empty; None if it has none."""
    if job.checkpoint is None:
        return None
    shutil.rmtree(job.checkpoint, ignore_errors=True)
    log = Log(job.checkpoint, project_key(project.folder))
    return Kept(job.checkpoint, log, made_from(job, log))


def reopened(project: Project, job: Job) -> Kept | None:
    """Return the job's checkpoint as an earlier run has left it; None if there is nothing to go on from.

    Raises
    ------
    Refused
        Something that it was made from has changed, or it was not written by us.
    """
    found = _found(project, job)
    if found is None:
        return None
    change = _change(job, found)
    if change:
        raise Refused(f"{job.notebook.name} cannot go on: {change}.", hint="Run it from its start.")
    return found


def verdict(project: Project, job: Job) -> Verdict:
    """Say what a run of *job* would do with its checkpoint, without running anything."""
    try:
        found = reopened(project, job)
    except Refused as refused:
        return Verdict(refusal=refused.message)
    if found is None or not found.entries:
        return Verdict(reasons=("Nothing was kept: it would run from its first cell.",))
    replayed = found.plan.replayed
    return Verdict(
        start=len(found.entries) + 1,
        restored=tuple(at + 1 for at in range(len(found.entries)) if at not in replayed),
        replayed=tuple(at + 1 for at in sorted(replayed)),
        reasons=tuple(f"[{at + 1}] runs again. {'; '.join(replayed[at])}." for at in sorted(replayed)),
        size_bytes=sum(path.stat().st_size for path in found.folder.rglob("*") if path.is_file()),
    )


def made_from(job: Job, log: Log) -> Entry:
    """Return what tells the job's ingredients apart from others, as far as they are known before it runs."""
    return {
        "notebook": job.notebook.name,
        "parameters": {name: log.digest(literal(value)) for name, value in job.parameters.items()},
        "secrets": dict(job.secrets),
        "inputs": dict(job.inputs),
    }


def _found(project: Project, job: Job) -> Kept | None:
    if job.checkpoint is None:
        return None
    log = Log(job.checkpoint, project_key(project.folder))
    entries = log.read()
    return Kept(job.checkpoint, log, entries[0], entries[1:]) if entries else None


def _change(job: Job, found: Kept) -> str:
    """Return the first thing that is not as it was, or nothing."""
    before, now = found.made_from, made_from(job, found.log)
    used = {name for entry in found.entries for name in entry.get("modules", ())}
    return ingredients.first(
        ingredients.changed_values("parameter", before["parameters"], now["parameters"]),
        ingredients.changed_values("secret", before["secrets"], now["secrets"]),
        _changed_cells(job, found),
        ingredients.changed_values("input", before["inputs"], now["inputs"]),
        _changed_files(job, found.entries),
        ingredients.changed_packages(before.get("packages", {}), before.get("path", ()), used),
    )


def _changed_cells(job: Job, found: Kept) -> Iterator[str]:
    cells = with_parameters(job.notebook.node, job.parameters, job.secrets).cells
    positions = runnable(cells)
    now = {cells[at].id: str(cells[at].source) for at in positions}
    for place, entry in enumerate(found.entries):
        name = f"cell [{place + 1}] ({entry['label']})"
        if entry["id"] not in now:
            yield f"{name} is gone"
        elif cells[positions[place]].id != entry["id"]:
            yield f"cell [{place + 1}] ({label(cells, positions[place])}) was added, or has moved"
        elif found.log.digest(now[entry["id"]]) != entry["source"]:
            yield f"{name} changed"


def _changed_files(job: Job, entries: Sequence[Entry]) -> Iterator[str]:
    """Say which files have changed, but for those that the next cell works on: it may have changed them itself."""
    folder = job.notebook.path.parent
    cells = with_parameters(job.notebook.node, job.parameters, job.secrets).cells
    positions = runnable(cells)
    following = str(cells[positions[len(entries)]].source) if len(entries) < len(positions) else ""
    besides = set(map(str, ingredients.files_in(following, folder)))
    latest = {
        path: (place, known) for place, entry in enumerate(entries) for path, known in entry["read"].items()
    }
    for path, (place, known) in latest.items():
        if path not in besides and not ingredients.is_same(known, ingredients.signature(Path(path), known)):
            yield f"the file {_short(path, folder)}, which cell [{place + 1}] names, changed"


def _short(path: str, folder: Path) -> str:
    return Path(path).relative_to(folder).as_posix() if Path(path).is_relative_to(folder) else path


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(f"[{number}]" for number in numbers) or "none"
