"""Erase a person's rows from every version of a dataset, and leave a proof that does not name the person."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import DatasetName, SnapshotRef, check_name
from jupyter_mlops.core.verb import did_you_mean, verb
from jupyter_mlops.data.erasure.persons import Search, subject_of, targets
from jupyter_mlops.data.erasure.rewrite import Rewritten, Without, rewrite_all
from jupyter_mlops.data.privacy.salt import salt
from jupyter_mlops.data.versions import catalogue, facts, recipes
from jupyter_mlops.data.versions.recipes import Recipe
from jupyter_mlops.data.versions.resolve import no_dataset

_TURNS = 20

Value = Annotated[
    SecretStr, BeforeValidator(lambda value: value if isinstance(value, SecretStr) else str(value))
]
Values = Annotated[
    tuple[Value, ...],
    BeforeValidator(lambda values: values if isinstance(values, list | tuple) else [values]),
    Field(min_length=1, description="Whose rows: what the column holds in them. It is written down nowhere."),
]


class ErasedVersion(Record):
    """A version that lost rows.

    Parameters
    ----------
    before, after
        The digest of its content.
    """

    ref: SnapshotRef
    rows: int
    before: str
    after: str


class Forgotten(Record):
    """What was erased.

    Parameters
    ----------
    subjects
        A keyed digest of each value: here the same for the same value, and it tells nobody anything.
    versions
        Those that lost rows; the others had none.
    elsewhere
        Datasets made from these, in which rows cannot be told apart by the column.
    copies
        Datasets with a version of the very content that lost rows here: they still hold them.
    """

    dataset: DatasetName
    column: str
    subjects: tuple[str, ...]
    versions: tuple[ErasedVersion, ...]
    elsewhere: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows went, of all versions."""
        return sum(item.rows for item in self.versions)

    @property
    def proof(self) -> str:
        """What the ledger keeps."""
        changes = [(item.ref, item.rows, item.before[:12], item.after[:12]) for item in self.versions]
        lost = "; ".join(f"{ref} lost {rows} ({before} → {after})" for ref, rows, before, after in changes)
        who = ", ".join(self.subjects)
        return f"erased by {self.column}, keyed digest {who}: {lost or 'no row was left'}"

    def card(self) -> Card:
        """Say what went, what may be left elsewhere, and how to prove it."""
        notes = [f"{name} was made from it and may still tell of the subject." for name in self.elsewhere]
        notes += [f"{name} had the same content and still holds the rows." for name in self.copies]
        notes.append("Models trained on these versions have seen the rows, and notebooks may show them.")
        again = [f"%mlops derive {name} --again" for name in self.elsewhere]
        again += [f"%mlops forget {name} {shlex.quote(self.column)} VALUE" for name in self.copies]
        versions = len({item.ref for item in self.versions})
        return Card(
            f"Erased {self.rows:,} rows from {versions} versions"
            if self.rows
            else "No row was left to erase",
            "warning" if self.elsewhere or self.copies else "ok" if self.rows else "info",
            (("subject", ", ".join(self.subjects)), ("column", self.column)),
            columns=("version", "rows", "content before", "content now") if self.versions else (),
            rows=tuple(
                (item.ref, str(item.rows), item.before[:12], item.after[:12]) for item in self.versions
            ),
            notes=tuple(notes),
            next=(*again, "%mlops verify", f"%mlops history {self.dataset}"),
        )


@verb("forget", effect="write", role="admin", long=True)
def forget(
    project: Project,
    name: DatasetName,
    column: Annotated[str, Field(description="The column that tells whose rows they are, like email.")],
    value: Values,
    *,
    also: Annotated[
        tuple[DatasetName, ...], Field(description="A further dataset with the same column and values.")
    ] = (),
) -> Forgotten:
    """Erase a person's rows from every version of a dataset and of its masked copies, and prove it."""
    name, key = check_name(name), salt(project)
    values = frozenset(item.get_secret_value() for item in value)
    with project.store.read() as connection:
        known = catalogue.names(connection)
        for item in (name, *also):
            if item not in known:
                raise no_dataset(item, known)
        derived = recipes.derived_from(connection, name)
    search = Search(column)
    wanted, elsewhere = targets(key, column, values, [name, *also], derived)
    made = _rewritten(project, {item: search.without(tokens) for item, tokens in wanted.items()})
    if not search.has_seen:
        raise NotFound(
            f"No version of {name} has a column {column!r}.", hint=did_you_mean(column, search.columns)
        )
    _settle(project, made, set(wanted))
    found = Forgotten(
        dataset=name,
        column=column,
        subjects=tuple(sorted(subject_of(key, item) for item in values)),
        versions=tuple(_version(item) for item in made if item.rows),
        elsewhere=tuple(elsewhere),
        copies=_copies(project, made, set(wanted)),
    )
    call.because(found.proof)
    return found


def _rewritten(project: Project, datasets: Mapping[str, Without]) -> list[Rewritten]:
    """Rewrite the datasets; whoever else is at work is waited for."""
    for _ in range(_TURNS):
        try:
            return rewrite_all(project, datasets)
        except Conflict:
            under_way = call.current.get()
            if under_way is not None and under_way.connection is not None:
                raise  # the change had begun
            if progress.is_cancelled():
                raise
    return rewrite_all(project, datasets)


def _settle(project: Project, made: Sequence[Rewritten], rewritten: Collection[str]) -> None:
    """Let the recipes of masked copies name the content that their sources have now."""
    digests = {item.after.ref: item.after.digest for item in made if item.rows}
    if not digests:
        return
    with project.change() as connection:
        for (dataset, version), fact in facts.of_kind(connection, "recipe").items():
            recipe = Recipe.model_validate(fact)
            if dataset not in rewritten or not any(source.ref in digests for source in recipe.sources):
                continue
            sources = tuple(
                source.model_copy(update={"digest": digests.get(source.ref, source.digest)})
                for source in recipe.sources
            )
            changed = recipe.model_copy(update={"sources": sources})
            facts.put(connection, dataset, version, "recipe", changed.wire())


def _copies(project: Project, made: Sequence[Rewritten], rewritten: Collection[str]) -> tuple[str, ...]:
    """Return the other datasets that hold what the rewritten versions held."""
    digests = {item.before.digest for item in made if item.rows}
    with project.store.read() as connection:
        others = [item for item in catalogue.every(connection) if item.dataset not in rewritten]
    return tuple(dict.fromkeys(item.dataset for item in others if item.digest in digests))


def _version(item: Rewritten) -> ErasedVersion:
    return ErasedVersion(
        ref=item.after.ref, rows=item.rows, before=item.before.digest, after=item.after.digest
    )
