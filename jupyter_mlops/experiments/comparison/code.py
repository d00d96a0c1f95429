"""Tell two programs apart by what they mean: comments, spaces and line breaks are no difference."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_LONGEST = 160
_SHOWN = 3
_MAGIC = re.compile(r"\s*(?:[\w\s,]+=\s*)?[%!?]")
_OUTER = re.compile(
    r"%%(?:mlops|record|time|timeit|capture)\b"
)  # what is around a cell does not change what it means


@dataclass(frozen=True)
class Statement:
    """One top-level statement.

    Parameters
    ----------
    meaning
        Equal for statements that differ in form only.
    text
        As a reader sees it, in one form.
    """

    meaning: str
    text: str


@dataclass(frozen=True)
class CellChange:
    """A cell that differs.

    Parameters
    ----------
    cell
        Its number, counted from 1: in the second run, or in the first if only that has it.
    lines
        Statements taken away (`- …`) and put in (`+ …`).
    """

    kind: Literal["changed", "added", "removed"]
    cell: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        more = len(self.lines) - _SHOWN * 2
        shown = "\n".join(self.lines[: _SHOWN * 2]) + (f"\n… and {more} more" if more > 0 else "")
        return f"cell {self.cell} {self.kind}:\n{shown}"


@dataclass(frozen=True)
class CodeChange:
    """How one run's code differs from another's.

    Parameters
    ----------
    share
        From 0 to 1, how much of it differs.
    is_form_only
        The text differs, its meaning does not.
    is_moved
        The same cells ran in another order.
    """

    cells: tuple[CellChange, ...] = ()
    share: float = 0.0
    is_form_only: bool = False
    is_moved: bool = False


def changes(before: Sequence[str], after: Sequence[str]) -> CodeChange:
    """Compare the cells of two runs, in the order in which they ran."""
    left, right = [statements(cell) for cell in before], [statements(cell) for cell in after]
    one, other = ([tuple(item.meaning for item in cell) for cell in side] for side in (left, right))
    if one == other:
        return CodeChange(is_form_only=list(before) != list(after))
    total = max(1, sum(map(len, one)) + sum(map(len, other)))
    if sorted(one) == sorted(other):
        return CodeChange(share=1 / total, is_moved=True)
    cells = tuple(_cells(left, right))
    changed = sum(len(cell.lines) for cell in cells)
    return CodeChange(cells, min(1.0, changed / total))


def statements(source: str) -> list[Statement]:
    """Return the statements of a cell; its lines, without comments, where it is no Python."""
    lines = source.splitlines()
    magics = [line.strip() for line in lines if _MAGIC.match(line) and not _OUTER.match(line)]
    python = "\n".join("" if _MAGIC.match(line) else line for line in lines)
    found = [Statement(line, line) for line in magics]
    try:
        tree = ast.parse(python)
    except (SyntaxError, ValueError):
        bare = (line.partition(" #")[0].rstrip() for line in lines)
        return [Statement(line, line) for line in bare if line.strip() and not line.lstrip().startswith("#")]
    return found + [Statement(ast.dump(node), ast.unparse(node)) for node in _meant(tree).body]


def _meant(tree: ast.Module) -> ast.Module:
    """Drop texts that stand alone: docstrings, and what is commented out by quotes."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [item for item in body if not _is_text(item)]
            node.body = kept if kept or isinstance(node, ast.Module) else [ast.Pass()]  # type: ignore[attr-defined]
    return tree


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _cells(left: Sequence[Sequence[Statement]], right: Sequence[Sequence[Statement]]) -> Iterator[CellChange]:
    one, other = ([tuple(item.meaning for item in cell) for cell in side] for side in (left, right))
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        both = min(b - a, d - c)
        for place in range(both):
            yield CellChange("changed", c + place + 1, tuple(_lines(left[a + place], right[c + place])))
        for place in range(a + both, b):
            yield CellChange("removed", place + 1, tuple(_lines(left[place], ())))
        for place in range(c + both, d):
            yield CellChange("added", place + 1, tuple(_lines((), right[place])))


def _lines(left: Sequence[Statement], right: Sequence[Statement]) -> Iterator[str]:
    one, other = [item.meaning for item in left], [item.meaning for item in right]
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (f"- {_short(item.text)}" for item in left[a:b])
            yield from (f"+ {_short(item.text)}" for item in right[c:d])


def _short(text: str) -> str:
    line = " ⏎ ".join(part.strip() for part in text.splitlines())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
