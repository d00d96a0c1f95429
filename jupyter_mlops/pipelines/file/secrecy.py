"""Secrets among a notebook's parameters: given by reference, never by value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.redact import redact_shapes
from jupyter_mlops.pipelines.file.scalar import is_secret

if TYPE_CHECKING:
    from jupyter_mlops.pipelines.file.parameters import NotebookParameter

_FORMS = "env:NAME, keyring:SERVICE/NAME or file:PATH"


def looks_secret(value: object) -> bool:
    """Tell whether a value, or one within it, has the shape of a well-known key, or a password in an address."""
    if isinstance(value, Mapping):
        return any(looks_secret(item) for item in (*value, *value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(looks_secret, value))
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return isinstance(text, str) and redact_shapes(text, named=False) != text


def check(parameter: NotebookParameter, given: object) -> None:
    """Refuse a value that is secret by its parameter's name, or by its own shape; it is not repeated.

    Raises
    ------
    Invalid
        It is one.
    """
    name = parameter.name
    if parameter.is_secret:
        raise Invalid(
            f"{name} looks secret, and a value given here would be written into the output.",
            hint=f"Give it by reference: {_FORMS}",
        )
    if looks_secret(given):
        raise Invalid(
            f"{name} is given what looks like a secret, and it would be written into the output.",
            hint=f"Name the parameter like one, as {name}_token, and give it by reference: {_FORMS}",
        )


def split(
    parameters: Sequence[NotebookParameter], given: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, str]]:
    """Tell values from references to secrets: what a parameter that is named like a secret is given by reference."""
    secret = {item.name for item in parameters if item.is_secret}
    references = {
        name: value
        for name, value in given.items()
        if name in secret and isinstance(value, str) and is_secret(value)
    }
    return {name: value for name, value in given.items() if name not in references}, references


def in_defaults(parameters: Sequence[NotebookParameter]) -> Iterator[str]:
    """Say of each default that has a secret's shape that the notebook holds it."""
    for item in parameters:
        if looks_secret(item.default):
            told = (
                "leave its default empty"
                if item.is_secret
                else "name it like a secret, with an empty default"
            )
            yield (
                f"the default of {item.name} looks like a secret, and lies in the notebook: {told}, "
                f"and give it by reference, as {_example(item)}"
            )


def remarks(parameters: Sequence[NotebookParameter], secrets: Collection[str]) -> Iterator[str]:
    """Say of each parameter that is named like a secret that the notebook's own value of it was used."""
    for item in parameters:
        if item.is_secret and item.default and item.name not in secrets:
            yield (
                f"{item.name} is named like a secret, and its default lies in the notebook: "
                f"leave that empty, and give it by reference, as {_example(item)}."
            )


def _example(item: NotebookParameter) -> str:
    name = item.name if item.is_secret else f"{item.name}_token"
    return f"{name}=env:{name.upper()}"
