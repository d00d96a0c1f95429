"""Tell which versions hold a row or a person's rows, and which models saw them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection

from jupyter_mlops.core import ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.ledger import LEDGER, AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import DatasetName, SnapshotRef, VersionRef, check_name, split_reference
from jupyter_mlops.core.verb import did_you_mean, verb
from jupyter_mlops.data.erasure.persons import subject_of
from jupyter_mlops.data.forget import Value, Values
from jupyter_mlops.data.privacy.salt import salt
from jupyter_mlops.data.versions import catalogue, recipes
from jupyter_mlops.data.versions.recipes import Recipe
from jupyter_mlops.data.versions.resolve import no_dataset
from jupyter_mlops.governance import graph
from jupyter_mlops.governance.graph import Graph
from jupyter_mlops.project.trace_rows import RowSearch, Searched, places
from jupyter_mlops.project.trace_seen import Held, seen


class Erasure(Record):
    """When a version lost the rows: the line of the ledger that says so."""

    line: int
    at: str
    actor: str


class Holding(Record):
    """A version that holds the rows, or held them until they were erased.

    Parameters
    ----------
    rows
        How many it holds now.
    """

    ref: SnapshotRef
    rows: int
    erased: Erasure | None = None


class Sighting(Record):
    """A model's version that saw the rows.

    Parameters
    ----------
    through
        The versions of data that it learnt from, or that what it learnt from was made from.
    is_certain
        False where a function made something else of them in between.
    """

    version: VersionRef
    through: tuple[SnapshotRef, ...]
    is_certain: bool


class Trace(Record):
    """Where some rows are, and what saw them.

    Parameters
    ----------
    columns
        By which columns they were told.
    subjects
        A keyed digest of each value, the same as in the proof of `forget`; it tells nobody anything.
    untold
        Versions and datasets in which the rows cannot be told.
    """

    dataset: DatasetName
    columns: tuple[str, ...]
    subjects: tuple[str, ...]
    holdings: tuple[Holding, ...]
    models: tuple[Sighting, ...]
    untold: tuple[str, ...] = ()

    def card(self) -> Card:
        """Show the versions with their rows, the models, and what was erased since."""
        holding = sum(item.rows > 0 for item in self.holdings)
        facts = (
            ("subject", ", ".join(self.subjects)),
            ("told by", ", ".join(self.columns)),
            ("models that saw it", ", ".join(_said(item) for item in self.models) or "none"),
        )
        rows = tuple((item.ref, f"{item.rows:,}", _erased(item.erased)) for item in self.holdings)
        notes = [f"{name}: the rows cannot be told there." for name in self.untold]
        names = dict.fromkeys(item.ref.partition("@")[0] for item in self.holdings if item.rows)
        steps = [f"%mlops forget {name} {shlex.quote(self.columns[0])} VALUE" for name in names]
        return Card(
            f"{_counted(holding, 'version')} of data {'holds' if holding == 1 else 'hold'} it, "
            f"{_counted(len(self.models), 'model')} saw it",
            "info",
            facts,
            ("version", "rows", "erased") if rows else (),
            rows,
            tuple(notes),
            (*steps[:1], *(f"%mlops lineage {item.version} --up" for item in self.models[:1])),
        )


@verb("trace", effect="read", long=True)
def trace(
    project: Project,
    name: DatasetName,
    column: Annotated[str, Field(description="The column that tells the rows, like email or a key.")],
    value: Values,
    *,
    where: Annotated[
        tuple[Value, ...],
        Field(description="A further column of the key, like month=3.", examples=["month=3"]),
    ] = (),
    also: Annotated[
        tuple[DatasetName, ...], Field(description="A further dataset with the same columns and values.")
    ] = (),
) -> Trace:
    """Tell which versions hold a row or a person's rows, which models saw them, and what was erased since."""
    names, key = [check_name(name), *map(check_name, also)], salt(project)
    values = frozenset(item.get_secret_value() for item in value)
    wanted = {column: values} | dict(_further(item.get_secret_value() for item in where))
    subjects = tuple(sorted(subject_of(key, item) for item in values))
    with project.store.read() as connection:
        derived = _derived(connection, names)
        inside, elsewhere = places(key, wanted, names, derived)
        versions = {item: tuple(reversed(catalogue.versions(connection, item))) for item in inside}
        erasures = _erasures(connection, subjects)
        whole = graph.read(connection)
    search = RowSearch()
    searched = [found for item in inside for found in search.through(project, versions[item], inside[item])]
    _require_columns(search, wanted)
    holdings = tuple(_holdings(searched, erasures))
    return Trace(
        dataset=names[0],
        columns=tuple(wanted),
        subjects=subjects,
        holdings=holdings,
        models=tuple(_sightings(whole, holdings, searched)),
        untold=(
            *(item.version.ref for item in searched if item.rows is None),
            *_gone(whole, inside, searched),
            *elsewhere,
        ),
    )


def _gone(whole: Graph, names: Iterable[str], searched: Iterable[Searched]) -> Iterator[str]:
    """Yield the versions that the ledger knows and that were pruned since."""
    there, wanted = {item.version.ref for item in searched}, set(names)
    for thing in whole.things:
        kind, _, ref = thing.partition(":")
        if kind == "snapshot" and ref not in there and split_reference(ref)[0] in wanted:
            yield ref


def _derived(connection: Connection, names: Sequence[str]) -> dict[tuple[str, int], Recipe]:
    known = catalogue.names(connection)
    for name in names:
        if name not in known:
            raise no_dataset(name, known)
    return {
        version: recipe
        for name in names
        for version, recipe in recipes.derived_from(connection, name).items()
    }


def _further(items: Iterable[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for item in items:
        column, equals, value = item.partition("=")
        if not equals or not column:
            raise Invalid("A further column of the key has no value.", hint="Write --where COLUMN=VALUE.")
        yield column, frozenset({value})


def _erasures(connection: Connection, subjects: Sequence[str]) -> Mapping[str, Erasure]:
    """Return what `forget` erased of these subjects last, by version; its proof names them by their digests."""
    where = (LEDGER.c.verb == "forget", LEDGER.c.outcome == "ok")
    found: dict[str, Erasure] = {}
    for event in ledger.entries(connection, where=where):
        if any(subject in event.reason for subject in subjects):
            found |= dict.fromkeys(_versions(event), Erasure(line=event.seq, at=event.at, actor=event.actor))
    return found


def _versions(event: AuditEvent) -> Iterator[str]:
    for reference in event.outputs:
        kind, _, ref = reference.partition(":")
        if kind == "snapshot":
            yield ref


def _holdings(searched: Iterable[Searched], erasures: Mapping[str, Erasure]) -> Iterator[Holding]:
    for item in searched:
        erased = erasures.get(item.version.ref)
        if item.rows or erased is not None:
            yield Holding(ref=item.version.ref, rows=item.rows or 0, erased=erased)


def _sightings(whole: Graph, holdings: Iterable[Holding], searched: Iterable[Searched]) -> Iterator[Sighting]:
    held = [Held(item.ref, item.rows > 0, item.erased.line if item.erased else None) for item in holdings]
    told = [item.version.ref for item in searched if item.rows is not None]
    for version, (through, is_certain) in seen(whole, held, told).items():
        yield Sighting(version=version, through=through, is_certain=is_certain)


def _require_columns(search: RowSearch, wanted: Iterable[str]) -> None:
    for column in wanted:
        if search.columns and column not in search.columns:
            raise NotFound(
                f"No version has a column {column!r}.", hint=did_you_mean(column, sorted(search.columns))
            )


def _said(item: Sighting) -> str:
    return f"{item.version} ({'' if item.is_certain else 'perhaps, '}through {', '.join(item.through)})"


def _erased(erased: Erasure | None) -> str:
    return f"{erased.at[:16].replace('T', ' ')} by {erased.actor}, line {erased.line}" if erased else ""


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
