"""Keep secrets out of what is written down."""

from __future__ import annotations

import os
import re

_MASK = "***"
_NAMED = re.compile(
    r"(?i)\b([\w-]*(?:password|passwd|secret|token(?!i[sz])|api[_-]?key|access[_-]?key|credential)[\w-]*)(\s*[=:]\s*)([^\s,;&\"']+)"
)
_URL = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,200}:)[^\s/@]{1,200}(?=@)", re.IGNORECASE
)
_SHAPED = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,255}|xox[abprs]-[A-Za-z0-9-]{10,200}|sk-[A-Za-z0-9_-]{20,200}"
    r"|eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,2000})\b"
)
_SECRET_NAME = re.compile(r"(?i)password|passwd|secret|token(?!i[sz])|api_?key|access_?key|credential")
_SHORTEST = 8


def redact(text: str) -> str:
    """Return *text* with what looks like a secret, or is one of the environment's, masked."""
    for value in _known():
        text = text.replace(value, _MASK)
    text = _URL.sub(rf"\g<scheme>{_MASK}", text)
    text = _NAMED.sub(rf"\1\2{_MASK}", text)
    return _SHAPED.sub(_MASK, text)


def is_secret_name(name: str) -> bool:
    """Tell whether a name says that its value is a secret."""
    return _SECRET_NAME.search(name) is not None


def _known() -> list[str]:
    values = (value for name, value in os.environ.items() if is_secret_name(name) and len(value) >= _SHORTEST)
    return sorted(values, key=len, reverse=True)
