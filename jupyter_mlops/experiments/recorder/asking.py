"""Whether a cell itself asks Python's own random generator, or only libraries that it imports do."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator, Mapping


def asks_python(source: str, namespace: Mapping[str, object]) -> bool:
    """Tell whether *source* uses the module `random`, or functions and classes of the notebook that do."""
    from jupyter_mlops.pipelines.file import python_source

    try:
        tree = python_source.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return True
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if not used.isdisjoint(_imported(tree)):
        return True
    seen, waiting = set[str](), used
    while waiting:
        name = waiting.pop()
        seen.add(name)
        value = namespace.get(name)
        if _is_generator(value):
            return True
        mentioned = {word for code in _codes(value) for word in code.co_names}
        if "random" in mentioned:
            return True
        waiting |= mentioned - seen
    return False


def _imported(tree: ast.AST) -> Iterator[str]:
    """Yield what the code calls the module, and its functions; a name that is only imported asks nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.asname or alias.name for alias in node.names if alias.name == "random")
        elif isinstance(node, ast.ImportFrom) and node.module == "random":
            yield from (alias.asname or alias.name for alias in node.names)


def _is_generator(value: object) -> bool:
    import random

    return value is random or getattr(value, "__self__", None) is getattr(random.seed, "__self__", random)


def _codes(value: object) -> Iterator[types.CodeType]:
    """Yield the code of a function or class of the notebook, and of what it defines within."""
    kind = value if isinstance(value, type) else type(value)
    held = vars(kind).values() if kind.__module__ == "__main__" else ()
    waiting = [
        item.__code__
        for item in (value, *held)
        if isinstance(item, types.FunctionType) and item.__module__ == "__main__"
    ]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [item for item in code.co_consts if isinstance(item, types.CodeType)]
