"""Keep secrets and personal data out of a run's record, and count what was masked."""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass, field

from jupyter_mlops.core.redact import redact
from jupyter_mlops.data.privacy.detect import DETECTORS

_KINDS = frozenset(["secret", "iban", "card", "national-id"])
# Python's expressions, unlike those of Arrow, must not look for the end of a word from each of its letters.
_MAIL = re.compile(r"(?<![\w.%+\-])(?P<found>[\w.%+\-]{1,64}@[\w.\-]{1,200}\.[A-Za-z]{2,24})(?!\w)")
_WIDE = re.compile(r"\\x\{([0-9A-Fa-f]+)\}")
_MASK = "***"


@dataclass
class Mask:
    """Mask texts one after the other.

    Parameters
    ----------
    counts
        How many values of each kind were masked.
    """

    counts: Counter[str] = field(default_factory=Counter)

    def text(self, text: str) -> str:
        """Return *text* without what is secret or personal."""
        clean = redact(text)
        if clean != text:
            self.counts["secret"] += max(1, clean.count(_MASK) - text.count(_MASK))
        for kind, pattern, check in _patterns():
            clean = pattern.sub(functools.partial(self._masked, kind, check), clean)
        return clean

    def value(self, value: object) -> object:
        """Return a value of JSON with its texts masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def notice(self) -> str:
        """Say what was masked; nothing when nothing was."""
        if not self.counts:
            return ""
        said = ", ".join(f"{count} of kind {kind}" for kind, count in sorted(self.counts.items()))
        return f"Masked in the run's record: {said}."

    def _masked(self, kind: str, check: object, found: re.Match[str]) -> str:
        before = found.string[found.start() - 1 : found.start()]
        if before in {".", "_"} and kind == "card":
            return found[0]  # the digits of a number, not of a card
        if callable(check) and not check(found["found"]):
            return found[0]
        self.counts[kind] += 1
        return found[0].replace(found["found"], _MASK)


@functools.lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str], object], ...]:
    """Return the detectors' patterns as Python reads them."""
    mail = next(item.check for item in DETECTORS if item.kind == "email")
    others = tuple(
        (item.kind, re.compile(_WIDE.sub(lambda code: f"\\U{int(code[1], 16):08x}", item.inside)), item.check)
        for item in DETECTORS
        if item.inside and item.kind in _KINDS
    )
    return (*others, ("email", _MAIL, mail))
