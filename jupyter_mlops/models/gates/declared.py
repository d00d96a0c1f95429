"""The gates that the settings declare, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import ValidationError

from jupyter_mlops.core import plugins
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.settings import GateSetting, Settings
from jupyter_mlops.core.types import Alias, ModelName
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.governance.guard import gate_name
from jupyter_mlops.models.gates.check import VersionCheck

GROUP = "version_checks"
_HINT = "Mend [tool.jupyter-mlops.gates] in pyproject.toml; see docs/how-to/gates.md."


@dataclass(frozen=True)
class Gate:
    """What guards an alias.

    Parameters
    ----------
    name
        What it is declared under, like `champion` or `churn*@champion`.
    """

    name: str
    data: str
    target: str
    approvals: int
    checks: tuple[VersionCheck, ...]


def gate_of(settings: Settings, model: ModelName, alias: Alias) -> Gate | None:
    """Return the gate of an alias of a model, or None.

    Raises
    ------
    Invalid
        A check is unknown or wrong; the sentence names the place.
    """
    name = gate_name(settings, model, alias)
    return None if name is None else read(name, settings.gates[name])


def read(name: str, declared: GateSetting) -> Gate:
    """Make the gate that a table declares.

    Raises
    ------
    Invalid
        A check is unknown or wrong, or there are two of one name.
    """
    checks = tuple(
        check_of(f"gates.{name}.checks[{number}]", item)
        for number, item in enumerate(declared.checks, start=1)
    )
    labels = [check.label for check in checks]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise Invalid(f"gates.{name} asks {twice!r} twice.", hint=_HINT)
    return Gate(name, declared.data, declared.target, declared.approvals, checks)


def check_of(place: str, table: Mapping[str, object], hint: str = _HINT) -> VersionCheck:
    """Make the check that a table declares.

    Parameters
    ----------
    place
        Where it stands: what an error names.
    hint
        How to write it rightly there.

    Raises
    ------
    Invalid
        It is unknown or wrong.
    """
    name, known = table.get("check"), plugged()
    if not isinstance(name, str):
        raise Invalid(f'{place} names no check: it needs check = "…".', hint=hint)
    if name not in known:
        others = did_you_mean(name, known) or f"There are {', '.join(sorted(known))}."
        raise Invalid(f"{place}: no check of versions is called {name!r}.", hint=others)
    kind = known[name]
    try:
        return kind.model_validate({key: value for key, value in table.items() if key != "check"})
    except ValidationError as error:
        raise _wrong(place, kind, error, hint) from None


def label_of(table: Mapping[str, object]) -> str:
    """Return what tells the question of a table from others: the same for equal checks with other limits."""
    return check_of("a check", table).label


@cache
def plugged() -> Mapping[str, type[VersionCheck]]:
    """Return every check of versions by the name that settings call it."""
    found = {name: plugins.load(GROUP, name) for name in plugins.found(GROUP)}
    return {
        name: kind
        for name, kind in found.items()
        if isinstance(kind, type) and issubclass(kind, VersionCheck)
    }


def _wrong(place: str, kind: type[VersionCheck], error: ValidationError, hint: str) -> Invalid:
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"]))
    where = f"{place} ({kind.kind})"
    if first["type"] == "extra_forbidden":
        takes = ", ".join(sorted(kind.model_fields))
        others = did_you_mean(field, kind.model_fields) or f"It takes {takes}."
        return Invalid(f"{where} has no field {field!r}.", hint=others)
    if first["type"] == "missing":
        return Invalid(f"{where} needs {field}.", hint=hint)
    said = first["msg"].removeprefix("Value error, ")
    given = f" = {first['input']!r}" if field else ""
    return Invalid(f"{where}: {field}{given}: {said}." if field else f"{where}: {said}.", hint=hint)
