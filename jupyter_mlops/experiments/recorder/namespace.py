"""The kernel's variables, before a cell and after it: which of them are others now, and of what kind they are."""

from __future__ import annotations

import functools
import operator
import re
import sys
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import compress

MAIN = "main:"
_OWN = re.compile(r"_+|__\w+__|_i{1,3}|_i?\d+|_(?:oh|dh|ih|sh)|_exit_code|In|Out|exit|quit|open|get_ipython")
_ATOMS = frozenset(
    [bool, int, float, complex, str, bytes, type(None), range, slice, frozenset, type(Ellipsis)]
)
_TABLES = frozenset(["pandas", "polars", "pyarrow"])
_STATEFUL = frozenset(["Generator", "RandomState", "Random", "SystemRandom", "BitGenerator"])
_FUNCTIONS = (types.FunctionType, type)
_LIBRARIES = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class Bound:
    """What a name stands for.

    Parameters
    ----------
    identity
        Its `id`, as long as it lives.
    origin
        `atom` (cannot change), `table`, `array`, `view` (of another array), `module`, `library` (a function),
        `stateful` (asking it changes it), `local` (of a module of the project), `main:NAME` (a function or class
        of the notebook, or an instance of one), or `object`.
    """

    identity: int
    origin: str


def identities(namespace: Mapping[str, object]) -> dict[str, int]:
    """Return the `id` of each variable, the shell's own among them: what is asked before each cell must be quick."""
    held = dict(namespace)  # one step for other threads, which may bind names meanwhile
    return dict(zip(held, map(id, held.values()), strict=True))


def is_own(name: str) -> bool:
    """Tell whether a name is the shell's own."""
    return _OWN.fullmatch(name) is not None


def changed(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Return the names that stand for another object than before, without the shell's own."""
    if before == after:
        return []
    differ = map(operator.ne, map(before.get, after), after.values())
    return [name for name in compress(after, differ) if not is_own(name)]


def is_same(held: Mapping[str, object], namespace: Mapping[str, object]) -> bool:
    """Tell whether every name stands for the very object that it stood for."""
    now = dict(namespace)
    return (
        len(held) == len(now)
        and all(map(operator.is_, held.values(), now.values()))
        and all(map(operator.eq, held, now))
    )


def gone(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Return the names that are no more, without the shell's own."""
    if len(before) <= len(after) and before.keys() <= after.keys():
        return []
    return [name for name in before if name not in after and not is_own(name)]


def described(namespace: Mapping[str, object], names: Iterable[str]) -> dict[str, Bound]:
    """Say what *names* stand for."""
    return {name: Bound(id(namespace[name]), origin(namespace[name])) for name in names if name in namespace}


def origin(value: object) -> str:
    """Say of what kind a value is, without asking the value."""
    kind = type(value)
    if kind in _ATOMS:
        return "atom"
    if kind is types.ModuleType:
        return "module"
    if isinstance(value, functools.partial):
        return origin(value.func)
    if isinstance(value, types.MethodType):
        return origin(value.__self__)
    if isinstance(value, _FUNCTIONS):
        return _of_code(value.__module__, value.__qualname__, "library")
    return _of_instance(value, kind)


def is_local(module: str) -> bool:
    """Tell whether a module is the user's own: neither Python's nor an installed one."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if not isinstance(file, str):
        return False
    return not file.startswith((sys.prefix, sys.base_prefix)) and not any(name in file for name in _LIBRARIES)


def _of_instance(value: object, kind: type) -> str:
    top = kind.__module__.partition(".")[0]
    if top in _TABLES:
        return "table"
    if top == "numpy" and kind.__name__ == "ndarray":
        return "array" if getattr(value, "base", None) is None else "view"
    if kind.__name__ in _STATEFUL or hasattr(kind, "__next__"):
        return "stateful"
    if kind is tuple and isinstance(value, tuple) and all(type(item) in _ATOMS for item in value):
        return "atom"
    return _of_code(kind.__module__, kind.__qualname__, "object")


def _of_code(module: str | None, name: str, otherwise: str) -> str:
    if module == "__main__":
        return f"{MAIN}{name.partition('.')[0]}"
    return "local" if module and is_local(module) else otherwise
