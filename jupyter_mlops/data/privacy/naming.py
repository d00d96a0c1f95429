"""What the name of a column says about the persons in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Literal

from jupyter_mlops.data.privacy import words

Kind = Literal[
    "name", "email", "phone", "iban", "card", "national-id", "ip", "address", "birthday", "secret", "text"
]
_PART = re.compile(r"[a-z]+|[0-9]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST = 200


def said_kind(column: str) -> tuple[Kind, bool] | None:
    """Return what a column's name says that it holds, and whether it says so for sure.

    `first_name`, `FirstName`, `Vorname` and `prénom` all say a name; `name` alone may be anything's, and
    `phone_model` is none of a person's.
    """
    tokens = _tokens(column)
    runs = set(_runs(tokens))
    if not runs.isdisjoint(_otherwise()):
        return None
    for kind, is_sure, known in _known():
        if not runs.isdisjoint(known) and (is_sure or len(tokens) <= 2):
            return kind, is_sure
    return None


@cache
def given_names() -> frozenset[str]:
    """Return given names that are hardly ever anything else."""
    return frozenset(words.GIVEN.split())


def plain(text: str) -> str:
    """Return *text* in lower case and without accents; ß is ss."""
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(char for char in folded if not unicodedata.combining(char)).lower()


@cache
def _known() -> tuple[tuple[Kind, bool, frozenset[tuple[str, ...]]], ...]:
    """Return the phrases of each kind, those that are sure first; each also as one word."""
    lists: tuple[tuple[Kind, bool, str], ...] = (
        ("secret", True, words.SECRETS),
        ("birthday", True, words.BIRTHDAYS),
        ("national-id", True, words.NATIONAL_IDS),
        ("phone", True, words.PHONES),
        ("name", True, words.NAMES),
        ("address", True, words.ADDRESSES),
        ("name", False, words.NAMES_PERHAPS),
    )
    return tuple((kind, is_sure, _with_joined(words.phrases(text))) for kind, is_sure, text in lists)


def _with_joined(phrases: frozenset[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    return phrases | {("".join(phrase),) for phrase in phrases}


@cache
def _otherwise() -> frozenset[tuple[str, ...]]:
    return words.phrases(words.OTHERWISE)


def _tokens(column: str) -> tuple[str, ...]:
    split = _HUMP.sub(" ", column[:_LONGEST])
    return tuple(_PART.findall(plain(split)))


def _runs(tokens: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield every run of up to five tokens, and what it is as one word."""
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + 5, len(tokens)) + 1):
            yield tokens[start:end]
    yield ("".join(tokens),)
