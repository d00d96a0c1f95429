"""Secrets by reference: where one is found, and never what it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.literal import checked_name
from jupyter_mlops.pipelines.file.scalar import is_secret

_FORMS = "env:NAME, file:PATH or keyring:SERVICE/NAME"


def checked_reference(name: str, reference: str) -> str:
    """Return *reference* if it says where the secret *name* is found.

    Raises
    ------
    Invalid
        It has none of the three forms. What was given is not repeated: it may be the secret itself.
    """
    if not is_secret(reference):
        raise Invalid(
            f"The secret {checked_name(name)} is given as something else than a reference.",
            hint=f"Say where it is found: {_FORMS}.",
        )
    return reference


def places(references: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return where each reference is found, paths taken from *folder*.

    Raises
    ------
    Invalid
        One is no reference.
    """
    checked = [checked_reference(name, reference) for name, reference in references.items()]
    return {reference: _place(reference, folder) for reference in checked}


def variables(references: Mapping[str, str]) -> dict[str, str]:
    """Return the environment's variables that hold secrets, for the kernel alone: its children must not inherit them.

    Raises
    ------
    Invalid
        One is not set.
    """
    found: dict[str, str] = {}
    for name, reference in references.items():
        kind, _, variable = reference.partition(":")
        if kind != "env":
            continue
        if variable not in os.environ:
            raise Invalid(
                f"The secret {name} is to come from {variable}, which is not set.",
                hint="Set it in the environment of the process that runs the notebook.",
            )
        found[variable] = os.environ[variable]
    return found


def injected(references: Mapping[str, str]) -> list[str]:
    """Write the lines that give each name its secret, by reference."""
    return [
        f'{checked_name(name)} = __import__("_jupyter_mlops").secret({str.__repr__(reference)})'
        for name, reference in references.items()
    ]


def _place(reference: str, folder: Path) -> str:
    kind, _, rest = reference.partition(":")
    return f"file:{(folder / Path(rest).expanduser()).absolute()}" if kind == "file" else reference
