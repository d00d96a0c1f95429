"""Keep a run's secrets out of what it leaves behind: its own in every form they are shown in, and what looks like one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from jupyter_mlops.core.redact import known_values, redact_shapes
from jupyter_mlops.pipelines.running.inside.forms import forms_of

_MASK = "***"
_PICTURES = ("image/", "audio/", "video/", "application/pdf")
# A quoted value beside a telling name, as in password = "…", {"api_key": "…"} and environ["TOKEN"] = "…".
_QUOTED = re.compile(
    r"""((?:password|passwd|secret|token(?!i[sz]|s\b)|api[_-]?key|access[_-]?key|credential|authorization)"""
    r"""[\w-]{0,40}["'\]]{0,2}\s{0,20}(?::\s{0,20}[\w.]{1,40}\s{0,20})?[=:]\s{0,20}[bfru]{0,2})"""
    r"""(?:(\"{3}|'{3}).{1,20000}?\2|(["'])(?!\3)(?:[^\\\n]|\\.){1,2000}?\3)""",
    re.IGNORECASE | re.DOTALL,
)


class Mask:
    """Replace secrets by three stars, in all that is written down or told."""

    def __init__(self) -> None:
        self._forms = known_values()
        self.longest = max(map(len, self._forms), default=0)

    def learn(self, values: Iterable[str]) -> None:
        """Mask these too, and what is likely to be made of them."""
        forms = set(self._forms).union(*map(forms_of, values))
        self._forms = sorted(forms, key=len, reverse=True)
        self.longest = max(map(len, self._forms), default=0)

    def text(self, text: str) -> str:
        """Return *text* without secrets."""
        return redact_shapes(self.exact(text))

    def exact(self, text: str) -> str:
        """Return *text* without the secrets that are known."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, _MASK)
        return text

    def source(self, text: str) -> str:
        """Return code without secrets: what is quoted beside a telling name, but not the names and calls there."""
        masked = _QUOTED.sub(
            lambda found: f"{found[1]}{found[2] or found[3]}{_MASK}{found[2] or found[3]}", text
        )
        return redact_shapes(self.exact(masked), named=False)

    def deep(self, value: object) -> object:
        """Return JSON without secrets in its strings; pictures are looked through for known ones only."""
        return _deep(value, self.text, self.exact)


def _deep(value: object, mask: Callable[[str], str], exact: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_deep(item, mask, exact) for item in value]
    if isinstance(value, dict):
        for key, item in value.items():
            is_picture = str(key).startswith(_PICTURES)
            value[key] = _deep(item, exact if is_picture else mask, exact)
    return value
