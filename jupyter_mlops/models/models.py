"""List the registered models."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import ModelName
from jupyter_mlops.core.verb import verb
from jupyter_mlops.models.alias import no_model, ranked
from jupyter_mlops.models.tags import ESTIMATOR, NOTE, SNAPSHOTS


class Models(Record):
    """Versions of models, newest first.

    Parameters
    ----------
    total
        How many there are, shown or not.
    """

    name: str | None
    versions: tuple[ModelVersion, ...]
    total: int
    next_page: int | None = None

    def card(self) -> Card:
        """Show a table, or how to register the first model."""
        if not self.versions:
            step = "%mlops register model churn"
            return Card(
                "No models yet", "info", notes=("Register an estimator that you have fitted.",), next=(step,)
            )
        title = f"Versions of {self.name}" if self.name else "Models"
        more = f"{len(self.versions)} of {self.total}; more with --page {self.next_page}"
        return Card(
            title,
            "info",
            columns=("version", "aliases", "when", "class", "run", "data", "note"),
            rows=tuple(_row(version) for version in self.versions),
            notes=(more,) if self.next_page else (),
            next=(f"%mlops show {self.versions[0].ref}",),
        )


@verb("models", effect="read")
def models(
    project: Project,
    name: ModelName | None = None,
    *,
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many versions to show.")] = 20,
    page: Annotated[int, Field(ge=1, le=1_000_000, description="Which page, from 1.")] = 1,
) -> Models:
    """List the registered models and their versions, or those of one model, newest first."""
    found = project.tracker.versions(name)
    if name is not None and not found:
        raise no_model(project, name)
    end = page * limit
    following = page + 1 if end < len(found) else None
    shown = tuple(found[end - limit : end])
    return Models(name=name, versions=shown, total=len(found), next_page=following)


def _row(version: ModelVersion) -> tuple[str, ...]:
    return (
        version.ref,
        ", ".join(ranked(version.aliases)),
        f"{version.created_at:%Y-%m-%d %H:%M}",
        version.tags.get(ESTIMATOR, "").rpartition(".")[2],
        version.run or "",
        version.tags.get(SNAPSHOTS, ""),
        version.tags.get(NOTE, ""),
    )
