"""Mend what is unproven: run its cells clean, and stamp it proven if the same comes of it."""

from __future__ import annotations

import uuid
from pathlib import PurePath
from typing import Annotated

from pydantic import AfterValidator, Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.errors import NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.core.types import Word
from jupyter_mlops.core.verb import verb
from jupyter_mlops.experiments.comparison.subject import check_comparable
from jupyter_mlops.experiments.provenance import NOTEBOOK
from jupyter_mlops.experiments.recorder.proof import PROVEN, REASONS
from jupyter_mlops.experiments.recorder.run_record import RunRecord
from jupyter_mlops.experiments.reproduce import TOLERANCE, Timeout, finished_record
from jupyter_mlops.experiments.reproduction import seal
from jupyter_mlops.experiments.reproduction.again import Order, check_snapshots, run_again
from jupyter_mlops.experiments.reproduction.answer import Reproduction
from jupyter_mlops.experiments.reproduction.clean_run import CleanRun
from jupyter_mlops.experiments.reproduction.judgement import judged
from jupyter_mlops.experiments.reproduction.rebuild import TAG, rebuild

_PAGES = 20


def _check(value: str) -> str:
    """Accept a notebook's path besides a run and a model version."""
    return value.strip() if value.strip().endswith(".ipynb") else check_comparable(value)


Provable = Annotated[
    str,
    Word("any"),
    AfterValidator(_check),
    Field(
        description="A run, a model version, or a notebook for its newest run: @8c1d22f0, churn@3, train.ipynb.",
        examples=["@8c1d22f0"],
    ),
]


@verb("prove", effect="write", foreign=True, long=True)
def prove(project: Project, subject: Provable, *, timeout: Timeout = None) -> CleanRun:
    """Run a model's recorded cells top to bottom in a fresh kernel, and stamp it proven if the same comes of it.

    Raises
    ------
    NotFound
        It has no run, or the run has no record, or a snapshot that it read is gone; nothing ran.
    Invalid
        The run did not finish, or its record cannot be read; nothing ran.
    Conflict
        A snapshot holds other data now; nothing ran.
    Refused
        A source was masked; nothing ran.
    Unavailable
        The kernel died, or a cell took too long: nothing is stamped.
    """
    recorded = _run_of(project, subject)
    call.reads(f"run:{recorded.ref}", given=f"any:{subject}")
    if recorded.tags.get(PROVEN) == "true":
        return _known(project, recorded)
    record = finished_record(project, recorded)
    check_snapshots(project, record)
    cell_s = timeout or project.settings.cell_timeout_s
    found, is_whole = _again(project, recorded, record, cell_s), False
    if not found.is_reproduced and (wider := _wider(project, recorded, record, cell_s)):
        found, is_whole = wider, True
    return CleanRun(
        run=recorded.ref,
        is_proven=found.is_reproduced,
        was=recorded.tags.get(REASONS, ""),
        rests_on="session" if is_whole else "slice",
        reproduction=found,
        versions=seal.prove(project, recorded, found) if found.is_reproduced else (),
    )


def _run_of(project: Project, subject: str) -> Run:
    """Return the run that *subject* names or came from; of a notebook the newest that finished."""
    if subject.startswith("@"):
        return project.tracker.run(subject)
    if subject.endswith(".ipynb"):
        return _newest(project, subject)
    version = project.tracker.resolve(subject)
    if version.run is None:
        raise NotFound(
            f"{version.ref} has no run, so nobody knows its cells.",
            hint="Record the cell that fits it with `%%mlops record`, and register it again.",
        )
    return project.tracker.run(version.run)


def _newest(project: Project, notebook: str) -> Run:
    place = PurePath(notebook).as_posix().removeprefix("./")
    page = project.tracker.runs()
    for _ in range(_PAGES):
        for run in page.runs:
            if run.tags.get(NOTEBOOK) == place and run.status == "finished" and TAG not in run.tags:
                return run
        if page.next_page is None:
            break
        page = project.tracker.runs(page=page.next_page)
    raise NotFound(
        f"No finished run of {notebook} is recorded.",
        hint="Record the cell that fits the model: `%%mlops record` on top of it.",
    )


def _known(project: Project, recorded: Run) -> CleanRun:
    """Return that it is proven; a version that was stamped before it was takes the stamp over."""
    versions = seal.versions_of(project, recorded)
    by = recorded.tags.get(seal.PROVEN_BY, "")
    for version in versions:
        if version.tags.get(PROVEN) != "true":
            project.tracker.tag(version, {PROVEN: "true", REASONS: ""} | ({seal.PROVEN_BY: by} if by else {}))
    return CleanRun(
        run=recorded.ref, is_proven=True, was="proven", versions=tuple(version.ref for version in versions)
    )


def _again(
    project: Project, recorded: Run, record: RunRecord, timeout_s: float, *, is_whole: bool = False
) -> Reproduction:
    mark = uuid.uuid4().hex[:12]
    rebuilt = rebuild(record, mark, is_whole=is_whole)
    ran = run_again(project, recorded, record, rebuilt, Order(mark, timeout_s))
    return seal.seal(project, recorded, ran.made, judged(project, recorded, record, ran, TOLERANCE))


def _wider(project: Project, recorded: Run, record: RunRecord, timeout_s: float) -> Reproduction | None:
    """Run every cell before it too; nothing where those that it rests on are all of them, or one may not run."""
    try:
        whole = rebuild(record, "", is_whole=True)
    except Refused:
        return None
    if len(whole.cells) == len(rebuild(record, "").cells):
        return None
    progress.report(0, len(whole.cells), "run the whole session, as the slice did not suffice")
    return _again(project, recorded, record, timeout_s, is_whole=True)
