"""Check everything we lean on, and say how to mend what is broken."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from jupyter_mlops.core import keys, ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb
from jupyter_mlops.governance import verification

State = Literal["ok", "warning", "failed"]
_ROOM_BYTES = 500 * 2**20


class Diagnosis(Record):
    """One thing looked at, what was found, and how to mend it."""

    subject: str
    state: State
    found: str
    remedy: str = ""


class Doctor(Record):
    """What was looked at."""

    items: tuple[Diagnosis, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing has failed."""
        return all(item.state != "failed" for item in self.items)

    def card(self) -> Card:
        """Show every item, and the remedies of those that need one."""
        worst: State = "ok"
        for state in ("warning", "failed"):
            if any(item.state == state for item in self.items):
                worst = state
        troubled = [item for item in self.items if item.state != "ok"]
        title = "Everything is well" if not troubled else f"{len(troubled)} of {len(self.items)} need care"
        rows = tuple((item.state, item.subject, item.found, item.remedy) for item in self.items)
        return Card(title, worst, columns=("state", "what", "found", "remedy"), rows=rows)


@verb("doctor", effect="read", anywhere=True)
def doctor(project: Project) -> Doctor:
    """Check the project, its stores, the tracker and Jupyter, and say how to mend what is broken."""
    looks: tuple[Callable[[Project], Diagnosis], ...] = (
        _python,
        _folder,
        _room,
        _settings,
        _ledger,
        _key,
        _lost,
        _tracker,
    )
    return Doctor(items=(*(_careful(look, project) for look in looks), *_jupyter()))


def _careful(look: Callable[[Project], Diagnosis], project: Project) -> Diagnosis:
    """Turn an error into a diagnosis: the doctor never falls ill."""
    try:
        return look(project)
    except MlopsError as error:
        return Diagnosis(
            subject=look.__name__.strip("_"), state="failed", found=error.message, remedy=error.hint
        )


def _python(_: Project) -> Diagnosis:
    return Diagnosis(subject="python", state="ok", found=f"{sys.version.split()[0]} at {sys.executable}")


def _folder(project: Project) -> Diagnosis:
    if not project.folder.is_dir():
        return Diagnosis(
            subject="project", state="warning", found=f"{project.root} is none", remedy="%mlops init"
        )
    probe = project.folder / ".doctor"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        found = f"{project.folder} cannot be written: {error.strerror}"
        return Diagnosis(
            subject="project", state="failed", found=found, remedy="Check its owner and permissions."
        )
    return Diagnosis(subject="project", state="ok", found=str(project.root))


def _room(project: Project) -> Diagnosis:
    free = shutil.disk_usage(project.root).free
    found = f"{free / 2**30:.1f} GiB free"
    if free < _ROOM_BYTES:
        return Diagnosis(subject="disk", state="warning", found=found, remedy="Free some room.")
    return Diagnosis(subject="disk", state="ok", found=found)


def _settings(project: Project) -> Diagnosis:
    changed = [name for name, origin in project.settings_origins.items() if origin != "default"]
    _ = project.settings
    return Diagnosis(
        subject="settings", state="ok", found=f"{len(changed)} set: {', '.join(changed) or 'all defaults'}"
    )


def _ledger(project: Project) -> Diagnosis:
    if not project.folder.is_dir():
        return Diagnosis(subject="ledger", state="ok", found="none yet")
    verdict = verification.verify(project)
    if verdict.flaws:
        return Diagnosis(
            subject="ledger", state="failed", found=verdict.flaws[0], remedy="%mlops audit --verify"
        )
    doubts = [doubt for doubt in verdict.doubts if doubt != verification.LOCAL_ONLY]
    if doubts and verdict.lines:
        return Diagnosis(subject="ledger", state="warning", found=doubts[0], remedy="%mlops audit --verify")
    return Diagnosis(subject="ledger", state="ok", found=f"{verdict.lines} lines, every one as written")


def _key(project: Project) -> Diagnosis:
    """Look at the key that signs the ledger: it is there, and for its owner only."""
    signer = keys.load(project)
    if signer is None:
        return Diagnosis(subject="key", state="ok", found="none yet")
    path = keys.path_of(project)
    if path.exists() and os.name == "posix" and path.stat().st_mode & 0o077:
        return Diagnosis(
            subject="key", state="warning", found=f"others can read {path}", remedy=f"chmod 600 {path}"
        )
    return Diagnosis(subject="key", state="ok", found=str(signer.public))


def _lost(project: Project) -> Diagnosis:
    if not project.folder.is_dir():
        return Diagnosis(subject="calls", state="ok", found="none yet")
    with project.store.read() as connection:
        unfinished = ledger.unfinished(connection)
    if not unfinished:
        return Diagnosis(subject="calls", state="ok", found="every one has ended")
    named = ", ".join(f"{event.verb} of line {event.seq}" for event in unfinished[:3])
    remedy = "Running, or cut off: look with `%mlops audit` and `%mlops runs`."
    return Diagnosis(
        subject="calls", state="warning", found=f"{len(unfinished)} have not ended: {named}", remedy=remedy
    )


def _tracker(project: Project) -> Diagnosis:
    if not project.folder.is_dir():
        return Diagnosis(subject="tracker", state="ok", found="none yet")
    project.tracker.runs(limit=1)
    where = project.settings.tracking_uri or "MLflow in .mlops"
    return Diagnosis(subject="tracker", state="ok", found=f"{where} answers")


def _jupyter() -> Iterator[Diagnosis]:
    yield _found("ipykernel", find_spec("ipykernel") is not None, "pip install ipykernel")
    shared = Path(sys.prefix)
    config = shared / "etc/jupyter/jupyter_server_config.d/jupyter_mlops.json"
    enabled = config.is_file() and json.loads(config.read_text(encoding="utf-8")) != {}
    yield _found("server extension", enabled, "jupyter server extension enable jupyter_mlops")
    panel = shared / "share/jupyter/labextensions/jupyter-mlops/package.json"
    yield _found(
        "lab extension", panel.is_file(), "Reinstall with `pip install --force-reinstall jupyter-mlops`."
    )


def _found(subject: str, is_there: bool, remedy: str) -> Diagnosis:
    if is_there:
        return Diagnosis(subject=subject, state="ok", found="installed")
    return Diagnosis(subject=subject, state="warning", found="not found in this environment", remedy=remedy)
