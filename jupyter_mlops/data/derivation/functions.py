"""A function as text that runs by itself: its source with the imports, constants and helpers it leans on."""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import inspect
import linecache
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import Invalid, MlopsError, NotFound

if TYPE_CHECKING:
    import pandas as pd

_LONGEST, _SHOWN = 10_000, 200
_GIVEN = "Give a table as a further --source, a value as --param."
_MODULE = "Define it in a module of the project, and import it."
_FLAGS = __future__.annotations.compiler_flag
_LITERALS = (bool, int, float, complex, str, bytes, type(None), tuple, list, dict, set, frozenset)


@dataclass
class _Text:
    """What has been gathered so far, in the order in which it must run."""

    root: Path
    of: str
    imports: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        blocks = ["\n".join(self.imports.values()), "\n".join(self.constants.values())]
        return "\n\n\n".join(block for block in (*blocks, *self.definitions.values()) if block) + "\n"

    def refuse(self, what: str, hint: str) -> Invalid:
        """Return the error that says why there is no text of it."""
        return Invalid(f"{self.of} {what}, so it could not be run again.", hint=hint)


def capture(function: object, root: Path) -> tuple[str, set[str]]:
    """Return the source of a function with all it leans on, and the packages that this imports.

    Parameters
    ----------
    root
        What lies in this folder is taken into the text; what is installed is imported.

    Raises
    ------
    Invalid
        It is no plain function, or leans on something without a text, such as a table of the notebook.
    """
    if not isinstance(function, FunctionType):
        kind = type(function).__name__
        raise Invalid(f"A {kind} is no function.", hint="Define one with def, or fit a transformer.")
    if function.__name__ == "<lambda>":
        raise Invalid("A lambda has no text of its own.", hint="Define a function with def.")
    found = _Text(root, function.__name__)
    _take(function.__name__, function, found)
    return str(found), found.packages


def run(
    name: str, code: str, tables: Sequence[pd.DataFrame], parameters: Mapping[str, object], root: Path
) -> object:
    """Run the function *name* of a captured text on tables, and return what it returns.

    Raises
    ------
    Invalid
        It raises, with the line; or its text does not run.
    """
    file = f"<recipe {name}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    namespace: dict[str, object] = {"__name__": f"recipe_{name}"}
    try:
        with _importable(root):
            exec(compile(code, file, "exec", flags=_FLAGS), namespace)  # noqa: S102 - the user's own, recorded
            made = namespace[name]
            return made(*tables, **parameters) if callable(made) else None
    except MlopsError:
        raise
    except Exception as error:
        raise Invalid(
            f"{name} failed{_where(error, file)}: {_said(error)}", hint="Mend the function."
        ) from error


def load(root: Path, path: Path, name: str) -> Callable[..., object]:
    """Return the function *name* of a Python file of the project.

    Raises
    ------
    NotFound
        The file has no such function.
    Invalid
        It does not run.
    """
    namespace: dict[str, object] = {"__name__": path.stem, "__file__": str(path)}
    try:
        source = path.read_text(encoding="utf-8")
        with _importable(root):
            exec(compile(source, str(path), "exec"), namespace)  # noqa: S102 - a file of the project
    except Exception as error:
        where = _where(error, str(path))
        raise Invalid(f"{path.name} does not run{where}: {_said(error)}", hint="Mend the file.") from error
    found = namespace.get(name)
    if not callable(found):
        raise NotFound(f"{path.name} defines no function {name!r}.", hint="Write FILE.py:FUNCTION.")
    return found


def _is_own(value: object, root: Path) -> bool:
    """Tell whether *value* was defined in the notebook or in the project, so that its text is needed."""
    file = _file_of(value)
    if file is None:
        return getattr(value, "__module__", None) in {"__main__", None}
    path = Path(file).resolve()
    in_project = path.is_relative_to(root.resolve()) and "site-packages" not in path.parts
    return in_project or value.__module__ == "__main__" or file.startswith("<")


def _file_of(value: object) -> str | None:
    """Return the file, or the cell, that a function or a class stands in."""
    inner = _unwrapped(value)
    if isinstance(value, type):
        inner = next((part for part in vars(value).values() if isinstance(part, FunctionType)), inner)
    code = getattr(inner, "__code__", None)
    return None if code is None else str(code.co_filename)


def _source_of(value: FunctionType | type) -> str:
    """Return the text of a function or a class; of a class in a cell, which inspect does not find, too.

    Raises
    ------
    OSError
        There is none.
    """
    if isinstance(value, FunctionType):
        return textwrap.dedent(inspect.getsource(value))
    text = "".join(linecache.getlines(_file_of(value) or ""))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and node.name == value.__name__:
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            return textwrap.dedent("\n".join(text.splitlines()[first - 1 : node.end_lineno]) + "\n")
    raise OSError(value.__name__)


def _take(name: str, value: object, found: _Text) -> None:
    """Add what makes *name* mean *value*."""
    if name in found.seen:
        return
    found.seen.add(name)
    if isinstance(value, ModuleType):
        own = value.__name__ == name
        found.imports[name] = f"import {name}" if own else f"import {value.__name__} as {name}"
        found.packages.add(value.__name__.partition(".")[0])
    elif isinstance(value, FunctionType | type) and _is_own(value, found.root):
        _define(name, value, found)
    elif isinstance(value, _LITERALS):
        found.constants[name] = f"{name} = {_literal(name, value, found)}"
    else:
        _import(name, value, found)


def _define(name: str, value: FunctionType | type, found: _Text) -> None:
    try:
        source = _source_of(value)
    except (OSError, SyntaxError):
        raise found.refuse(f"leans on {name}, whose source is not found", _MODULE) from None
    inner = _unwrapped(value)
    if getattr(inner, "__closure__", None):
        names = ", ".join(inner.__code__.co_freevars)
        raise found.refuse(f"leans on {names} of the function around it", "Give it as a parameter: --param.")
    if value.__name__ != name:
        raise found.refuse(f"calls {value.__name__} by another name, {name}", "Call it by its own.")
    known = _globals_of(value)
    for used in _names(compile(source, name, "exec", flags=_FLAGS)):
        if used in known and not hasattr(builtins, used):
            _take(used, known[used], found)
    found.definitions[name] = source


def _globals_of(value: FunctionType | type) -> Mapping[str, object]:
    parts = vars(value).values() if isinstance(value, type) else [_unwrapped(value)]
    return next((part.__globals__ for part in parts if isinstance(part, FunctionType)), {})


def _unwrapped(value: object) -> FunctionType:
    """Return the function beneath decorators that say what they wrap; anything else as it is."""
    return cast("FunctionType", inspect.unwrap(value) if callable(value) else value)


def _names(code: CodeType) -> Iterator[str]:
    """Yield the global names that a piece of code reads."""
    for step in dis.get_instructions(code):
        if step.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            yield str(step.argval)
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _names(part)


def _literal(name: str, value: object, found: _Text) -> str:
    text = repr(value)
    try:
        is_whole = len(text) <= _LONGEST and bool(ast.literal_eval(text) == value)
    except (ValueError, SyntaxError):
        is_whole = False
    if not is_whole:
        raise found.refuse(f"leans on {name}, which is too large or no plain value", _GIVEN)
    return text


def _import(name: str, value: object, found: _Text) -> None:
    module, own = (
        getattr(value, "__module__", None),
        getattr(value, "__qualname__", getattr(value, "__name__", "")),
    )
    if not module or module == "__main__" or getattr(sys.modules.get(module), own, None) is not value:
        raise found.refuse(f"leans on {name}, a {type(value).__name__} of the notebook", _GIVEN)
    found.imports[name] = f"from {module} import {own}" + (f" as {name}" if own != name else "")
    found.packages.add(module.partition(".")[0])


@contextmanager
def _importable(root: Path) -> Iterator[None]:
    """Let files of the project be imported for a while."""
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))


def _where(error: BaseException, file: str) -> str:
    """Say in which line of *file* an error arose."""
    frames = [item for item in traceback.extract_tb(error.__traceback__) if item.filename == file]
    if not frames:
        return ""
    return f" in line {frames[-1].lineno}, `{frames[-1].line}`"


def _said(error: BaseException) -> str:
    text = " ".join(str(error).split())[:_SHOWN]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
