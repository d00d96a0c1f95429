"""Read a table that is named in words: a snapshot, a file of the project, files, a URL or a query."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project, confined
from jupyter_mlops.data.sources.flow import Flow, joined
from jupyter_mlops.data.sources.formats import is_whole, kind_of, open_file, read_whole
from jupyter_mlops.data.sources.query import is_query, open_query
from jupyter_mlops.data.sources.scratch import Room, folder_of
from jupyter_mlops.data.sources.url import is_url, open_url
from jupyter_mlops.data.sources.url import shown as shown_url

if TYPE_CHECKING:
    import pandas as pd

_MEGABYTE = 1_000_000
_MANY = 10_000


def read_table(project: Project, text: str) -> pd.DataFrame:
    """Return the table that *text* names: `customers@3`, `data/customers.csv`, `data/2026-*.parquet`, a URL or a query.

    Raises
    ------
    Invalid
        The file is of a kind that is not read, or broken.
    NotFound
        There is no such file or snapshot, or it lies outside the project.
    Unavailable
        A URL or a database does not answer.
    """
    found = _find(project, text)
    return _framed(found) if isinstance(found, Flow) else found


def open_table(project: Project, text: str) -> pd.DataFrame | Flow:
    """Return the table that *text* names; in batches where it is larger than `stream_mb`."""
    found = _find(project, text)
    if isinstance(found, Flow) and not is_large(project, found):
        return _framed(found)
    return found


def is_large(project: Project, flow: Flow) -> bool:
    """Tell whether a table is better read in batches."""
    return flow.size_bytes > project.settings.stream_mb * _MEGABYTE


def said(text: str) -> str:
    """Return a word as it may be written down: a URL without its user and query."""
    return shown_url(text) if is_url(text) and not is_query(text) else text


def _framed(flow: Flow) -> pd.DataFrame:
    for note in flow.notes:
        warnings.warn(note, stacklevel=3)
    return flow.frame()


def _find(project: Project, text: str) -> pd.DataFrame | Flow:
    from jupyter_mlops.data.versions.loading import loaded

    if "\0" in text:
        raise Invalid(f"{text!r} names no table.", hint="Name a file of the project, or a snapshot.")
    if is_query(text):
        return open_query(project, text)
    if is_url(text):
        return open_url(project, text)
    if _is_file(project, text):
        return _open_file(project, text)
    if any(mark in text for mark in "*?["):
        return _open_files(project, text)
    try:
        return loaded(project, text)
    except (NotFound, Invalid) as error:
        if not kind_of(text):
            raise
        raise NotFound(f"No file {text!r} in {project.root}.", hint="Paths start at the project.") from error


def _is_file(project: Project, text: str) -> bool:
    """Tell whether *text* can only be a path, or a file of that name is there."""
    try:
        if (project.root / text).is_file():
            return True
    except OSError:
        return False
    has_wildcard = any(mark in text for mark in "*?[")
    return not has_wildcard and ("/" in text or "\\" in text or text.startswith("."))


def _open_file(project: Project, text: str) -> pd.DataFrame | Flow:
    path = confined(project.root, text)
    if kind_of(path) and not path.is_file():
        raise Invalid(f"{text!r} is not a file.", hint="Name one file, or several: data/*.csv.")
    if is_whole(path):
        return read_whole(path, text)
    return joined(text, [open_file(path, text, Room(folder_of(project)))])


def _open_files(project: Project, pattern: str) -> Flow:
    """Open the files that a pattern names, one after another by name."""
    names = _matching(project.root, pattern)
    if not names:
        raise NotFound(
            f"No file matches {pattern!r}.", hint="Patterns start at the project, like data/*.csv."
        )
    room = Room(folder_of(project))
    return joined(pattern, [open_file(confined(project.root, name), name, room) for name in names])


def _matching(root: Path, pattern: str) -> Sequence[str]:
    if PurePath(pattern).is_absolute() or ".." in PurePath(pattern).parts:
        raise NotFound(f"{pattern!r} lies outside the project {root}.", hint="Name files within it.")
    try:
        found = sorted(path.relative_to(root).as_posix() for path in root.glob(pattern) if path.is_file())
    except (ValueError, OSError, NotImplementedError) as error:
        raise Invalid(
            f"{pattern!r} is no pattern: {error}.", hint="Write it like data/2026-*.csv."
        ) from error
    if len(found) > _MANY:
        raise Invalid(f"{pattern!r} names {len(found):,} files.", hint=f"Name at most {_MANY:,}.")
    return found
