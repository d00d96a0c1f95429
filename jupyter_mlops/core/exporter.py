"""The port of exporters: who writes what a reference names for tools that know nothing of this project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jupyter_mlops.core import durable
from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.errors import Conflict, Invalid
from jupyter_mlops.core.project import FOLDER, Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.workbench import put_aside, workbench

_OURS = {FOLDER, ".git"}


class Export(Record):
    """What was written, and where.

    Parameters
    ----------
    ref
        What it is, as it was resolved.
    path
        From the project's root.
    what
        What it holds, in a few words.
    digest
        SHA-256 of the file; empty for a folder.
    personal
        Columns in it that look personal.
    """

    ref: str
    target: str
    path: str
    what: str
    size_bytes: int
    digest: str = ""
    personal: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def card(self) -> Card:
        """Say what is where, and warn of what is personal in it."""
        facts = [("content", self.what), ("size", f"{self.size_bytes:,} bytes")]
        facts += [("sha256", self.digest[:12])] * bool(self.digest)
        facts += [("personal", "; ".join(self.personal))] * bool(self.personal)
        state: State = "warning" if self.personal else "ok"
        title = f"Wrote {self.ref} to {self.path} as {self.target}"
        return Card(title, state, tuple(facts), notes=self.notes, next=(f"%mlops history {self.ref}",))


@dataclass(frozen=True)
class Destination:
    """Where something is to be written.

    Parameters
    ----------
    given
        As it was named; None where the exporter chooses.
    overwrite
        Whether what is there may be replaced.
    """

    project: Project
    given: str | None = None
    overwrite: bool = False

    @contextmanager
    def place(self, otherwise: str, *, is_folder: bool = False) -> Iterator[Placed]:
        """Yield where to write; it is put in its place whole at the end of the block, or not at all.

        Parameters
        ----------
        otherwise
            The name that it gets by itself.
        is_folder
            Whether a folder is written: a folder that is there already is then what would be replaced, and not
            where to put it, unless its name was given with a slash at the end.

        Raises
        ------
        Conflict
            Something is there already, and may not be replaced.
        Invalid
            It lies outside the project, or among what is ours.
        """
        path = self._path(otherwise, is_folder=is_folder)
        if path.exists() and not self.overwrite:
            raise self._taken(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with workbench(path.parent) as bench:
            made = bench / path.name
            yield Placed(made, path.relative_to(self.project.root.resolve()).as_posix())
            _settle(made)
            self._put(made, path)
            durable.sync_folder(path.parent)

    def _path(self, otherwise: str, *, is_folder: bool) -> Path:
        root = self.project.root.resolve()
        given = self.given or otherwise
        if "\0" in given:
            raise Invalid(f"{given!r} names no file.", hint="Name a file of the project.")
        path = (root / given).resolve()
        is_parent = path.is_dir() and not self.overwrite and not is_folder and self.given
        if given.endswith("/") or is_parent:
            path = path / Path(otherwise).name
        if not path.is_relative_to(root) or path == root:
            raise Invalid(f"{given!r} lies outside the project {root}.", hint="Name a file within it.")
        if path.relative_to(root).parts[0] in _OURS:
            raise Invalid(f"{given!r} lies among recorded state.", hint="Name another folder.")
        return path

    def _put(self, made: Path, path: Path) -> None:
        try:
            if made.is_dir():
                self._put_folder(made, path)
            elif self.overwrite:
                made.replace(path)
            else:
                os.link(made, path)  # unlike a rename, it never replaces what came meanwhile
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            raise self._taken(path) from None

    def _put_folder(self, made: Path, path: Path) -> None:
        if path.exists() and self.overwrite:
            put_aside(made.parent, path)
        made.rename(path)

    def _taken(self, path: Path) -> Conflict:
        shown = path.relative_to(self.project.root.resolve()).as_posix()
        return Conflict(f"{shown} exists already.", hint="Name another path, or add --overwrite.")


@dataclass(frozen=True)
class Placed:
    """Where to write now, and what it will be called."""

    path: Path
    name: str


class Exporter(Protocol):
    """Writes one kind of thing in one form; plugged in as `jupyter_mlops.exporters`, a class or function without arguments."""

    def export(self, project: Project, ref: str, destination: Destination) -> Export:
        """Write what *ref* names.

        Raises
        ------
        NotFound
            There is nothing of that name.
        Invalid
            What it names cannot be written in this form.
        Conflict
            Something is there already.
        """
        ...


def size_of(path: Path) -> int:
    """Return how many bytes a file has, or all files of a folder."""
    if path.is_dir():
        return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
    return path.stat().st_size


def _settle(path: Path) -> None:
    for item in path.rglob("*") if path.is_dir() else [path]:
        if item.is_file():
            with item.open("rb+") as file:
                os.fsync(file.fileno())
