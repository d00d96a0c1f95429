"""Give a value to the steps that come after."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from jupyter_mlops.core import durable
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import NamedValue
from jupyter_mlops.core.verb import verb

FOLDER = "JUPYTER_MLOPS_OUTPUTS"
_LARGEST = 1_000_000
_DEEPEST = 50


class Outputs(Record):
    """Values given to later steps.

    Parameters
    ----------
    is_kept
        Whether a pipeline runs this notebook, and takes them.
    """

    values: dict[str, JsonValue]
    is_kept: bool

    def card(self) -> Card:
        """Show the values, and say whether anybody takes them."""
        facts = tuple((name, json.dumps(value)[:200]) for name, value in self.values.items())
        notes = () if self.is_kept else ("No pipeline runs this notebook now, so nobody takes it.",)
        return Card("Output", "ok" if self.is_kept else "info", facts, notes=notes)


@verb("output", effect="write")
def output(project: Project, value: NamedValue) -> Outputs:
    """Give a value to the steps that come after, as `${steps.STEP.outputs.NAME}`.

    Raises
    ------
    Invalid
        The name is no identifier, or the value is no plain one.
    """
    values = {name: plain(name, given) for name, given in value.items()}
    folder = os.environ.get(FOLDER)
    if folder:
        for name, made in values.items():
            keep(Path(folder), name, made)
    return Outputs(values=values, is_kept=bool(folder))


def plain(name: str, value: object) -> JsonValue:
    """Return *value* as JSON has it.

    Raises
    ------
    Invalid
        The name is no identifier, or JSON has no such value: not finite, too large, an object.
    """
    if not name.isidentifier():
        raise Invalid(f"{name!r} is no name of an output.", hint="Write NAME=VALUE, like auc=0.91.")
    try:
        made = json.dumps(_plain(name, value, 0), allow_nan=False)
    except ValueError:
        raise Invalid(
            f"The output {name} holds a number that is not finite.", hint="Give None or text."
        ) from None
    if len(made) > _LARGEST:
        raise Invalid(
            f"The output {name} takes {len(made):,} bytes, more than {_LARGEST:,}.",
            hint="Keep it with `%mlops snapshot` and give the reference.",
        )
    return cast(JsonValue, json.loads(made))


def gather(folder: Path, promised: Sequence[str]) -> dict[str, JsonValue]:
    """Return the values that a notebook left in *folder*.

    Raises
    ------
    Invalid
        One that its step promises is missing.
    """
    found: dict[str, JsonValue] = {}
    for path in sorted(folder.glob("*.json")):
        found[path.stem] = json.loads(path.read_bytes())
    missing = [name for name in promised if name not in found]
    if missing:
        raise Invalid(
            f"The step promises the output {missing[0]!r}, and its notebook gave none.",
            hint=f"Give it with `%mlops output {missing[0]}={missing[0]}`.",
        )
    return found


def _plain(name: str, value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {str(key): _plain(name, item, depth + 1) for key, item in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [_plain(name, item, depth + 1) for item in value]
    if isinstance(value, Record):
        return value.wire()
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()  # NumPy's scalars
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise Invalid(
        f"The output {name} is a {type(value).__name__}, which has no JSON form.",
        hint="Keep a table with `%mlops snapshot`, a model with `%mlops register`, and give the reference.",
    )


def keep(folder: Path, name: str, value: JsonValue) -> None:
    """Write a value where `gather` finds it.

    Raises
    ------
    Unavailable
        The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{name}.partial"
        durable.write(partial, json.dumps(value).encode())
        partial.replace(folder / f"{name}.json")
    except OSError as error:
        raise Unavailable(
            f"The output {name} was not kept: {error.strerror}.", hint="Check the disk."
        ) from error
