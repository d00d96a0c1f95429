"""What a dossier has to answer: a list of points, each with the sections of a card that say something of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Template: TypeAlias = Literal["annex-iv", "generic"]


@dataclass(frozen=True)
class Asked:
    """One point.

    Parameters
    ----------
    number
        As the template numbers it.
    sections
        Keys of the card's sections that say something of it.
    needs_words
        Whether people must say something too: evidence alone answers it in part only.
    """

    number: str
    text: str
    sections: tuple[str, ...] = ()
    needs_words: bool = True


@dataclass(frozen=True)
class Form:
    """A template: its title, what it follows, and its points under their headings."""

    title: str
    source: str
    headings: dict[str, str]
    points: tuple[Asked, ...]


GENERIC = Form(
    "Model dossier",
    "A template of jupyter_mlops, for whoever has to answer for a model.",
    {},
    (
        Asked(
            "1",
            "What it is, who answers for it, and what it is for",
            ("identity", "provider", "purpose"),
            needs_words=False,
        ),
        Asked("2", "What it was trained on", ("training",), needs_words=False),
        Asked("3", "How it was trained", ("run", "parameters", "environment"), needs_words=False),
        Asked("4", "How good it is", ("evaluation", "metrics"), needs_words=False),
        Asked("5", "Where it fails, and whom it may harm", ("limitations", "evaluation")),
        Asked(
            "6",
            "Who let it serve, and on what grounds",
            ("gate", "approvals", "promotions"),
            needs_words=False,
        ),
        Asked("7", "How it changed", ("changes",), needs_words=False),
        Asked("8", "Where it came from", ("lineage",), needs_words=False),
        Asked("9", "Whether it is what was registered", ("origin",), needs_words=False),
        Asked("10", "How people oversee it"),
        Asked("11", "How it is watched once it serves"),
    ),
)
