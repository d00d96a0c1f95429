"""Which objects are one and the same to whoever looks, and what a value holds that cannot be kept."""

from __future__ import annotations

import gc
import re
import sys
import types
from collections.abc import Container, Mapping, Sequence

from .names import mentioned

_FAR = 100_000
_answers: dict[type, bool | None] = {}
_ALIKE = (
    str, bytes, int, float, complex, bool, type(None), range, slice, tuple, frozenset, re.Pattern,
    types.ModuleType, types.CodeType, types.BuiltinFunctionType, types.MethodType, types.MappingProxyType,
)  # fmt: skip
_TABLES = {"datetime", "decimal", "numpy", "pandas", "pathlib", "pyarrow"}
# Using one of these changes nothing about it: it stands for something elsewhere.
_HANDLE = re.compile(
    r".*(Client|Engine|[Cc]onnection|Pool|Executor|R?[Ll]ock|Channel|SparkSession|ServiceResource|Project)"
)


def is_one(obj: object) -> bool:
    """Tell whether two variables that share *obj* would notice if each got its own."""
    kind = type(obj)
    answer = _answers.get(kind)
    if answer is None and kind not in _answers:
        answer = _answers[kind] = _of_kind(kind)
    if answer is None:
        return bool(getattr(obj, "__module__", "") == "__main__")
    return answer


def ones(objects: Sequence[object], besides: Container[int]) -> set[int]:
    """Return the ids of the objects that are one, but for those *besides*."""
    by_kind = {kind: _of_kind(kind) for kind in set(map(type, objects))}
    alike = {kind for kind, answer in by_kind.items() if answer is False}
    certain = {kind for kind, answer in by_kind.items() if answer}
    candidates = [obj for obj in objects if type(obj) not in alike]
    return {id(obj) for obj in candidates if (type(obj) in certain or is_one(obj)) and id(obj) not in besides}


def _of_kind(kind: type) -> bool | None:
    """Answer for all objects of a type; None if it depends on where each was defined."""
    if issubclass(kind, (type, types.FunctionType)):
        return None
    if "function" in kind.__name__ or kind.__name__ == "ufunc":
        return False
    if kind.__module__.partition(".")[0] in _TABLES:
        return kind.__name__ in {"DataFrame", "Series", "ndarray"}
    return not issubclass(kind, _ALIKE)


def reach(value: object, namespace: Mapping[str, object]) -> tuple[set[int], set[str]]:
    """Return the ids of what *value* holds, as far as it can be followed, and the notebook's names that its code looks up."""
    ids: set[int] = set()
    refers: set[str] = set()
    todo, seen = [value], {id(namespace), id(sys.modules)}
    while todo and len(seen) < _FAR:
        obj = todo.pop()
        if id(obj) in seen or isinstance(obj, (types.ModuleType, types.CodeType)):
            continue
        seen.add(id(obj))
        if is_one(obj):
            ids.add(id(obj))
        if isinstance(obj, types.FunctionType):
            if obj.__globals__ is namespace:
                refers.update(mentioned(obj.__code__))
            todo += [obj.__closure__, obj.__defaults__, obj.__kwdefaults__, obj.__dict__]
        elif not isinstance(obj, type):
            todo += gc.get_referents(obj)
    return ids, refers


def is_handle(value: object) -> bool:
    """Tell whether *value* only stands for something elsewhere; a database in memory is here."""
    kind = type(value)
    if kind.__module__ == "__main__" or not _HANDLE.fullmatch(kind.__name__):
        return False
    try:
        if kind.__module__ == "sqlite3":
            return bool(value.execute("pragma database_list").fetchone()[2])  # type: ignore[attr-defined]
        url = getattr(value, "url", None)
        return url is None or getattr(url, "database", url) not in {None, "", ":memory:"}
    except Exception:  # noqa: BLE001 - a closed connection, for one
        return False


def name_of(kind: type) -> str:
    """Return how a reader knows a type: `sqlite3.Connection`."""
    module = kind.__module__
    return kind.__qualname__ if module in {"builtins", "__main__"} else f"{module}.{kind.__qualname__}"
