"""Decide which types a model may bring with it, from the user's own object."""

from __future__ import annotations

import functools
import io
import re
import socket
import sqlite3
import sys
import threading
import types
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from jupyter_mlops.core.errors import Invalid, Refused

_LIBRARIES = frozenset({"numpy", "scipy", "sklearn"})
_PLAIN = frozenset(
    {
        "builtins.frozenset",
        "builtins.range",
        "collections.Counter",
        "collections.deque",
        "datetime.date",
        "datetime.datetime",
        "datetime.timedelta",
        "datetime.timezone",
        "decimal.Decimal",
        "functools.partial",
    }
)
_LEAVES = (str, bytes, int, float, bool, type(None))
_HANDLES: tuple[tuple[tuple[type, ...], str, str], ...] = (
    ((io.IOBase,), "an open file", "Keep its path, and open it when it is used."),
    ((type(threading.Lock()), type(threading.RLock())), "a lock", "Make it when it is used."),
    ((types.GeneratorType,), "a generator", "Keep a list of what it yields."),
    (
        (sqlite3.Connection, socket.socket),
        "an open connection",
        "Keep its address, and connect when it is used.",
    ),
    ((types.ModuleType,), "a module", "Import it where it is used."),
    ((re.Pattern,), "a compiled pattern", "Keep its text, and compile it when it is used."),
    ((complex,), "a complex number", "Keep a NumPy array of it."),
)
_MOVE = "Define it with class or def at the top of a module, like features.py, and import it."


@dataclass(frozen=True)
class Trust:
    """What a model brings that the safe format does not load by itself.

    Parameters
    ----------
    admitted
        Types that may be loaded back: scikit-learn's, NumPy's and SciPy's, and those consented to.
    consented
        Those of the admitted ones that needed consent, and had it.
    foreign
        Types that nobody has consented to.
    """

    admitted: tuple[str, ...]
    consented: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def fleeting(self) -> tuple[str, ...]:
        """Types that load only while a notebook or script defines them."""
        return tuple(name for name in self.consented if name.startswith("__main__."))

    def require(self) -> None:
        """Let the model pass when every type of it is admitted.

        Raises
        ------
        Refused
            A foreign type needs consent.
        """
        if not self.foreign:
            return
        names = ", ".join(self.foreign)
        consent = " ".join(f"--trust {name}" for name in self.foreign)
        hint = f"If you trust its code, add {consent}."
        if any(name.startswith("__main__.") for name in self.foreign):
            hint += " What a notebook defines loads nowhere else: move it to a module, like features.py, and import it."
        raise Refused(f"The model brings code that is not scikit-learn's: {names}.", hint=hint)


def trusted_types(estimator: object, admitted: Collection[str] = ()) -> Trust:
    """Find the types of *estimator* that the safe format would refuse, and sort out who vouches for them.

    Parameters
    ----------
    admitted
        Types that the user consents to, fully qualified.

    Raises
    ------
    Invalid
        It holds something that cannot be kept, like an open file or a lambda.
    """
    for path, value in _held(estimator):
        _check_holding(path, value)
    found = _untrusted(estimator)
    foreign = [name for name in found if not is_library(name)]
    for name in foreign:
        _check_found(name)
    consented = tuple(name for name in foreign if name in admitted)
    return Trust(
        admitted=tuple(name for name in found if is_library(name) or name in admitted),
        consented=consented,
        foreign=tuple(name for name in foreign if name not in admitted),
    )


def is_library(name: str) -> bool:
    """Tell whether a type, fully qualified, is plain Python or of scikit-learn, NumPy or SciPy."""
    return name.partition(".")[0] in _LIBRARIES or name in _PLAIN


def _untrusted(estimator: object) -> list[str]:
    """Ask skops itself, whose refusals MLflow passes on."""
    from skops.io import dumps, get_untrusted_types

    try:
        return [str(name) for name in get_untrusted_types(data=dumps(estimator))]
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        name = type(estimator).__name__
        raise Invalid(
            f"{name} cannot be kept in the safe format: {error}.",
            hint="Let it hold only numbers, text, arrays and estimators.",
        ) from error


def _check_holding(path: str, value: object) -> None:
    where = f"The model holds {{}} at {path or 'its top'}; it cannot be loaded elsewhere."
    for kinds, noun, hint in _HANDLES:
        if isinstance(value, kinds):
            raise Invalid(where.format(noun), hint=hint)
    if type(value).__module__.partition(".")[0] == "pandas":
        noun = f"a pandas {type(value).__name__}"
        raise Invalid(where.format(noun), hint="Give a list instead, like list(X.columns).")
    if isinstance(value, types.FunctionType | type):
        _check_definition(where, value)
    elif _has_state(value):
        _check_definition(where, type(value))


def _check_definition(where: str, value: types.FunctionType | type) -> None:
    """Check that *value* is found again by its module and name, which is all that is kept of it."""
    if getattr(sys.modules.get(value.__module__), value.__name__, None) is value:
        return
    if value.__name__ == "<lambda>":
        raise Invalid(where.format("a lambda"), hint=_MOVE)
    kind = "class" if isinstance(value, type) else "function"
    if "." in value.__qualname__:
        raise Invalid(where.format(f"the {kind} {value.__qualname__}, defined within another,"), hint=_MOVE)
    noun = f"the {kind} {value.__module__}.{value.__name__}, defined anew or removed since,"
    raise Invalid(where.format(noun), hint="Fit the model again with the definition of today.")


def _check_found(name: str) -> None:
    """Check that a foreign type is where its name says, as loading would look for it."""
    parts = name.split(".")
    modules = (".".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
    module = next((found for found in modules if found in sys.modules), "")
    found: object = sys.modules.get(module)
    for part in parts[module.count(".") + 1 :]:
        found = getattr(found, part, None)
    if found is None:
        raise Invalid(
            f"The model holds {name}, which no module defines; it cannot be loaded elsewhere.", hint=_MOVE
        )


def _held(estimator: object) -> Iterator[tuple[str, object]]:
    """Yield everything that *estimator* would take along, with the attribute that leads to it."""
    waiting: list[tuple[str, object]] = [("", estimator)]
    seen: dict[int, object] = {}  # holds on to each object, so that no id is used twice
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _LEAVES) or id(value) in seen:
            continue
        seen[id(value)] = value
        yield path, value
        waiting += [(path + step, part) for step, part in _parts(value)]


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((f"[{key!r}]", item) for key, item in value.items())
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((f"[{index}]", item) for index, item in enumerate(value))
    elif isinstance(value, functools.partial):
        yield from ((".func", value.func), (".args", value.args), (".keywords", value.keywords))
    elif isinstance(value, types.MethodType):
        yield ".__self__", value.__self__
    elif _is_object_array(value):
        yield from ((f"[{index}]", item) for index, item in enumerate(getattr(value, "flat", ())))
    elif _has_state(value):
        yield from _state(value)


def _is_object_array(value: object) -> bool:
    return type(value).__module__ == "numpy" and getattr(getattr(value, "dtype", None), "kind", "") == "O"


def _has_state(value: object) -> bool:
    is_plain = isinstance(value, dict | list | tuple | set | frozenset | functools.partial)
    is_code = hasattr(value, "__name__")  # classes, functions, methods, NumPy's dispatchers
    return hasattr(value, "__dict__") and not is_plain and not is_code


def _state(value: object) -> Iterator[tuple[str, object]]:
    """Yield what pickling would keep of *value*, which may have left its handles out."""
    read = getattr(value, "__getstate__", None)
    state = read() if read is not None else vars(value)
    for part in state if isinstance(state, tuple) else (state,):
        if isinstance(part, dict):
            yield from ((f".{name}", item) for name, item in part.items())
