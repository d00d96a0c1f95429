"""The rules of size and naming that no linter knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "jupyter_mlops"
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]
VAGUE = {"utils", "util", "helpers", "manager", "base", "common", "misc"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring."""
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    lines = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (node.end_lineno or 0) - node.lineno + 1 - lines


def depth(node: ast.AST) -> int:
    """Return how deep blocks are nested below *node*."""
    blocks = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith)
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        deepest = max(deepest, depth(child) + (isinstance(child, blocks) and not is_elif))
    return deepest


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
class TestSize:
    def test_a_file_is_one_idea(self, path: Path) -> None:
        """At most three hundred lines."""
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300

    def test_a_function_fits_the_eye(self, path: Path) -> None:
        """At most forty lines, nested at most three deep."""
        assert [node.name for node in functions(path) if length(node) > 40] == []
        assert [node.name for node in functions(path) if depth(node) > 3] == []

    def test_a_name_says_what_it_is(self, path: Path) -> None:
        """No drawer for odds and ends."""
        assert path.stem not in VAGUE
