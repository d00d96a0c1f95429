"""What a piece of code takes from the code before it, and what it leaves behind: by its syntax, never by running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jupyter_mlops.pipelines.file.expression import changed_by, defaults_of, inside, loads_of, root_of


@dataclass(frozen=True)
class Flow:
    """The names that a piece of code reads and writes.

    Parameters
    ----------
    reads
        Read, or changed in place, before the code surely binds them.
    writes
        Bound, or changed in place by a statement that says so.
    unsure
        Written on some paths only, so that what was there before may still be there after.
    definitions
        Functions and classes among them, each with the names that it reads when it is called.
    modules
        Imported among them.
    """

    reads: frozenset[str]
    writes: frozenset[str]
    unsure: frozenset[str]
    definitions: Mapping[str, frozenset[str]]
    modules: frozenset[str]


def flow_of(tree: ast.Module, known: Mapping[str, frozenset[str]] | None = None) -> Flow:
    """Return what *tree* reads and writes.

    Parameters
    ----------
    known
        Functions that were defined before, with the names that each reads.

    Notes
    -----
    A change that a called function makes to its argument is not seen; neither are `exec` and `globals()`.
    """
    reader = _Reader(dict(known or {}))
    sure = reader.block(tree.body, frozenset())
    return Flow(
        frozenset(reader.reads),
        frozenset(reader.writes),
        frozenset(reader.writes - sure),
        {name: names for name, names in reader.definitions.items() if name in reader.writes},
        frozenset(reader.modules),
    )


class _Reader:
    """Walk statements in order, knowing which names are surely bound at each."""

    def __init__(self, definitions: dict[str, frozenset[str]]) -> None:
        self.reads: set[str] = set()
        self.writes: set[str] = set()
        self.modules: set[str] = set()
        self.definitions = definitions

    def block(self, body: Iterable[ast.stmt], bound: frozenset[str]) -> frozenset[str]:
        """Read a block, and return the names that are surely bound after it."""
        for statement in body:
            bound = self._statement(statement, bound)
        return bound

    def _statement(self, node: ast.stmt, bound: frozenset[str]) -> frozenset[str]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return self._define(node, bound)
            case ast.If():
                bound = self._expression(node.test, bound)
                return self.block(node.body, bound) & self.block(node.orelse, bound)
            case ast.For() | ast.AsyncFor():
                bound = self._expression(node.iter, bound)
                self.block([*node.body, *node.orelse], bound | self._bind(node.target, bound))
                return bound
            case ast.While():
                bound = self._expression(node.test, bound)
                self.block([*node.body, *node.orelse], bound)
                return bound
            case ast.Try() | ast.TryStar():
                return self._try(node, bound)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    bound = self._expression(item.context_expr, bound)
                    bound |= self._bind(item.optional_vars, bound)
                return self.block(node.body, bound)
            case ast.Match():
                return self._match(node, bound)
            case ast.Import() | ast.ImportFrom():
                names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
                self.modules |= names
                self.writes |= names
                return bound | names
        return self._simple(node, bound)

    def _simple(self, node: ast.stmt, bound: frozenset[str]) -> frozenset[str]:
        match node:
            case ast.Assign():
                bound = self._expression(node.value, bound)
                for target in node.targets:
                    bound |= self._bind(target, bound)
                return bound
            case ast.AnnAssign():
                bound = self._expression(node.annotation, bound)
                if node.value is None:
                    return bound
                return self._expression(node.value, bound) | self._bind(node.target, bound)
            case ast.AugAssign():
                self._load(root_of(node.target), bound)
                bound = self._expression(node.value, bound)
                return bound | self._bind(node.target, bound)
            case ast.Delete():
                for target in node.targets:
                    self._bind(target, bound)
                gone = {target.id for target in node.targets if isinstance(target, ast.Name)}
                self.writes -= gone
                return bound - gone
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                bound = self._expression(child, bound)
        return bound

    def _try(self, node: ast.Try | ast.TryStar, bound: frozenset[str]) -> frozenset[str]:
        after = self.block([*node.body, *node.orelse], bound)
        for handler in node.handlers:
            caught = self._expression(handler.type, bound)
            own = {handler.name} if handler.name else set()
            ends = handler.body and isinstance(handler.body[-1], ast.Raise)
            handled = self.block(handler.body, caught | own) - own
            after = after if ends else after & handled
        return after | self.block(node.finalbody, bound)

    def _match(self, node: ast.Match, bound: frozenset[str]) -> frozenset[str]:
        bound = self._expression(node.subject, bound)
        for case in node.cases:
            names = {
                name
                for part in ast.walk(case.pattern)
                for name in (getattr(part, "name", None), getattr(part, "rest", None))
                if isinstance(name, str)
            }
            self.writes |= names
            inside = bound | names
            if case.guard is not None:
                inside = self._expression(case.guard, inside)
            self.block(case.body, inside)
        return bound

    def _define(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, bound: frozenset[str]
    ) -> frozenset[str]:
        """Bind a function or class; what its body reads counts where it is used."""
        for decorator in node.decorator_list:
            bound = self._expression(decorator, bound)
        outer = (
            [*node.bases, *(word.value for word in node.keywords)] if isinstance(node, ast.ClassDef) else []
        )
        if not isinstance(node, ast.ClassDef):
            outer = defaults_of(node.args)
        for expression in outer:
            bound = self._expression(expression, bound)
        read, written = inside(node)
        self.definitions[node.name] = read - {node.name}
        self.writes |= {node.name, *written}
        return bound | {node.name}

    def _expression(self, node: ast.expr | None, bound: frozenset[str]) -> frozenset[str]:
        """Read an expression, and return *bound* with what its `:=` bind."""
        if node is None:
            return bound
        for name in loads_of(node):
            self._load(name, bound)
        for name in changed_by(node):
            self.writes.add(name)
            self._load(name, bound)
        walrus = {
            part.target.id
            for part in ast.walk(node)
            if isinstance(part, ast.NamedExpr) and isinstance(part.target, ast.Name)
        }
        self.writes |= walrus
        return bound | walrus

    def _load(self, name: str | None, bound: frozenset[str]) -> None:
        waiting, seen = [name] if name else [], set[str]()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if one not in bound:
                self.reads.add(one)
            waiting += self.definitions.get(one, ())

    def _bind(self, target: ast.expr | None, bound: frozenset[str]) -> frozenset[str]:
        """Bind a target; a part of something, like `frame["x"]`, changes that thing."""
        match target:
            case None:
                return frozenset()
            case ast.Name():
                self.writes.add(target.id)
                self.definitions.pop(target.id, None)
                return frozenset({target.id})
            case ast.Tuple() | ast.List():
                return frozenset().union(*(self._bind(item, bound) for item in target.elts))
            case ast.Starred():
                return self._bind(target.value, bound)
        self._expression(target, bound)
        root = root_of(target)
        if root is not None:
            self._load(root, bound)
            self.writes.add(root)
        return frozenset()
