"""A contract: the rules that the tables of a dataset keep, as a file that people review."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from pydantic import BaseModel, ConfigDict, ValidationError

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import ask
from jupyter_mlops.checks.contracts import files
from jupyter_mlops.checks.report import Report
from jupyter_mlops.checks.rule import Rule
from jupyter_mlops.core import plugins
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import did_you_mean

FORMAT = 1
_HINT = "See docs/how-to/contracts.md."
_OF_COLUMN = {"optional", "severity"}

Place = tuple[str, ...]


class Document(BaseModel):
    """What a contract's file says.

    Parameters
    ----------
    good
        The versions that it was proposed from; the last one is what drift is measured from.
    enforce
        Whether a table that breaks it is refused as a version of the dataset.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    dataset: str = ""
    good: tuple[str, ...] = ()
    enforce: bool = False
    columns: dict[str, dict[str, object]] = {}
    table: dict[str, object] = {}


@dataclass(frozen=True)
class Contract:
    """The rules of one file, read and checked.

    Parameters
    ----------
    name
        What the file is called, or `the cell`.
    """

    name: str
    document: Document
    placed: tuple[tuple[Place, Rule], ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All of them, in order."""
        return tuple(rule for _, rule in self.placed)

    def examine(self, case: Case) -> Report:
        """Ask every rule of a table; those of columns that may be absent, and are, are left out."""
        absent = {name for name in self.document.columns if name not in case.places}
        # The schema's rule names what is gone; every other one would only say so again.
        excused = absent if "schema" in self.document.table else absent & set(_optional(self.document))
        return ask(case.name, case, [rule for rule in self.rules if excused.isdisjoint(rule.about)])


def parse(text: str, name: str) -> Contract:
    """Read a contract.

    Raises
    ------
    Invalid
        It is no TOML, or a rule is unknown or wrong; the sentence names the place.
    """
    try:
        document = Document.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{name} is no TOML: {error}.", hint="Mend the line that it names.") from None
    except ValidationError as error:
        raise _wrong(name, error, ()) from None
    if document.format > FORMAT:
        raise Invalid(
            f"{name} has format {document.format}; this package knows {FORMAT}.",
            hint="Upgrade with `pip install -U jupyter-mlops`.",
        )
    return made(document, name)


def made(document: Document, name: str) -> Contract:
    """Make the contract that a document says.

    Raises
    ------
    Invalid
        A rule is unknown or wrong; the sentence names the place.
    """
    return Contract(name, document, tuple(_placed(document, name)))


def find(project: Project, dataset: str | None) -> Contract | None:
    """Return the contract of a dataset, if it has one.

    Raises
    ------
    Invalid
        It cannot be read, or a rule is wrong.
    """
    if dataset is None:
        return None
    path = files.locate(project, dataset)
    text = files.read(path)
    return None if text is None else parse(text, path.name)


def _placed(document: Document, name: str) -> Iterable[tuple[Place, Rule]]:
    context = {
        "reference": document.good[-1] if document.good else "",
        "columns": tuple(document.columns),
        "optional": tuple(_optional(document)),
    }
    for column, keys in document.columns.items():
        common = {"severity": keys["severity"]} if "severity" in keys else {}
        for key in (key for key in keys if key not in _OF_COLUMN):
            place = ("columns", column, key)
            yield from ((place, rule) for rule in _made(name, place, keys[key], context | common))
    for key, value in document.table.items():
        several = value if _are_tables(value) else [value]
        for item in cast("Sequence[object]", several):
            yield from ((("table", key), rule) for rule in _made(name, ("table", key), item, context))


def _made(name: str, place: Place, value: object, context: Mapping[str, object]) -> Iterable[Rule]:
    """Make the rule of a key, with what the rest of the contract says where it does not say it itself."""
    kind = _kind(name, place)
    try:
        found = kind.of_column(place[1], value) if place[0] == "columns" else kind.options(value)
        if found is None:
            return
        known = {key: item for key, item in context.items() if key in kind.model_fields}
        yield kind.model_validate(known | found)
    except ValidationError as error:
        raise _wrong(name, error, place) from None
    except ValueError as error:
        raise Invalid(f"{name}: {'.'.join(place)}: {error}.", hint=_HINT) from None


def _kind(name: str, place: Place) -> type[Rule]:
    known = plugged()
    if place[-1] not in known:
        hint = did_you_mean(place[-1], known) or f"There are {', '.join(sorted(known))}."
        raise Invalid(f"{name}: {'.'.join(place)}: no rule is called {place[-1]!r}.", hint=hint)
    return known[place[-1]]


@cache
def plugged() -> dict[str, type[Rule]]:
    """Return every rule by its key; other checks that are plugged in are no rules for tables."""
    found = {name: plugins.load("checks", name) for name in plugins.found("checks")}
    return {name: kind for name, kind in found.items() if isinstance(kind, type) and issubclass(kind, Rule)}


def _optional(document: Document) -> Iterable[str]:
    return (name for name, keys in document.columns.items() if keys.get("optional") is True)


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _wrong(name: str, error: ValidationError, place: tuple[str, ...]) -> Invalid:
    first = error.errors()[0]
    where = ".".join([*place, *(str(part) for part in first["loc"] if str(part) not in place)])
    said = first["msg"].removeprefix("Value error, ")
    return Invalid(f"{name}: {where}: {said}.", hint=_HINT)
