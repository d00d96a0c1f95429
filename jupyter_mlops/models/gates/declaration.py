"""Write the checks of a gate into the project's pyproject.toml, where they are reviewed like code."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, MutableMapping, MutableSequence
from typing import cast

from jupyter_mlops.checks.contracts import files
from jupyter_mlops.core.errors import Invalid, Refused
from jupyter_mlops.core.policy import is_at_least, role_of
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.settings import GateSetting
from jupyter_mlops.models.gates import declared
from jupyter_mlops.models.gates.asked import Asked, table_of

FILE = "pyproject.toml"
_PLACE = ("tool", "jupyter-mlops", "gates")


class Declaration(Record):
    """What would make the checks of a call those of every promotion.

    Parameters
    ----------
    gate
        What it is, or would be, declared under.
    diff
        How the file changes; empty where it says so already.
    """

    gate: str
    file: str
    diff: str
    is_written: bool


def declare(project: Project, name: str, asked: Asked, *, is_written: bool) -> Declaration:
    """Return how the settings' file would change if it declared what is asked, and change it if it *is_written*.

    Raises
    ------
    Refused
        The actor is no admin, and wants to write.
    Invalid
        The gate is declared elsewhere, or the file cannot be edited without loss.
    Conflict
        Somebody changed the file meanwhile.
    """
    path = project.root / FILE
    before = files.read(path)
    if name in project.settings.gates and name not in _gates(tomllib.loads(before or "")):
        raise Invalid(f"gates.{name} is not declared in {FILE}.", hint="`%mlops settings` tells where it is.")
    text = _edited(before or "", name, asked)
    if is_written:
        _check_admin(project)
        files.write(path, text, before)
    lines = difflib.unified_diff((before or "").splitlines(), text.splitlines(), FILE, FILE, lineterm="", n=2)
    return Declaration(gate=name, file=FILE, diff="\n".join(lines), is_written=is_written)


def _check_admin(project: Project) -> None:
    role = role_of(project.actor, project.settings)
    if not is_at_least(role, "admin"):
        raise Refused(
            f"{project.actor.name} is {role}, and only an admin may change a gate.",
            hint=f"Leave out --write, and propose the change of {FILE} for review.",
        )


def _gates(document: Mapping[str, object]) -> Mapping[str, object]:
    at = document
    for key in _PLACE:
        at = cast("Mapping[str, object]", at.get(key, {}))
    return at


def _edited(text: str, name: str, asked: Asked) -> str:
    """Return the file's text with the gate in it; what else it says, and how, stays."""
    import tomlkit

    try:
        document = tomlkit.parse(text)
        _put(document, name, asked)
        made = tomlkit.dumps(document)
        before, after = dict(_gates(tomllib.loads(text))), dict(_gates(tomllib.loads(made)))
        setting = asked.over(GateSetting.model_validate(before.pop(name, {})))
        is_right = GateSetting.model_validate(after.pop(name)) == setting and before == after
    except (ValueError, KeyError):  # tomlkit's errors are such too
        is_right = False
    if not is_right:
        raise Invalid(
            f"{FILE} is written in a way that cannot be edited safely.",
            hint="Write checks = [ … ] in the gate's table, or declare it by hand.",
        )
    return made


def _put(document: MutableMapping[str, object], name: str, asked: Asked) -> None:
    import tomlkit

    at = document
    for key in _PLACE:
        if key not in at:
            at[key] = tomlkit.table(is_super_table=True)
        at = cast("MutableMapping[str, object]", at[key])
    if name not in at:
        at[name] = tomlkit.table()
    gate = cast("MutableMapping[str, object]", at[name])
    for key, value in (("data", asked.data), ("target", asked.target)):
        if value:
            gate[key] = value
    if asked.checks and "checks" not in gate:
        gate["checks"] = tomlkit.array().multiline(multiline=True)
    for text in asked.checks:
        _add(cast("MutableSequence[Mapping[str, object]]", gate["checks"]), table_of(text))


def _add(checks: MutableSequence[Mapping[str, object]], table: Mapping[str, object]) -> None:
    """Put a check at the end, and take away the one that asks the same."""
    import tomlkit

    label = declared.label_of(table)
    for place in reversed([at for at, old in enumerate(checks) if declared.label_of(old) == label]):
        del checks[place]
    line = tomlkit.inline_table()
    line.update(table)
    checks.append(line)
