"""What becomes of one value: a keyed hash, nothing, something coarser, or another value of the same form."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.data.privacy.naming import Kind
from jupyter_mlops.data.privacy.salt import keyed

if TYPE_CHECKING:
    import pandas as pd

How = Literal["hash", "redact", "generalise", "keep-format"]

REDACTED = "***"
_HASH_DIGITS = 20
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAYS = 365
_LEAST = 1e-300


def hashed(salt: bytes, text: str) -> str:
    """Return 80 bits of a keyed hash: equal values stay equal, and only the salt's owner can try them out."""
    return keyed(salt, text).hex()[:_HASH_DIGITS]


def in_same_form(salt: bytes, text: str) -> str:
    """Return another text of the same form: a digit for a digit, a letter for a letter, all else as it is."""
    stream = _stream(salt, text)
    return "".join(_alike(char, stream) for char in text)


def as_long(salt: bytes, number: int) -> int:
    """Return another whole number with as many digits, of the same sign."""
    digits = str(abs(number))
    stream = _stream(salt, digits)
    first = next(stream) % 9 + 1 if number else 0
    return int(f"{first}{''.join(str(next(stream) % 10) for _ in digits[1:])}") * (-1 if number < 0 else 1)


def within_year(salt: bytes, moment: pd.Timestamp) -> pd.Timestamp:
    """Return another day of the same year, at the same time by the clock."""
    import pandas as pd

    day = int.from_bytes(keyed(salt, moment.isoformat())[:4], "big") % _DAYS
    wall = moment.tz_localize(None)
    found = wall.replace(month=1, day=1) + pd.Timedelta(days=day)
    return found.tz_localize(moment.tz, nonexistent="shift_forward", ambiguous=True)


def generalised(text: str, kind: Kind | None) -> str:
    """Return what may still be said of a value of a kind: a domain, a country, a network, a year, an initial."""
    return _COARSER.get(kind or "", _initial)(text)


def width_of(spread: float) -> float:
    """Return the power of ten that cuts a range of numbers in about ten."""
    return 10.0 ** round(math.log10(spread / 10)) if _LEAST < spread < math.inf else 1.0


def _stream(salt: bytes, text: str) -> Iterator[int]:
    """Yield bytes that depend on the salt and on the whole text."""
    turn = 0
    while True:
        yield from keyed(salt, f"{turn}:{text}")
        turn += 1


def _alike(char: str, stream: Iterator[int]) -> str:
    if char.isdigit():
        return string.digits[next(stream) % 10]
    if char.isalpha():
        return (string.ascii_uppercase if char.isupper() else string.ascii_lowercase)[next(stream) % 26]
    return char


def _initial(text: str) -> str:
    return f"{text.strip()[:1]}…"


def _network(text: str) -> str:
    return ":".join(text.split(":")[:3]) + "::" if ":" in text else ".".join(text.split(".")[:3]) + ".0"


def _year(text: str) -> str:
    found = _YEAR.search(text)
    return found[0] if found else REDACTED


_COARSER: dict[str, Callable[[str], str]] = {
    "email": lambda text: f"…@{text.rpartition('@')[2]}",
    "phone": lambda text: f"{text[:3]}…" if text.startswith("+") else "…",
    "iban": lambda text: f"{text[:2]}…",
    "card": lambda text: f"…{text[-4:]}",
    "ip": _network,
    "address": lambda text: re.sub(r"\d+ ?[a-z]?\b", "…", text),
    "birthday": _year,
    "national-id": lambda _: REDACTED,
    "secret": lambda _: REDACTED,
}
