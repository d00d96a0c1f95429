"""Write the card of a version from what is known of it; nothing is typed twice, and what is not known shows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from jupyter_mlops.core import call
from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import VersionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.cards import texts
from jupyter_mlops.models.cards.evidence import Evidence, gather
from jupyter_mlops.models.cards.section import Section
from jupyter_mlops.models.cards.sections import sections
from jupyter_mlops.models.safe import Origin
from jupyter_mlops.models.vulnerabilities import Vulnerabilities, vulnerabilities

Markdown = Annotated[bool, Field(description="Show the Markdown text, for a file or a model hub.")]

Vulnerable = Annotated[
    bool, Field(description="Also ask pip-audit what is known against its packages; that needs the network.")
]


class ModelCard(Record):
    """What is known of a version.

    Parameters
    ----------
    completeness
        Share of the sections that count and have no gap.
    metadata
        As model hubs read it, at the head of the text.
    text
        The card as Markdown.
    is_text
        Whether the text is to be shown.
    vulnerabilities
        What is known against its packages; None where nobody asked.
    """

    version: VersionRef
    completeness: float
    origin: Origin
    sections: tuple[Section, ...]
    metadata: dict[str, JsonValue]
    text: str
    is_text: bool = False
    vulnerabilities: Vulnerabilities | None = None

    @property
    def gaps(self) -> tuple[Section, ...]:
        """The sections that count and are not known."""
        return tuple(section for section in self.sections if section.gap and section.counts)

    def card(self) -> Card:
        """Show what is known of each section, and what would fill the gaps."""
        state: State = "failed" if self.origin.status == "altered" else "warning" if self.gaps else "ok"
        title = f"Card of {self.version}: {self.completeness:.0%} complete"
        if self.is_text:
            return Card(title, state, notes=tuple(self.text.split("\n\n")))
        rows = tuple(
            (section.title, section.gap or _short(section), section.fill) for section in self.sections
        )
        step = f"%mlops card {self.version} --markdown"
        columns = ("about", "what is known", "to fill the gap")
        notes = () if self.vulnerabilities is None else self.vulnerabilities.sentences
        return Card(title, state, columns=columns, rows=rows, notes=notes, next=(step,))


@verb("card", effect="read")
def card(
    project: Project, version: VersionRef, *, markdown: Markdown = False, vulnerable: Vulnerable = False
) -> ModelCard:
    """Write the card of a model version from evidence: data, run, scores, approvals; gaps show as gaps."""
    found = find(project, version)
    call.reads(f"version:{found.ref}", given=f"version:{version}")
    known = gather(project, found)
    packages = known.environment.packages if known.environment else ()
    told = vulnerabilities(packages) if vulnerable else None
    return card_of(known).model_copy(update={"is_text": markdown, "vulnerabilities": told})


def completeness(project: Project, version: ModelVersion) -> tuple[float, tuple[str, ...]]:
    """Return how complete a version's card is, from 0 to 1, and the titles of what it lacks: for a gate's check."""
    found = card_of(gather(project, version))
    return found.completeness, tuple(section.title for section in found.gaps)


def card_of(found: Evidence) -> ModelCard:
    """Return the card that evidence makes."""
    made = sections(found)
    counting = [section for section in made if section.counts]
    known = sum(not section.gap for section in counting)
    metadata = texts.metadata(found)
    return ModelCard(
        version=found.version.ref,
        completeness=round(known / len(counting), 4),
        origin=found.origin,
        sections=made,
        metadata=metadata,
        text=texts.markdown(found.version.ref, metadata, made),
    )


def _short(section: Section) -> str:
    said = [f"{name} {value}".strip() for name, value in section.facts]
    said += [" ".join(part for part in row[:3] if part) for row in section.rows]
    return ", ".join(said)
