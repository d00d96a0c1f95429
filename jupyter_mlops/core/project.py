"""A project: a folder with `.mlops/`, and the one argument every verb takes first."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from jupyter_mlops.core import call, plugins, settings
from jupyter_mlops.core.clock import Clock, SystemClock
from jupyter_mlops.core.errors import NoProject, NotFound, Unavailable
from jupyter_mlops.core.objects import Objects, open_objects
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.session import Session
from jupyter_mlops.core.settings import Settings
from jupyter_mlops.core.store import Store
from jupyter_mlops.core.tracker import Tracker

FOLDER = ".mlops"
_IGNORE = "# Made by jupyter_mlops: recorded state, not source.\n*\n"


class Project:
    """The door to a project's root, settings, actor, clock and stores; cheap to open.

    Parameters
    ----------
    root
        The folder that holds `.mlops/`.
    services
        Adapters by group, instead of those that settings name: `tracker`, `runner`.
    admin
        Settings that the server's admin imposes.
    """

    def __init__(
        self,
        root: Path,
        *,
        actor: Actor | None = None,
        clock: Clock | None = None,
        services: Mapping[str, object] | None = None,
        admin: Mapping[str, object] | None = None,
    ) -> None:
        self.root = root
        self.actor = actor or Actor.of_system()
        self.clock = clock or SystemClock()
        self.session = Session()
        self._services = dict(services or {})
        self._admin = dict(admin or {})

    @classmethod
    def open(
        cls,
        start: Path | None = None,
        *,
        actor: Actor | None = None,
        admin: Mapping[str, object] | None = None,
    ) -> Project:
        """Open the project that *start* (the working folder by default) lies in.

        Raises
        ------
        NotFound
            Neither it nor a folder above it is a project.
        """
        here = (start or Path.cwd()).absolute()
        root = find(here)
        if root is None:
            raise NoProject(
                f"{here} is not in a project: no {FOLDER} folder here or above.",
                hint="Make one with `%mlops init`.",
            )
        project = cls(root, actor=actor, admin=admin)
        project.prepare()
        return project

    @classmethod
    def create(cls, folder: Path, *, actor: Actor | None = None) -> Project:
        """Make *folder* a project; harmless when it is one already."""
        project = cls(folder.absolute(), actor=actor)
        project.prepare()
        return project

    def prepare(self) -> None:
        """Make the `.mlops` folder, kept out of git.

        Raises
        ------
        Unavailable
            The folder cannot be written.
        """
        marker = self.folder / ".gitignore"
        if marker.exists():
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            marker.write_text(_IGNORE, encoding="utf-8")
        except OSError as error:
            raise Unavailable(
                f"{self.folder} cannot be written: {error.strerror}.",
                hint="Check its permissions and the disk's room.",
            ) from error

    @property
    def folder(self) -> Path:
        """Where the project's own state lies."""
        return self.root / FOLDER

    @property
    def name(self) -> str:
        """The root folder's name."""
        return self.root.name or "project"

    @cached_property
    def _read_settings(self) -> tuple[Settings, dict[str, str]]:
        return settings.read(self.root, self._admin)

    @property
    def settings(self) -> Settings:
        """The merged settings."""
        return self._read_settings[0]

    @property
    def settings_origins(self) -> dict[str, str]:
        """Where each setting came from."""
        return self._read_settings[1]

    @cached_property
    def store(self) -> Store:
        """The database of our own tables."""
        return Store(self.settings.store_url or f"sqlite:///{self.folder / 'mlops.db'}", self.folder)

    @cached_property
    def objects(self) -> Objects:
        """The immutable bytes that snapshots are made of."""
        return open_objects(self.settings.objects_url, self.folder / "objects")

    @cached_property
    def tracker(self) -> Tracker:
        """The system of record for runs and models."""
        return cast(Tracker, self.service("tracker", self.settings.tracker))

    def service(self, group: str, name: str) -> object:
        """Return the adapter *name* of *group*: the one given at opening, or a plug-in made for this project."""
        if group not in self._services:
            factory = plugins.load(f"{group}s", name)
            if not callable(factory):
                raise Unavailable(
                    f"The {group} {name!r} is not callable.", hint="Its entry point must name a class."
                )
            self._services[group] = factory(self)
        return self._services[group]

    def acting(self, actor: Actor) -> Project:
        """Return the same project in another actor's hands."""
        other = copy.copy(self)
        other.actor = actor
        return other

    def renewed(self) -> Project:
        """Return the same project with its settings read anew: what lives long asks before it acts for others."""
        other = copy.copy(self)
        other.__dict__.pop("_read_settings", None)
        return other

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """Open the transaction that this call ends in; the door commits it together with the ledger's line.

        Outside a call it commits at the end of the block. Do the slow work before it: it is exclusive.
        """
        under_way = call.current.get()
        if under_way is None:
            with self.store.write() as connection:
                yield connection
            return
        if under_way.connection is None:
            under_way.connection = under_way.stack.enter_context(self.store.write())
        yield under_way.connection


def find(start: Path) -> Path | None:
    """Return the nearest project at or above *start*; a git checkout's root is where the search ends."""
    for folder in (start, *start.parents):
        if (folder / FOLDER).is_dir() or settings.table(folder) is not None:
            return folder
        if (folder / ".git").exists():
            return None
    return None


def confined(root: Path, given: str | os.PathLike[str]) -> Path:
    """Return the file that *given* names, if it lies within *root*.

    Raises
    ------
    NotFound
        It lies outside, or does not exist.
    """
    path = (root / given).resolve()
    if not path.is_relative_to(root.resolve()):
        raise NotFound(
            f"{os.fspath(given)!r} lies outside the project {root}.", hint="Name a file within it."
        )
    if not path.exists():
        raise NotFound(
            f"No file {os.fspath(given)!r} in {root}.", hint="Check the spelling; paths start at the project."
        )
    return path
