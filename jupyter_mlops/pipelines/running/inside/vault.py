"""Secrets, resolved once in the kernel from what refers to them, and held nowhere but in its memory."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_MOST, _LEAST = 65_536, 4
_LONG = 8
_NAMED = re.compile(r"(?i)password|passwd|secret|token(?!i[sz])|api_?key|access_?key|credential")
_values: dict[str, str] = {}
_patterns: list[bytes] = []


def secret(reference: str) -> str:
    """Return what *reference* refers to: the runner has had it resolved before the first cell."""
    return _values[reference]


def names_of(namespace: Mapping[str, object]) -> dict[str, str]:
    """Return the variables that are secrets, with what each refers to."""
    known = {value: reference for reference, value in _values.items()}
    pairs = ((name, value) for name, value in namespace.items() if type(value) is str)
    return {name: known[value] for name, value in pairs if value in known}


def is_named_so(name: str, value: object) -> bool:
    """Tell whether a variable is a text that is named like a secret."""
    return isinstance(value, (str, bytes)) and bool(_NAMED.search(name))


def is_in(content: bytes) -> bool:
    """Tell whether bytes that are to be kept hold a secret, or what the environment has that is named like one."""
    if not _patterns:
        from .forms import encodings

        named = {value for name, value in os.environ.items() if _NAMED.search(name) and len(value) >= _LONG}
        texts = named.union(_values.values(), *map(encodings, _values.values()))
        codes = ("utf-8", "utf-16-le", "utf-32-le")  # as text, and as an array of text
        _patterns.extend({text.encode(code, "surrogatepass") for text in texts for code in codes})
        _patterns.append(b"")
    return any(pattern in content for pattern in _patterns[:-1])


def resolve(references: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, object]:
    """Resolve what the notebook will ask for; the answer tells the runner what to mask.

    Parameters
    ----------
    references
        Where each one is found: a reference, and the same with its path made absolute.
    environment
        Variables that were kept out of the kernel's own environment, which its children inherit.
    """
    _forbid_core_dumps()
    _patterns.clear()
    for reference, place in references.items():
        try:
            value = _found(place, environment)
        except Exception as error:  # noqa: BLE001 - a keyring may raise anything; its text could hold the secret
            return {"error": f"{reference} cannot be read ({type(error).__name__})"}
        if value is None:
            return {"error": f"{reference} does not exist"}
        if len(value) < _LEAST:
            return {"error": f"{reference} has {len(value)} characters, too few to be masked in outputs"}
        _values[reference] = value
    return {"values": sorted(set(_values.values()))}


def _found(place: str, environment: Mapping[str, str]) -> str | None:
    kind, _, rest = place.partition(":")
    if kind == "env":
        return environment.get(rest)
    if kind == "file":
        return _text(rest)
    import keyring

    service, _, name = rest.partition("/")
    password: str | None = keyring.get_password(service, name)
    return password


def _text(path: str) -> str | None:
    if not os.path.isfile(path):  # noqa: PTH113
        return None
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        text = file.read(_MOST + 1)
    if len(text) > _MOST:
        raise ValueError(path)
    return text.rstrip("\r\n")


def _forbid_core_dumps() -> None:
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
