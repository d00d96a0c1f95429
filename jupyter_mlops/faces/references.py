"""Find the live object that a word stands for: a variable in a notebook, a file, snapshot or run elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jupyter_mlops.core.call import Later
from jupyter_mlops.core.code import Code
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project, confined
from jupyter_mlops.core.types import split_reference
from jupyter_mlops.core.verb import Parameter, Verb, did_you_mean
from jupyter_mlops.faces.script import Script

if TYPE_CHECKING:
    from jupyter_mlops.core.tracker import Run

_VARIABLE = re.compile(r"[^\W\d]\w*")


def resolve(
    project: Project,
    verb: Verb,
    given: Mapping[str, object],
    *,
    variables: Mapping[str, object] | None = None,
    cell: Code | None = None,
) -> dict[str, object]:
    """Return *given* with its live arguments replaced by the objects they name.

    Parameters
    ----------
    variables
        The notebook's variables; None where there is no notebook.
    cell
        The cell under the magic's line.

    Raises
    ------
    NotFound
        A word names no variable, file, snapshot or run.
    """
    values = dict(given)
    for item in verb.parameters:
        if item.live is None:
            continue
        if item is verb.cell and cell is not None:
            values[item.name] = cell
        elif isinstance(values.get(item.name), str):
            values[item.name] = _find(project, item, str(values[item.name]), variables)
    return values


def _find(project: Project, item: Parameter, word: str, variables: Mapping[str, object] | None) -> object:
    if item.live is not None and item.live.kind == "value":
        return _named_value(word, variables or {})
    is_name = item.word is not None and _is_reference(project, word)  # the verb itself finds what it names
    if variables is not None and _VARIABLE.fullmatch(word) and not (is_name and word not in variables):
        return _variable(word, variables)
    if is_name:
        return word
    table = _any_table if item.live is not None and item.live.streams else _table
    finders = {"table": table, "model": _model, "cell": _script, "maker": _maker}
    kind = item.live.kind if item.live else "table"
    return Later(_said(word) if kind == "table" else word, lambda: finders[kind](project, word))


def _is_reference(project: Project, word: str) -> bool:
    """Tell whether *word* names a snapshot, and no file of that name is there."""
    try:
        split_reference(word)
        return not (project.root / word).is_file()
    except (Invalid, OSError):
        return False


def _table(project: Project, word: str) -> object:
    from jupyter_mlops.data.versions.source import read_table

    return read_table(project, word)


def _any_table(project: Project, word: str) -> object:
    from jupyter_mlops.data.versions.source import open_table

    return open_table(project, word)


def _said(word: str) -> str:
    from jupyter_mlops.data.versions.source import said

    return said(word)


def _named_value(word: str, variables: Mapping[str, object]) -> dict[str, object]:
    """Read NAME=VALUE: a variable of that name, else JSON, else text."""
    name, equals, text = word.partition("=")
    if not equals:
        raise Invalid(f"{word!r} gives no value.", hint="Write NAME=VALUE, like auc=0.91.")
    if text in variables:
        return {name: variables[text]}
    try:
        return {name: json.loads(text)}
    except ValueError:
        return {name: text}


def _maker(project: Project, word: str) -> object:
    from jupyter_mlops.data.derivation.functions import load

    path, colon, name = word.rpartition(":")
    return load(project.root, confined(project.root, path), name) if colon else _model(project, word)


def _script(project: Project, word: str) -> object:
    return Script(confined(project.root, word), project.root)


def _variable(name: str, variables: Mapping[str, object]) -> object:
    if name in variables:
        return variables[name]
    known = [key for key in variables if not key.startswith("_")]
    hint = did_you_mean(name, known) or "Run the cell that makes it first."
    raise NotFound(f"No variable {name!r} in this notebook.", hint=hint)


def _model(project: Project, word: str) -> object:
    if word.startswith("@"):
        return _model_of_run(project, project.tracker.run(word))
    if "@" not in word:
        raise Invalid(f"{word!r} is no model.", hint="Name a run's, like @8c1d, or a version, like churn@2.")
    from jupyter_mlops.models.safe import load_version

    return load_version(project, project.tracker.resolve(word))


def _model_of_run(project: Project, run: Run) -> object:
    from jupyter_mlops.models.register import recorded_model

    return recorded_model(project, run)
