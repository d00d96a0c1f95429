"""Take out of a cell what would write into the project: registering, promoting, snapshots."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from importlib import import_module

from jupyter_mlops import checks, data
from jupyter_mlops.core.verb import verb_of

_MAGIC = re.compile(
    r"^(?P<indent>[ \t]*)(?:[\w, \t]+=[ \t]*)?"
    r"(?:%(?:mlops[ \t]+)?|![ \t]*(?:jupyter[ -]mlops|python -m jupyter_mlops)[ \t]+)(?P<verb>[\w-]+)"
)
_ANY_MAGIC = re.compile(r"^(?P<indent>[ \t]*)(?:[\w, \t]+=[ \t]*)?[%!?]")
_SHORT = frozenset(["derive", "promote", "register", "rollback", "snapshot"])
_OTHERS = frozenset(
    [
        "create_model_version",
        "create_registered_model",
        "register_model",
        "set_registered_model_alias",
        "transition_model_version_stage",
    ]
)
_FACADES = frozenset(["jupyter_mlops", "mlops"])
_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return)


@functools.cache
def readers() -> frozenset[str]:
    """Return the verbs of data and checks that change nothing: all that a cell may still say."""
    found = set[str]()
    for feature in (data, checks):
        for name in feature.VERBS:
            verb = verb_of(getattr(import_module(f"{feature.__name__}.{name}"), name, None))
            if verb is not None and verb.effect == "read":
                found.add(verb.name)
    return frozenset(found)


def harmless(source: str) -> tuple[str, tuple[str, ...]]:
    """Return a cell with `pass` instead of what writes, and the lines that were left out."""
    lines, left_out = source.split("\n"), list[str]()
    for number, line in enumerate(lines):
        if (found := _MAGIC.match(line)) and _writes(found):
            left_out.append(line.strip())
            lines[number] = f"{found['indent']}pass"
    content = [line.encode("utf-8", "replace") for line in lines]
    for node in reversed(list(_calls(lines))):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        left_out.append(ast.unparse(node))
        after = content[last][node.end_col_offset :]
        content[first : last + 1] = [content[first][: node.col_offset] + b"pass" + after]
    return b"\n".join(content).decode("utf-8", "replace"), tuple(left_out)


def _writes(found: re.Match[str]) -> bool:
    verb = found["verb"]
    is_whole = "mlops" in found[0][: found.start("verb") - found.start()]
    return verb not in readers() if is_whole else verb in _SHORT


def _calls(lines: list[str]) -> Iterator[ast.stmt]:
    """Yield the simple statements that call a verb of the Python face, or MLflow's registry."""
    tree = _parsed(lines) or _parsed(
        f"{found['indent']}pass" if (found := _ANY_MAGIC.match(line)) else line for line in lines
    )
    statements = (node for node in ast.walk(tree or ast.Module([], [])) if isinstance(node, _SIMPLE))
    yield from sorted(
        (node for node in statements if any(map(_is_writing, ast.walk(node)))),
        key=lambda node: (node.lineno, node.col_offset),
    )


def _parsed(lines: Iterable[str]) -> ast.Module | None:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        tree = compile("\n".join(lines), "<cell>", "exec", flags)
    except (SyntaxError, ValueError):
        return None
    return tree if isinstance(tree, ast.Module) else None


def _is_writing(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in _OTHERS or any(word.arg == "registered_model_name" for word in node.keywords):
        return True
    owner = node.func.value
    is_ours = isinstance(owner, ast.Name) and owner.id in _FACADES
    return is_ours and node.func.attr not in readers() | {"open"}
