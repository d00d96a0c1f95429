"""What a secret looks like where it is printed, quoted, escaped or encoded."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 4


def forms_of(value: str) -> set[str]:
    """Return the texts that give a secret away: itself, its longer lines, and what is likely to be made of them."""
    lines = [line.strip() for line in value.splitlines()]
    parts = {value, value.strip(), *(line for line in lines if len(line) >= 2 * SHORTEST)}
    return {form for part in parts for form in _forms(part) if len(form) >= SHORTEST}


def _forms(part: str) -> Iterator[str]:
    yield from (part, repr(part)[1:-1], json.dumps(part)[1:-1], html.escape(part))
    yield from (quote(part), quote(part, safe=""), quote_plus(part))
    content = part.encode("utf-8", "surrogatepass")
    yield from (content.hex(), content.hex().upper())
    yield from encodings(part)


def encodings(part: str) -> set[str]:
    """Return what *part* is in Base64, whatever stands around it."""
    content = part.encode("utf-8", "surrogatepass")
    found = {_within(content, offset) for offset in range(3)}
    return found | {text.replace("+", "-").replace("/", "_") for text in found}


def _within(content: bytes, offset: int) -> str:
    """Return what of *content* in Base64 does not depend on what stands before it, *offset* bytes, and after it."""
    encoded = base64.b64encode(bytes(offset) + content).decode()
    return encoded[-(-offset * 8 // 6) : (offset + len(content)) * 8 // 6]
