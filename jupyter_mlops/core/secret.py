"""Read a secret where a reference says that it is found; it is never kept, logged or shown."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_mlops.core.errors import Invalid, NotFound

FORMS = "env:NAME, file:PATH or keyring:SERVICE/NAME"
_LARGEST = 65_536


def read(root: Path, reference: str) -> str:
    """Return what *reference* refers to.

    Parameters
    ----------
    root
        Where relative paths start.

    Raises
    ------
    NotFound
        There is nothing.
    Invalid
        It is no reference. What was given is not repeated: it may be the secret itself.
    """
    kind, colon, rest = reference.partition(":")
    finders = {"env": _variable, "file": lambda name: _file(root, name), "keyring": _entry}
    if not colon or kind not in finders:
        raise Invalid("A secret is given as something else than a reference.", hint=f"Write {FORMS}.")
    value = finders[kind](rest)
    if not value:
        raise NotFound(f"{reference} holds no secret.", hint="Set it where the worker or server starts.")
    return value


def _variable(name: str) -> str | None:
    return os.environ.get(name)


def _file(root: Path, name: str) -> str | None:
    path = root / Path(name).expanduser()
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LARGEST).rstrip("\r\n")
    except (OSError, ValueError):
        return None


def _entry(rest: str) -> str | None:
    try:
        import keyring
    except ImportError:
        raise Invalid(
            "Secrets of a keyring need the package keyring.", hint="`pip install jupyter-mlops[keyring]`"
        ) from None
    service, _, name = rest.rpartition("/")
    found: str | None = keyring.get_password(service, name)
    return found
