"""Answer a template's points from evidence: every statement with the ledger's lines that it stands on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from sqlalchemy import Text, cast, select

from jupyter_mlops.core.ledger import LEDGER
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import ModelName
from jupyter_mlops.models.cards.evidence import Evidence, Line, line_of
from jupyter_mlops.models.cards.section import STATED, Facts, Rows, Section, cited
from jupyter_mlops.models.dossiers.template import Asked, Form

State: TypeAlias = Literal["answered", "partly", "gap"]
_ROWS = 40


class Statement(Record):
    """What is said, where it is known from, and the numbers and digests of the ledger's lines that say so.

    Parameters
    ----------
    text
        What people said, in their words.
    title, facts, columns, rows
        What evidence says: facts by name, and a table.
    more
        How many rows the table leaves out.
    """

    text: str = ""
    title: str = ""
    facts: Facts = ()
    columns: tuple[str, ...] = ()
    rows: Rows = ()
    more: int = 0
    source: str
    lines: tuple[tuple[int, str], ...] = ()

    @property
    def known_from(self) -> str:
        """Where it is known from, as a sentence."""
        return (
            f"Known from {self.source}." if not self.text else f"{self.source[:1].upper()}{self.source[1:]}."
        )


class Point(Record):
    """One point of a template.

    Parameters
    ----------
    gaps
        What is not known, a sentence each.
    fill
        What would fill them, one way each.
    """

    number: str
    heading: str
    text: str
    state: State
    statements: tuple[Statement, ...] = ()
    gaps: tuple[str, ...] = ()
    fill: tuple[str, ...] = ()


def answer(form: Form, found: Evidence, sections: Mapping[str, Section]) -> tuple[Point, ...]:
    """Return all points, each answered as far as it is known."""
    return tuple(_point(form, asked, found, sections) for asked in form.points)


def changes(project: Project, name: ModelName) -> tuple[Section, tuple[Line, ...]]:
    """Return what happened to a model through its life, and the lines that say so."""
    made = cast(LEDGER.c.outputs, Text).contains(f'"version:{name}@', autoescape=True)
    verbs = LEDGER.c.verb.in_(("register", "promote", "rollback"))
    query = select(LEDGER).where(made, verbs, LEDGER.c.outcome == "ok").order_by(LEDGER.c.seq)
    with project.store.read() as connection:
        lines = tuple(line_of(row) for row in connection.execute(query).mappings())
    rows = tuple(
        (line.at[:16].replace("T", " "), line.actor, line.verb, _things(line), line.note) for line in lines
    )
    columns = ("when", "who", "verb", "what", "why")
    if rows:
        source, told = "the ledger", cited(*lines)
        return Section(
            key="changes", title="Changes", columns=columns, rows=rows, source=source, lines=told
        ), lines
    gap, fill = "the ledger knows of no change", "Register and promote versions through this project."
    return Section(key="changes", title="Changes", gap=gap, fill=fill), lines


def _things(line: Line) -> str:
    things = ", ".join(thing.partition(":")[2] for thing in line.outputs if thing.startswith("version:"))
    return f"{things} → {line.alias}" if line.alias else things


def _point(form: Form, asked: Asked, found: Evidence, sections: Mapping[str, Section]) -> Point:
    used = [sections[key] for key in asked.sections if key in sections]
    statements = [_stated(asked, found), *(_statement(section) for section in used if not section.gap)]
    said = tuple(item for item in statements if item is not None)
    gaps = [f"{section.title}: {section.gap}." for section in used if section.gap]
    fill = [section.fill for section in used if section.gap and section.fill]
    if asked.needs_words and statements[0] is None:
        gaps.append(
            "Nobody has said anything of it that evidence cannot know." if said else "Nothing is known."
        )
        fill.append(f'Write "{asked.number}" = "…" under [points] in {found.stated.file}.')
    return Point(
        number=asked.number,
        heading=form.headings.get(asked.number.partition("(")[0], ""),
        text=asked.text,
        state="answered" if not gaps else "partly" if said else "gap",
        statements=said,
        gaps=tuple(gaps),
        fill=tuple(dict.fromkeys(fill)),
    )


def _stated(asked: Asked, found: Evidence) -> Statement | None:
    text = found.stated.points.get(asked.number, "")
    source = f"{STATED}{found.stated.file} (SHA-256 {found.stated.digest[:12]}); no evidence knows it"
    return Statement(text=text, source=source) if text else None


def _statement(section: Section) -> Statement:
    is_stated = section.source.startswith(STATED)
    return Statement(
        text="\n".join(value for _, value in section.facts) if is_stated else "",
        title=section.title,
        facts=() if is_stated else section.facts,
        columns=section.columns,
        rows=section.rows[:_ROWS],
        more=max(0, len(section.rows) - _ROWS),
        source=section.source,
        lines=section.lines,
    )


def tally(points: Iterable[Point]) -> str:
    """Say how many points are answered, in part, and not at all."""
    count = Counter(point.state for point in points)
    return (
        f"{count['answered']} of {count.total()} points are answered, "
        f"{count['partly']} in part, {count['gap']} not at all."
    )


class Repeats:
    """Tell at which point a statement was made first: what several points ask for is said in full once."""

    def __init__(self) -> None:
        self._first: dict[Statement, str] = {}

    def before(self, said: Statement, number: str) -> str:
        """Return the number of an earlier point that says the same; nothing where this is the first."""
        first = self._first.setdefault(said, number)
        return first if first != number and (said.facts or said.rows) else ""
