"""Values that look personal by themselves: their forms, as patterns that cost the same whatever the text.

The patterns run in RE2, through Arrow: its time grows with the length of the text and nothing else. What a
form cannot tell, a check digit does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from jupyter_mlops.data.privacy.check_digits import is_card, is_iban, is_ip, is_national_id
from jupyter_mlops.data.privacy.naming import Kind

_ENGLISH = (
    "street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|close|crescent|way|place|square"
)
_FRENCH = "rue|avenue|av\\.|boulevard|bd|place|chemin|all[ée]e|impasse|quai|cours|route|passage"
_STREETS = (
    r"^\d{1,5}[a-z]?,? (?:[\pL.'-]+ ){0,4}(?:" + _ENGLISH + r")\b",
    r"^[\pL. -]{2,40}(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer) {0,2}\d{1,4} ?[a-z]?\b",
    r"^\d{1,4} ?(?:bis|ter)?,? (?:" + _FRENCH + r")\b",
    r"^(?:calle|c/|avenida|avda?\.?|plaza|pza\.?|paseo|camino|carretera|ronda) .{0,80}\d",
    r"^(?:via|viale|piazza|piazzale|corso|largo|vicolo|strada|contrada) .{0,80}\d",
)
_PHONES = (
    r"^\+\d{1,3}[ .\-/()]{0,3}\d(?:[ .\-/()]{0,3}\d){5,13}(?: ?(?:x|ext\.?) ?\d{1,5})?$",
    r"^\(?\d{3}\)?[ .\-]{1,2}\d{3}[ .\-]\d{4}(?: ?(?:x|ext\.?) ?\d{1,5})?$",
    r"^\(?0\d{1,5}\)?[ ./\-]{1,3}\d{2,8}(?:[ .\-/]\d{2,6}){0,4}$",
    r"^[6-9]\d\d (?:\d{3} \d{3}|\d\d \d\d \d\d)$",
    r"^3\d\d[ .\-]?\d{3}[ .\-]?\d{3,4}$",
)
_TOKENS = (
    r"(?:AKIA|ASIA)[0-9A-Z]{16}",
    r"gh[pousr]_[A-Za-z0-9]{36}",
    r"github_pat_[A-Za-z0-9_]{22}",
    r"xox[abprs]-[A-Za-z0-9\-]{10}",
    r"sk-[A-Za-z0-9_\-]{20}",
    r"[sr]k_(?:live|test)_[A-Za-z0-9]{16}",
    r"AIza[0-9A-Za-z_\-]{35}",
    r"glpat-[A-Za-z0-9_\-]{20}",
    r"eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}",
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----",
)
_LONGEST_MAIL = 320
_DATE = re.compile(r"\d{1,4}[ ./-]\d{1,2}[ ./-]\d{1,4}")


@dataclass(frozen=True)
class Detector:
    """A kind of personal value.

    Parameters
    ----------
    whole
        RE2: what such a value looks like.
    check
        Tells it from what only looks so.
    inside
        RE2: what it looks like within a text, group `found`; empty where that says too little.
    """

    kind: Kind
    whole: str
    check: Callable[[str], bool] | None = None
    inside: str = ""


def is_phone(text: str) -> bool:
    """Tell whether digits are as many as a telephone number has, and no date."""
    digits = sum(char.isdigit() for char in text[:64])
    return 7 <= digits <= 15 and _DATE.fullmatch(text.strip()) is None


def _is_mail(text: str) -> bool:
    return len(text) <= _LONGEST_MAIL and not text.startswith(
        "git@"
    )  # which begins the address of a repository


def with_letters(pattern: str) -> str:
    r"""Spell out every `\pL` of a pattern's classes, roughly: RE2 compiles that a hundred times faster."""
    return pattern.replace(r"\pL", r"A-Za-z\x{80}-\x{10FFFF}")


def _any(*patterns: str) -> str:
    return with_letters("|".join(f"(?:{pattern})" for pattern in patterns))


DETECTORS: tuple[Detector, ...] = (
    Detector("secret", f"^(?:{_any(*_TOKENS)})", inside=f"(?P<found>{_any(*_TOKENS)})"),
    Detector(
        "email",
        with_letters(r"^[^\s@<>()\[\],;:\"]+@[\pL\d.\-]+\.[A-Za-z]{2,}$"),
        _is_mail,
        with_letters(r"(?P<found>[\pL\d._%+\-]+@[\pL\d.\-]+\.[A-Za-z]{2,})"),
    ),
    Detector("ip", r"^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]{2,39})$", is_ip),
    Detector(
        "iban",
        r"^[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}$",
        is_iban,
        r"\b(?P<found>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)\b",
    ),
    Detector("card", r"^\d(?:[ \-]?\d){12,18}$", is_card, r"\b(?P<found>\d(?:[ \-]?\d){12,18})\b"),
    Detector(
        "national-id",
        r"^[A-Za-z0-9][A-Za-z0-9 ./\-]{7,24}$",
        is_national_id,
        r"\b(?P<found>\d{3}-\d{2}-\d{4}|[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z])\b",
    ),
    Detector(
        "phone", _any(*_PHONES), is_phone, r"(?P<found>\+\d{1,3}[ .\-/()]{0,3}\d(?:[ .\-/()]{0,3}\d){7,12})"
    ),
    Detector("address", f"(?i){_any(*_STREETS)}"),
)
