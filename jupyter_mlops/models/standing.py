"""Hold where aliases point against where the ledger pointed them: what was moved outside shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Alias, ModelName
from jupyter_mlops.models.history import moves, names, trails


@dataclass(frozen=True)
class Standing:
    """Where one alias of a model points.

    Parameters
    ----------
    version
        Where the registry has it; None where it has none.
    recorded
        Where the ledger has it; None where it knows of no promotion.
    """

    model: ModelName
    alias: Alias
    version: int | None
    recorded: int | None

    @property
    def is_foreign(self) -> bool:
        """Whether somebody moved it outside this project."""
        return self.version != self.recorded

    def __str__(self) -> str:
        known = (
            "the ledger knows of no promotion"
            if self.recorded is None
            else f"the ledger has it at {self.model}@{self.recorded}"
        )
        if self.version is None:
            return f"{self.alias} of {self.model} was removed outside this project: {known}."
        return f"{self.alias} points at {self.model}@{self.version}, moved outside this project: {known}."


def standings(project: Project, name: ModelName | None = None) -> list[Standing]:
    """Return where the aliases of *name* stand, or those of every model of this project: one question to the registry."""
    pointing = {
        (model, alias): number
        for model, aliases in project.tracker.aliases(name).items()
        for alias, number in aliases.items()
    }
    recorded = _recorded(project, name)
    if name is None and project.settings.tracking_uri:  # others keep theirs in that store too
        heard_of = _registered(project) | {model for model, _ in recorded}
        pointing = {key: number for key, number in pointing.items() if key[0] in heard_of}
    keys = {**recorded, **pointing}
    return [Standing(*key, pointing.get(key), recorded.get(key)) for key in keys]


def recorded_standings(project: Project) -> list[Standing]:
    """Return where the ledger has every alias, for when the registry does not answer."""
    return [Standing(*key, number, number) for key, number in _recorded(project, None).items()]


def strays(project: Project, name: ModelName) -> list[str]:
    """Return in words which aliases of a model are not where the ledger pointed them."""
    return [str(item) for item in standings(project, name) if item.is_foreign]


def _recorded(project: Project, name: ModelName | None) -> Mapping[tuple[ModelName, Alias], int]:
    found = trails(moves(project, name)).items()
    return {key: steps[-1] for key, steps in found if name in {None, key[0]}}


def _registered(project: Project) -> set[ModelName]:
    query = select(LEDGER.c.outputs).where(LEDGER.c.verb == "register", LEDGER.c.outcome == "ok")
    with project.store.read() as connection:
        return {model for outputs in connection.execute(query).scalars() for model in names(outputs)}
