"""Put together the compliance dossier of a model, as far as evidence goes; what is not known shows."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field

from jupyter_mlops.core import call, durable
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import VersionRef, split_reference
from jupyter_mlops.core.verb import verb
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.cards.evidence import Line, gather
from jupyter_mlops.models.cards.sections import sections
from jupyter_mlops.models.dossiers.points import Point, answer, changes
from jupyter_mlops.models.dossiers.template import GENERIC, Form, Template
from jupyter_mlops.models.history import DEFAULT
from jupyter_mlops.models.new_file import new_file

Points = Annotated[
    Template, Field(description="Points to answer: Annex IV of the EU AI Act, or our own generic ones.")
]
To = Annotated[Literal["html", "pdf"] | None, Field(description="Write it in this form, to file.")]
File = Annotated[str, Field(description="With to: a new file of the project.")]
_STATES = {"answered": "✓ answered", "partly": "! partly", "gap": "✗ gap"}


class Dossier(Record):
    """The points of a template, answered from evidence.

    Parameters
    ----------
    title, source
        What it is, and what its points follow.
    as_of
        When the newest of its lines was written; empty without a line.
    lines
        The ledger's lines that its statements stand on.
    file
        Where it was written to.
    """

    version: VersionRef
    template: Template
    title: str
    source: str
    as_of: str
    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    file: str | None = None

    def card(self) -> Card:
        """Show how far each point is answered, and what would fill its gaps."""
        count = Counter(point.state for point in self.points)
        title = f"Dossier of {self.version}: {count['answered']} of {len(self.points)} points answered"
        more = f"{count['partly']} in part, {count['gap']} not at all"
        rows = tuple(
            (point.number, point.text, _STATES[point.state], " ".join(point.fill)) for point in self.points
        )
        facts = (("follows", self.source), ("else", more), ("wrote", self.file or ""))
        return Card(
            title,
            "ok" if count["answered"] == len(self.points) else "warning",
            facts=tuple(fact for fact in facts if fact[1]),
            columns=("point", "asks", "state", "to fill the gap"),
            rows=rows,
            next=() if self.file else (f"%mlops dossier {self.version} --to html",),
        )


@verb("dossier", effect="read")
def dossier(
    project: Project,
    model: VersionRef,
    *,
    template: Points = "annex-iv",
    to: To = None,
    file: File = "",
) -> Dossier:
    """Answer the points of a compliance template from evidence: EU AI Act, Annex IV, or a generic one."""
    version = _version(project, model)
    call.reads(f"version:{version.ref}", given=f"version:{model}")
    made = _dossier(project, version, template)
    if to is None:
        return made
    path = new_file(project, file or f"{version.name}-{version.version}-{template}.{to}")
    durable.write(path, _drawn(made, to))
    return made.model_copy(update={"file": path.relative_to(project.root.resolve()).as_posix()})


def _version(project: Project, model: VersionRef) -> ModelVersion:
    """Return the version that is meant: of a bare name the champion, as that is what people meet."""
    name, selector = split_reference(model)
    if selector is None:
        try:
            return project.tracker.resolve(f"{name}@{DEFAULT}")
        except NotFound:
            pass  # nothing serves yet: its last version is meant
    return find(project, model)


def _dossier(project: Project, version: ModelVersion, template: Template) -> Dossier:
    form, found = _form(template), gather(project, version)
    changed, told = changes(project, version.name)
    known = {section.key: section for section in (*sections(found), changed)}
    points = answer(form, found, known)
    numbers = {seq for point in points for said in point.statements for seq, _ in said.lines}
    lines = {line.seq: line for line in (*found.lines, *told) if line.seq in numbers}
    return Dossier(
        version=version.ref,
        template=template,
        title=form.title,
        source=form.source,
        as_of=max((line.at for line in lines.values()), default=""),
        points=points,
        lines=tuple(lines[seq] for seq in sorted(lines)),
    )


def _form(template: Template) -> Form:
    from jupyter_mlops.models.dossiers.annex import ANNEX_IV

    return ANNEX_IV if template == "annex-iv" else GENERIC


def _drawn(made: Dossier, to: Literal["html", "pdf"]) -> bytes:
    from jupyter_mlops.models.dossiers import page, paper

    return page.draw(made) if to == "html" else paper.draw(made)
