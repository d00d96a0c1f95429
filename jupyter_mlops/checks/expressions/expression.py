"""Expressions over columns, read as a small language of their own: parsed, checked, and computed column by column.

Nothing is ever evaluated as Python: what is not listed here is refused before any data are touched.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

_LONGEST = 2_000
_DEEPEST = 50
FUNCTIONS = {
    "abs": "the size of a number",
    "ceil": "the next whole number above",
    "column": "the column of a name that is no word: column('first name')",
    "contains": "whether a text contains another",
    "days": "a duration of so many days",
    "ends": "whether a text ends with another",
    "floor": "the next whole number below",
    "hours": "a duration of so many hours",
    "len": "how many characters a text has",
    "lower": "a text in small letters",
    "max": "the largest of several, row by row",
    "min": "the smallest of several, row by row",
    "now": "the moment of the check: now()",
    "round": "the nearest whole number, or round(x, 2)",
    "starts": "whether a text starts with another",
    "strip": "a text without spaces around it",
    "upper": "a text in capitals",
    "year": "the year of a time",
}
_NODES = (
    ast.Expression,
    ast.BoolOp,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.Call,
    ast.Name,
    ast.Constant,
    ast.Tuple,
    ast.List,
    ast.Load,
    ast.And,
    ast.Or,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.Is,
    ast.IsNot,
)


def parse(text: str) -> ast.expr:
    """Return the tree of an expression, once every part of it is known to be harmless.

    Raises
    ------
    ValueError
        It is no expression of the language; the message names the part.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"an expression has at most {_LONGEST:,} characters, this one {len(text):,}")
    try:
        tree = ast.parse(" ".join(text.split()), mode="eval")
        depth = _depth(tree)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        raise ValueError(f"{text[:80]!r} is no expression: {getattr(error, 'msg', None) or error}") from None
    if depth > _DEEPEST:
        raise ValueError(f"{text[:80]!r} is nested {depth} deep; {_DEEPEST} is the most")
    for node in ast.walk(tree):
        _check(node)
    return tree.body


def columns_of(tree: ast.expr) -> list[str]:
    """Return the columns that an expression names, each once, in order."""
    return list(dict.fromkeys(_columns(tree)))


def _columns(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Call):
        name = _function(node)
        for part in node.args:
            if name == "column" and isinstance(part, ast.Constant):
                yield str(part.value)
            else:
                yield from _columns(part)
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _columns(child)


def _check(node: ast.AST) -> None:
    is_known = isinstance(node, _NODES)
    if is_known and isinstance(node, ast.Constant):
        is_known = isinstance(node.value, bool | int | float | str | None)
    if not is_known:
        said = repr(node.value) if isinstance(node, ast.Constant) else type(node).__name__
        raise ValueError(f"{said} has no place in an expression")
    if isinstance(node, ast.Call):
        _check_call(node)


def _check_call(node: ast.Call) -> None:
    name = _function(node)
    if node.keywords or any(isinstance(part, ast.Starred) for part in node.args):
        raise ValueError(f"{name} takes values by their place only")
    is_named = (
        len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    )
    if name == "column" and not is_named:
        raise ValueError("column takes one name in quotes: column('first name')")


def _function(node: ast.Call) -> str:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        said = ast.unparse(node.func)[:40]
        raise ValueError(f"{said} is no function here; there are {', '.join(FUNCTIONS)}")
    return node.func.id


def _depth(tree: ast.AST) -> int:
    """Return how deep a tree is, without recursion."""
    deepest, layer = 0, [tree]
    while layer:
        deepest += 1
        layer = [child for node in layer for child in ast.iter_child_nodes(node)]
    return deepest
