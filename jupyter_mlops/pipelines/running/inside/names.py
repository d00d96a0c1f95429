"""What a cell may touch, read from its code: it can only reach what it names, and what the code it calls names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, ModuleType

_WORD = re.compile(r"[^\W\d]\w*")
# These reach any variable without naming it.
_OPAQUE = {"eval", "exec", "globals", "locals", "vars", "gc", "inspect", "__main__"}
_PLAIN = (
    ast.Assign,
    ast.AnnAssign,
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)
_SETTING = re.compile(
    r"(set|use|enable|disable|config)(_?[a-z_]+)?|seed|manual_seed|filterwarnings|simplefilter|basicConfig|autolog"
)
_SET_UP = {"autoreload", "config", "load_ext", "matplotlib", "precision"}


@dataclass
class Use:
    """What a cell does to names.

    Parameters
    ----------
    names
        All that it mentions; every one if it is opaque.
    needs
        Those among them that it may read before it assigns them.
    fresh
        Those that it assigns anew, whatever they were.
    imports
        Modules that it imports.
    settings
        Statements of it that configure a module or IPython, and do nothing else: they can be repeated.
    """

    names: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)
    imports: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    is_opaque: bool = False


def use_of(code: str, namespace: Mapping[str, object]) -> Use:
    """Read what *code*, with its magics made calls, does to the names of *namespace*; opaque if it cannot be read."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return Use(is_opaque=True)
    use = Use()
    assigned: set[str] = set()
    for node in tree.body:
        read, bound = _read(node), _bound_within(node)
        use.names |= read | bound
        use.needs |= read - assigned
        if isinstance(node, _PLAIN) and getattr(node, "value", node) is not None:
            assigned |= bound - use.needs
        use.imports += [name for inner in ast.walk(node) for name in _imported(inner)]
    use.is_opaque = bool(_OPAQUE & use.names)
    use.fresh = assigned
    use.settings = [ast.unparse(node) for node in tree.body if _is_setting(node, namespace)]
    return use


def mentioned(code: CodeType) -> Iterator[str]:
    """Yield the names that a function's code, and what is defined within it, looks up among the notebook's."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from mentioned(constant)


def _read(node: ast.stmt) -> set[str]:
    """Return the names that a statement, or a function defined in it, may read."""
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Store):
            found.add(inner.id)
        elif isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            found.add(inner.target.id)
        elif isinstance(inner, (ast.Global, ast.Nonlocal)):
            found.update(inner.names)
        elif isinstance(inner, ast.Call) and _magic(inner):
            found.update(word for text in _texts(inner) for word in _WORD.findall(text))
    return found


def _bound_within(node: ast.stmt) -> set[str]:
    """Return the names that a statement, or a function defined in it, binds."""
    return {name for inner in ast.walk(node) for name in _bound(inner)}


def _bound(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    if isinstance(node, ast.alias):
        return [(node.asname or node.name).partition(".")[0]]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return [node.name] if node.name else []
    return [node.rest] if isinstance(node, ast.MatchMapping) and node.rest else []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def _magic(node: ast.Call) -> str:
    """Return the method of IPython's that a call is of: `run_line_magic`, or nothing."""
    function = node.func
    is_magic = (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Call)
        and isinstance(function.value.func, ast.Name)
        and function.value.func.id == "get_ipython"
    )
    return function.attr if is_magic and isinstance(function, ast.Attribute) else ""


def _texts(node: ast.Call) -> list[str]:
    return [
        part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def _is_setting(node: ast.stmt, namespace: Mapping[str, object]) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        if _magic(call):
            return _magic(call) == "run_line_magic" and _texts(call)[:1] != [] and _texts(call)[0] in _SET_UP
        is_plain = all(
            _is_plain(part) for part in (*call.args, *(keyword.value for keyword in call.keywords))
        )
        function = call.func
        return (
            is_plain
            and isinstance(function, ast.Attribute)
            and _SETTING.fullmatch(function.attr) is not None
            and _is_of_module(function, namespace)
        )
    targets = node.targets if isinstance(node, ast.Assign) else []
    return (
        isinstance(node, ast.Assign)
        and _is_plain(node.value)
        and all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in targets)
        and all(_is_of_module(target, namespace) for target in targets)
    )


def _is_of_module(node: ast.expr, namespace: Mapping[str, object]) -> bool:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return isinstance(node, ast.Name) and isinstance(namespace.get(node.id), ModuleType)


def _is_plain(node: ast.expr) -> bool:
    return not any(
        isinstance(part, (ast.Call, ast.Await, ast.NamedExpr, ast.Yield)) for part in ast.walk(node)
    )
