"""The names in an expression: those that it reads from outside itself, and those that it changes."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator

_CHANGES = frozenset(
    [
        "add",
        "append",
        "clear",
        "discard",
        "extend",
        "fit",
        "fit_transform",
        "insert",
        "partial_fit",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    ]
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def root_of(node: ast.expr) -> str | None:
    """Return the variable that a chain of attributes and subscripts begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def changed_by(node: ast.expr) -> Iterator[str]:
    """Yield the variables that the expression changes by a method known to do so, like `model.fit(x)`."""
    for part in ast.walk(node):
        if not isinstance(part, ast.Call) or not isinstance(part.func, ast.Attribute):
            continue
        method, root = part.func.attr, root_of(part.func.value)
        in_place = any(
            word.arg == "inplace" and isinstance(word.value, ast.Constant) and word.value.value is True
            for word in part.keywords
        )
        if root is not None and (in_place or method in _CHANGES):
            yield root


def loads_of(node: ast.AST) -> Iterator[str]:
    """Yield the names that an expression reads from outside itself."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.Lambda):
        yield from inside(node)[0]
        yield from (name for item in defaults_of(node.args) for name in loads_of(item))
    elif isinstance(node, _COMPREHENSIONS):
        own = {
            part.id
            for comprehension in node.generators
            for part in ast.walk(comprehension.target)
            if isinstance(part, ast.Name)
        }
        for child in ast.iter_child_nodes(node):
            yield from (name for name in loads_of(child) if name not in own)
    else:
        for child in ast.iter_child_nodes(node):
            yield from loads_of(child)


def defaults_of(arguments: ast.arguments) -> list[ast.expr]:
    """Return the expressions of a function's defaults, which are read where it is defined."""
    return [item for item in (*arguments.defaults, *arguments.kw_defaults) if item is not None]


def inside(node: ast.stmt | ast.expr) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the module that a function, class or lambda reads, and those that it writes, when it runs."""
    read, written = set[str](), set[str]()
    waiting = symtable.symtable(ast.unparse(node), "<cell>", "exec").get_children()
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                read.add(symbol.get_name())
            if symbol.is_declared_global() and symbol.is_assigned():
                written.add(symbol.get_name())
    return frozenset(read), frozenset(written)
