"""The kernel's variables, before a cell and after it: which of them are others now, and of what kind they are."""

from __future__ import annotations

import functools
import operator
import re
import sys
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import compress, islice, repeat

MAIN = "main:"
_OWN = re.compile(r"_+|__\w+__|_i{1,3}|_i?\d+|_(?:oh|dh|ih|sh)|_exit_code|In|Out|exit|quit|open|get_ipython")
_ATOMS = frozenset(
    [bool, int, float, complex, str, bytes, type(None), range, slice, frozenset, type(Ellipsis)]
)
_TABLES = frozenset(["pandas", "polars", "pyarrow"])
_STATEFUL = frozenset(["Generator", "RandomState", "Random", "SystemRandom", "BitGenerator"])
_FUNCTIONS = (types.FunctionType, type)
_LIBRARIES = ("site-packages", "dist-packages")
_GONE = object()


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


class Variables:
    """The user's variables in a namespace, to which the shell adds names of its own with each cell.

    A dictionary keeps the order of insertion, so that what is new stands at its end: however long the session,
    a look costs what the user's variables cost. Where that does not add up, every name is looked at.
    """

    def __init__(self, namespace: dict[str, object]) -> None:
        self._namespace = namespace
        self._names: list[str] = []
        self._length = -1
        self._newest: str | None = None

    def held(self) -> dict[str, object]:
        """Return what each variable stands for now."""
        self._catch_up()
        values = list(map(self._namespace.get, self._names, repeat(_GONE)))
        if any(map(operator.is_, values, repeat(_GONE))):
            self._look_anew()
            values = list(map(self._namespace.get, self._names, repeat(_GONE)))
        return dict(zip(self._names, values, strict=True))

    def identities(self) -> dict[str, int]:
        """Return the `id` of what each variable stands for now."""
        held = self.held()
        return dict(zip(held, map(id, held.values()), strict=True))

    def is_same(self, held: Mapping[str, object]) -> bool:
        """Tell whether every variable stands for the very object that it stood for."""
        now = self.held()
        return (
            len(held) == len(now)
            and all(map(operator.is_, held.values(), now.values()))
            and all(map(operator.eq, held, now))
        )

    def _catch_up(self) -> None:
        length, fresh = len(self._namespace), self._fresh()
        if self._length + len(fresh) != length:
            self._look_anew()
            return
        self._names += [name for name in reversed(fresh) if _is_users(name)]
        self._length, self._newest = length, fresh[0] if fresh else self._newest

    def _fresh(self) -> list[str]:
        """Return the names after the newest one that is known, the last first; every name when it is gone."""
        most = 16
        while True:
            # One step for other threads, which may bind names meanwhile.
            last = list(islice(reversed(self._namespace), most))
            if self._newest in last:
                return last[: last.index(self._newest)]
            if len(last) < most:
                return last
            most *= 8

    def _look_anew(self) -> None:
        every = list(self._namespace)
        self._names = [name for name in every if _is_users(name)]
        self._length, self._newest = len(every), every[-1] if every else None


def _is_users(name: object) -> bool:
    return isinstance(name, str) and not is_own(name)


def is_own(name: str) -> bool:
    """Tell whether a name is the shell's own."""
    return _OWN.fullmatch(name) is not None


def changed(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Return the names that stand for another object than before."""
    if before == after:
        return []
    return list(compress(after, map(operator.ne, map(before.get, after), after.values())))


def gone(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Return the names that are no more."""
    if len(before) <= len(after) and before.keys() <= after.keys():
        return []
    return [name for name in before if name not in after]


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
