"""The Python of a notebook's cells: magics made into what they read and write."""

from __future__ import annotations

import ast
import keyword
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?P<target>[^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)\s*=\s*)?(?P<mark>%{1,2}|!{1,2})(?P<said>.*)$"
)
_HELP = re.compile(r"^\s*\?{0,2}[\w.]+\?{1,2}\s*$")
_RUNS_THE_CELL = frozenset({"mlops", "time", "timeit", "capture", "prun", "record", "tune"})
_TAKES_NAMES = frozenset(
    ["card", "gate", "history", "load", "models", "promote", "rollback", "run", "runs", "show"]
)
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Line:
    """One magic of ours: `%mlops load customers`.

    Parameters
    ----------
    target
        The variable that its answer is bound to.
    """

    verb: str
    words: tuple[str, ...]
    target: str | None = None


def parse(source: str) -> ast.Module:
    """Return the syntax tree of a cell, whose magics are tuples of the names that they mention.

    Raises
    ------
    SyntaxError
        It is no Python even so.
    """
    try:
        return _tree(source)
    except (SyntaxError, ValueError):
        return _tree("\n".join(_without_magics(source)))


def mlops_lines(source: str) -> Iterator[Line]:
    """Yield our magics in a cell, `%mlops` and `%%mlops` alike."""
    for line in source.splitlines():
        found = _LINE.fullmatch(line)
        words = _words(found["said"]) if found and found["mark"].startswith("%") else []
        if found and len(words) > 1 and words[0] == "mlops":
            target = (found["target"] or "").strip()
            yield Line(words[1], tuple(words[2:]), target or None)


def _tree(source: str) -> ast.Module:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(source, "<cell>", "exec", flags=flags, dont_inherit=True)
    assert isinstance(tree, ast.Module)  # noqa: S101 - what the flags ask for
    return tree


def _without_magics(source: str) -> Iterator[str]:
    lines = source.splitlines()
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    for index, line in enumerate(lines):
        found = _LINE.fullmatch(line)
        if _HELP.fullmatch(line):
            yield "pass"
        elif found is None:
            yield line
        else:
            yield _replaced(found)
            if (
                index == first
                and found["mark"] == "%%"
                and not _RUNS_THE_CELL.intersection(_words(found["said"])[:1])
            ):
                return  # the cell is in another language


def _replaced(found: re.Match[str]) -> str:
    """Write a magic's line as an expression that reads the names among its words."""
    words = _words(found["said"]) if found["mark"].startswith("%") else []
    words = _variables_of(words[1:]) if words[:1] == ["mlops"] else words[1:]
    names = "".join(f"{word}, " for word in words if _WORD.fullmatch(word) and not keyword.iskeyword(word))
    target = f"{found['target']} = " if found["target"] else ""
    return f"{found['indent']}{target}({names})"


def _variables_of(words: list[str]) -> list[str]:
    """Return the words of our own magic that may be variables."""
    return [] if words[:1] and words[0] in _TAKES_NAMES else words[1:]


def _words(said: str) -> list[str]:
    try:
        return shlex.split(said, comments=True)
    except ValueError:
        return said.split()


def plain_values(source: str) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a cell assigns values to that stand in it as they are, and those values; none of no Python."""
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if _is_plain(value):
                    yield name, value


def _is_plain(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
