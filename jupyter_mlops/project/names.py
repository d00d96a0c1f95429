"""The names that exist, from our own store: quick enough for completion."""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_mlops.core import ledger
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Kind

_PREFIXES: dict[Kind, tuple[str, ...]] = {
    "dataset": ("dataset:", "snapshot:"),
    "snapshot": ("snapshot:",),
    "model": ("version:", "model:"),
    "version": ("version:",),
    "run": ("run:",),
    "approval": ("approval:",),
    "schedule": ("schedule:",),
    "any": ("snapshot:", "version:", "run:"),
}
_ALIASES = ("champion", "challenger")
_FAR = 5_000


def known(project: Project, kind: Kind, prefix: str) -> list[str]:
    """Return the names of *kind* that the ledger has seen, those of files for notebooks."""
    if kind == "notebook":
        return _notebooks(project, prefix)
    if kind == "alias":
        return list(_ALIASES)
    if kind == "verb":
        return []
    found = (reference for reference in _seen(project) if reference.startswith(_PREFIXES[kind]))
    names = [reference.partition(":")[2] for reference in found]
    if kind in {"dataset", "model"}:
        names = [name.partition("@")[0] for name in names]
    elif kind == "version":
        names += [f"{name.partition('@')[0]}@{alias}" for name in names for alias in _ALIASES]
    elif kind == "snapshot":
        names += [f"{name.partition('@')[0]}@latest" for name in names]
    return list(dict.fromkeys(names))


def _seen(project: Project) -> Iterable[str]:
    with project.store.read() as connection:
        events = list(ledger.entries(connection, limit=_FAR, newest=True))
    return [reference for event in events for reference in event.outputs]


def _notebooks(project: Project, prefix: str) -> list[str]:
    folder = project.root / prefix
    if not prefix.endswith("/"):
        folder = folder.parent
    if not folder.is_dir() or not folder.resolve().is_relative_to(project.root.resolve()):
        return []
    found = (path for path in folder.iterdir() if path.is_dir() or path.suffix == ".ipynb")
    shown = (path.relative_to(project.root).as_posix() + "/" * path.is_dir() for path in found)
    return sorted(name for name in shown if not name.startswith("."))
