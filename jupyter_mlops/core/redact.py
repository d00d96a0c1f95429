"""Keep secrets out of what is written down."""

from __future__ import annotations

import os
import re

_MASK = "***"
_NAMED = re.compile(
    r"((?:password|passwd|secret|token(?!i[sz]|s\b)|api[_-]?key|access[_-]?key|credential)[\w-]{0,40}\s{0,40}[=:]\s{0,40})"
    r"[^\s,;&\"']+",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,200}:)[^\s/@]{1,200}(?=@)", re.IGNORECASE
)
_SHAPED = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,255}|xox[abprs]-[A-Za-z0-9-]{10,200}|sk-[A-Za-z0-9_-]{20,200}"
    r"|(?<!-)eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,2000})\b"
)
# A pattern is tried only where one of its words occurs: a search for a word takes a hundredth of the time.
_HINTS = (
    (_URL, rf"\g<scheme>{_MASK}", ("://",)),
    (_NAMED, rf"\1{_MASK}", ("passw", "secret", "token", "key", "credential")),
    (_SHAPED, _MASK, ("AKIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "sk-", "eyJ")),
)
_SECRET_NAME = re.compile(r"(?i)password|passwd|secret|token(?!i[sz])|api_?key|access_?key|credential")
_SHORTEST = 8


def redact(text: str) -> str:
    """Return *text* with what looks like a secret, or is one of the environment's, masked."""
    for value in known_values():
        text = text.replace(value, _MASK)
    return redact_shapes(text)


def redact_shapes(text: str, *, named: bool = True) -> str:
    """Return *text* with what looks like a secret masked: by its shape, and unless told otherwise by its name."""
    for pattern, mask, words in _HINTS if named else (_HINTS[0], _HINTS[2]):
        folded = text.lower() if pattern is _NAMED else text
        if any(word in folded for word in words):
            text = pattern.sub(mask, text)
    return text


def is_secret_name(name: str) -> bool:
    """Tell whether a name says that its value is a secret."""
    return _SECRET_NAME.search(name) is not None


def known_values() -> list[str]:
    """Return the values of the environment's variables that are named like secrets, longest first."""
    values = (value for name, value in os.environ.items() if is_secret_name(name) and len(value) >= _SHORTEST)
    return sorted(values, key=len, reverse=True)
