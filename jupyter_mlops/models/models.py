"""List the registered models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from pydantic import Field

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import Alias
from jupyter_mlops.core.verb import verb
from jupyter_mlops.models import tags
from jupyter_mlops.models.alias import no_model, ranked
from jupyter_mlops.models.history import Judged, judged
from jupyter_mlops.models.pattern import ModelPattern, fits, is_pattern
from jupyter_mlops.models.tags import ESTIMATOR, NOTE, OWNER, SNAPSHOTS

Sort = Literal["newest", "oldest", "name", "owner"]
Verdict = Literal["passed", "failed", "unknown", "none"]
_ORDERS: dict[Sort, tuple[Callable[[ModelVersion], tuple[object, ...]], bool]] = {
    "newest": (lambda version: (version.created_at, version.version), True),
    "oldest": (lambda version: (version.created_at, version.version), False),
    "name": (lambda version: (version.name, -version.version), False),
    "owner": (lambda version: (version.tags.get(OWNER, ""), version.name, -version.version), False),
}


class Group(Record):
    """Versions that have something in common."""

    name: str
    models: int
    versions: int
    serving: int


class Models(Record):
    """Versions of models, newest first.

    Parameters
    ----------
    name
        The name or pattern that was asked for.
    total
        How many there are, shown or not.
    groups
        How many each group has, when groups were asked for; no versions then.
    """

    name: str | None
    versions: tuple[ModelVersion, ...]
    total: int
    next_page: int | None = None
    grouped_by: str = ""
    groups: tuple[Group, ...] = ()

    def card(self) -> Card:
        """Show a table, or how to register the first model."""
        if self.groups:
            return self._groups()
        if not self.versions:
            return self._nothing()
        title = f"Versions of {self.name}" if self.name else "Models"
        more = f"{len(self.versions)} of {self.total}; more with --page {self.next_page}"
        return Card(
            title,
            "info",
            columns=("version", "aliases", "when", "class", "run", "data", "owner", "tags", "note"),
            rows=tuple(_row(version) for version in self.versions),
            notes=(more,) if self.next_page else (),
            next=(f"%mlops show {self.versions[0].ref}",),
        )

    def _nothing(self) -> Card:
        if self.total:
            return Card(
                f"There are {self.total} versions, and none on this page", "info", next=("%mlops models",)
            )
        said = "None is registered yet, or none fits what you asked for."
        return Card("No models", "info", notes=(said,), next=("%mlops register model churn", "%mlops models"))

    def _groups(self) -> Card:
        rows = tuple(
            (item.name, str(item.models), str(item.versions), str(item.serving)) for item in self.groups
        )
        more = f"{len(rows)} of {self.total}; more with --page {self.next_page}"
        return Card(
            f"Models by {self.grouped_by}",
            "info",
            columns=(self.grouped_by, "models", "versions", "champions"),
            rows=rows,
            notes=(more,) if self.next_page else (),
        )


@verb("models", effect="read")
def models(
    project: Project,
    name: ModelPattern | None = None,
    *,
    owner: Annotated[str, Field(description="Only those that this person answers for.")] = "",
    tag: Annotated[
        tuple[str, ...], Field(description="Only those with this tag, like team=payments or team.")
    ] = (),
    alias: Annotated[Alias | None, Field(description="Only those that this alias points at.")] = None,
    verdict: Annotated[
        Verdict | None, Field(description="Only those of which a gate said this last; none: never judged.")
    ] = None,
    latest: Annotated[bool, Field(description="Only the newest version of each model.")] = False,
    group: Annotated[
        str, Field(description="Count instead: by model, owner, alias, or a tag's key.", max_length=250)
    ] = "",
    sort: Annotated[Sort, Field(description="What comes first.")] = "newest",
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many to show.")] = 20,
    page: Annotated[int, Field(ge=1, le=1_000_000, description="Which page, from 1.")] = 1,
) -> Models:
    """List the registered models and their versions, or those that fit a name and what else is asked."""
    bare = frozenset(text.strip() for text in tag if "=" not in text)
    found = _filtered(_named(project, name), owner, tags.parsed(tag), bare, alias)
    if verdict is not None:
        known = judged(project)
        found = [item for item in found if known.get(item.ref, Judged("none", "")).verdict == verdict]
    if latest:
        found = _latest(found)
    key, is_reversed = _ORDERS[sort]
    found.sort(key=key, reverse=is_reversed)
    return _paged(name, found, group, (page - 1) * limit, limit)


def _paged(name: str | None, found: list[ModelVersion], group: str, begin: int, limit: int) -> Models:
    """Return a page of versions, or of groups where they were asked for."""
    groups = _grouped(found, group) if group else []
    end, total = begin + limit, len(groups if group else found)
    return Models(
        name=name,
        versions=() if group else tuple(found[begin:end]),
        total=total,
        next_page=end // limit + 1 if end < total else None,
        grouped_by=group,
        groups=tuple(groups[begin:end]),
    )


def _named(project: Project, name: str | None) -> Sequence[ModelVersion]:
    if name is not None and not is_pattern(name):
        found = project.tracker.versions(name)
        if not found:
            raise no_model(project, name)
        return found
    every = project.tracker.versions()
    kept = every if name is None else [item for item in every if fits(item.name, name)]
    if name is not None and not kept:
        raise NotFound(f"No model is called like {name!r}.", hint="List them with `%mlops models`.")
    return kept


def _filtered(
    found: Sequence[ModelVersion], owner: str, wanted: dict[str, str], bare: frozenset[str], alias: str | None
) -> list[ModelVersion]:
    return [
        item
        for item in found
        if (not owner or item.tags.get(OWNER) == owner)
        and (alias is None or alias in item.aliases)
        and all(
            key in item.tags and (key in bare or item.tags[key] == value) for key, value in wanted.items()
        )
    ]


def _latest(found: Sequence[ModelVersion]) -> list[ModelVersion]:
    newest: dict[str, ModelVersion] = {}
    for item in found:
        if item.name not in newest or newest[item.name].version < item.version:
            newest[item.name] = item
    return list(newest.values())


def _grouped(found: Sequence[ModelVersion], group: str) -> list[Group]:
    members: dict[str, list[ModelVersion]] = {}
    for item in found:
        for name in _groups_of(item, group):
            members.setdefault(name, []).append(item)
    groups = [
        Group(
            name=name,
            models=len({item.name for item in items}),
            versions=len(items),
            serving=sum("champion" in item.aliases for item in items),
        )
        for name, items in members.items()
    ]
    return sorted(groups, key=lambda item: (-item.versions, item.name))


def _groups_of(version: ModelVersion, group: str) -> Sequence[str]:
    if group == "model":
        return (version.name,)
    if group == "alias":
        return version.aliases or ("—",)
    return (version.tags.get(OWNER if group == "owner" else group, "—"),)


def _row(version: ModelVersion) -> tuple[str, ...]:
    own = tags.own(version.tags)
    return (
        version.ref,
        ", ".join(ranked(version.aliases)),
        f"{version.created_at:%Y-%m-%d %H:%M}",
        version.tags.get(ESTIMATOR, "").rpartition(".")[2],
        version.run or "",
        version.tags.get(SNAPSHOTS, ""),
        version.tags.get(OWNER, ""),
        ", ".join(f"{key}={value}" for key, value in own.items()),
        version.tags.get(NOTE, ""),
    )
