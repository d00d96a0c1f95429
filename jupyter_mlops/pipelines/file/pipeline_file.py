"""Pipeline files: found, read, and written so that comments stay where they are."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

from jupyter_mlops.core import durable
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import confined
from jupyter_mlops.core.verb import did_you_mean

SUFFIX = ".pipeline.toml"
_LARGEST = 1_000_000
_PASSED_OVER = {"node_modules", "__pycache__", "site-packages"}


def name_of(path: Path) -> str:
    """Return the name of the pipeline in a file."""
    return path.name.removesuffix(SUFFIX)


def find_all(root: Path) -> tuple[Path, ...]:
    """Return the project's pipeline files in the order of their paths; hidden folders and environments have none."""
    home = root.resolve()
    found = (path for path in _walk(root) if path.is_file() and path.resolve().is_relative_to(home))
    return tuple(sorted(found))


def locate(root: Path, target: str) -> Path:
    """Return the file that *target* names: a path from the working folder or the project's root, or a name.

    Raises
    ------
    NotFound
        There is none in the project.
    Invalid
        Several are called so.
    """
    if target.endswith(SUFFIX):
        here = (Path.cwd() / target).resolve()
        is_here = here.is_file() and here.is_relative_to(root.resolve())
        return here if is_here else confined(root, target)
    found = find_all(root)
    named = [path for path in found if name_of(path) == target]
    if len(named) == 1:
        return named[0]
    if named:
        paths = " and ".join(shown(root, path) for path in named)
        raise Invalid(
            f"Two pipelines are called {target!r}: {paths}.",
            hint="Rename one of the files, or give its path.",
        )
    hint = did_you_mean(target, map(name_of, found)) or "List them with `%mlops pipelines`."
    raise NotFound(f"No pipeline {target!r}.", hint=hint)


def shown(root: Path, path: Path) -> str:
    """Return a file's path from the project's root."""
    return path.resolve().relative_to(root.resolve()).as_posix()


def read(path: Path) -> str:
    """Return the text of a file, its line ends as they are.

    Raises
    ------
    Invalid
        It cannot be read, is no text, or is too large to be written by hand.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= _LARGEST else b""
    except OSError as error:
        raise Invalid(f"it cannot be read: {error.strerror}", hint="Check its permissions.") from None
    if size > _LARGEST:
        raise Invalid(
            f"it has {size:,} bytes, more than {_LARGEST:,}",
            hint="Keep large values in files or snapshots, and give their names.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"it is no text: byte {error.start} is not UTF-8", hint="Save it as UTF-8.") from None


def parse(text: str) -> dict[str, object]:
    """Return what a file's text says.

    Raises
    ------
    Invalid
        It is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"it is no TOML: {error}", hint="Mend that line.") from None
    except RecursionError:
        raise Invalid("it is nested too deeply", hint="Take brackets away.") from None


def write(path: Path, text: str, before: str | None) -> None:
    """Write the file whole, unless it is no more as it was *before*.

    Raises
    ------
    Conflict
        Somebody has changed it meanwhile.
    """
    durable.rewrite(path, text, lambda: (read(path) if path.exists() else None) == before)


def _walk(folder: Path) -> Iterator[Path]:
    for at, folders, files in os.walk(folder):
        here = Path(at)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _PASSED_OVER
            and not (here / name / "pyvenv.cfg").exists()
        ]
        yield from (here / name for name in files if name.endswith(SUFFIX) and name != SUFFIX)
