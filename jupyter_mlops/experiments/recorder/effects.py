"""What executing a cell does to the variables: by its source, and by what they were when it ran."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jupyter_mlops.experiments.recorder import doubts
from jupyter_mlops.experiments.recorder.called import (
    DEFINITIONS,
    Function,
    altered,
    assigned,
    changed_in_place,
    function_of,
    names_in,
    outside,
)
from jupyter_mlops.experiments.recorder.namespace import MAIN
from jupyter_mlops.experiments.recorder.world import World
from jupyter_mlops.pipelines.file import python_source
from jupyter_mlops.pipelines.file.expression import root_of
from jupyter_mlops.pipelines.file.flow import flow_of

_ALTERING = frozenset(
    [
        "copyto",
        "delattr",
        "delitem",
        "fill_diagonal",
        "heapify",
        "heappop",
        "heappush",
        "insort",
        "next",
        "place",
        "put",
        "putmask",
        "setattr",
        "setitem",
        "shuffle",
    ]
)
_METHODS = frozenset(
    ["fill", "itemset", "partition", "popleft", "appendleft", "rotate", "setflags", "eval", "resize"]
)
_REFITS = frozenset(["fit", "fit_transform", "fit_predict"])
_SEEDS = {
    "seed": ("random", "numpy.random"),
    "manual_seed": ("torch",),
    "set_state": ("numpy.random",),
    "setstate": ("random",),
}


@dataclass(frozen=True)
class Effects:
    """What a cell reads and leaves behind.

    Parameters
    ----------
    reads
        Variables that it reads, or changes in place, before it binds them.
    writes
        Variables that it binds, changes in place, or deletes.
    unsure
        Variables among them that it binds on some paths only.
    repeatable
        Variables among them of which it makes the same when it runs again: estimators that it only fits.
    seeds
        Global random generators that it seeds.
    doubts
        Why this may not be all.
    is_opaque
        Whether it may have changed any variable.
    """

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    repeatable: frozenset[str] = frozenset()
    seeds: frozenset[str] = frozenset()
    doubts: tuple[str, ...] = ()
    functions: Mapping[str, Function] = field(default_factory=dict)
    shares: tuple[tuple[str, str], ...] = ()
    is_opaque: bool = False


def effects_of(source: str, world: World, bound: Mapping[str, str] | None = None) -> Effects:
    """Return what *source* does in *world*; where in doubt, it does more than it may.

    Parameters
    ----------
    bound
        Origins of the variables that were others when it had run.
    """
    found = doubts.of_source(source)
    try:
        tree = python_source.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return Effects(doubts=(*found, "its code cannot be read"), is_opaque=True)
    parts = list(outside(tree.body))
    reasons = (*found, *doubts.of_parts(parts))
    functions = {node.name: function_of(node) for node in ast.walk(tree) if isinstance(node, DEFINITIONS)}
    known = world.during(functions, bound or {})
    flow = flow_of(tree, known.readings())
    in_place = set(_in_place(parts, known))
    shares = tuple((name, other) for name, other in _shares(parts) if known.share(name, other))
    for name, other in shares:
        known.pair(name, other)
    wider = known.together(in_place)
    unsure = flow.unsure - in_place
    return Effects(
        reads=frozenset(flow.reads | (wider - flow.writes)),
        writes=frozenset({*flow.writes, *wider, *_deleted(parts), *_imported(parts)}),
        unsure=unsure,
        repeatable=unsure.union(_refitted(parts)),
        seeds=frozenset(_seeded(parts)),
        doubts=reasons,
        functions=functions,
        shares=shares,
        is_opaque=doubts.are_opaque(reasons),
    )


def _deleted(parts: Iterable[ast.AST]) -> Iterator[str]:
    for node in parts:
        targets = node.targets if isinstance(node, ast.Delete) else []
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _in_place(parts: Iterable[ast.AST], world: World) -> Iterator[str]:
    """Yield the variables that may be changed without being bound."""
    for node in parts:
        yield from changed_in_place(node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield from _changed_by_calling(node.id, world)
        if isinstance(node, ast.Call):
            yield from _altered(node, world)
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Name):
            yield from (node.iter.id,) if world.origins.get(node.iter.id) == "stateful" else ()


def _changed_by_calling(name: str, world: World) -> set[str]:
    """Return the variables that a function of the notebook changes, and those that it calls."""
    found, seen, waiting = set[str](), set[str](), [name]
    while waiting:
        one = waiting.pop()
        function = world.function(one) if one not in seen else None
        seen.add(one)
        if function is not None:
            found |= function.changes
            waiting += function.reads
    return found


def _altered(node: ast.Call, world: World) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    root = root_of(node.func)
    kind = world.origins.get(root or "", "")
    function = world.function(root) if root else None
    yield from (name for word in node.keywords if word.arg == "out" for name in names_in(word.value))
    if isinstance(node.func, ast.Attribute) and root is not None and _alters_itself(name, kind, function):
        yield root
    if function is not None:
        yield from altered(function, node)
    elif kind == "local" or name in _ALTERING:
        yield from (
            item for part in (*node.args, *(word.value for word in node.keywords)) for item in names_in(part)
        )


def _alters_itself(method: str, kind: str, function: Function | None) -> bool:
    return (
        kind == "stateful"
        or method in _METHODS
        or bool(kind.startswith(MAIN) and function and function.alters)
    )


def _shares(parts: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """Yield pairs of variables of which the first may be, or hold, the second."""
    for node in parts:
        for target, value in assigned(node):
            held = set(names_in(value)) | {
                name
                for part in ast.walk(value)
                if isinstance(part, ast.Call)
                for item in (*part.args, *(word.value for word in part.keywords))
                for name in names_in(item)
            }
            yield from ((name, other) for name in names_in(target) for other in held if name != other)


def _refitted(parts: Iterable[ast.AST]) -> Iterator[str]:
    for node in parts:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _REFITS:
                yield name


def _seeded(parts: Iterable[ast.AST]) -> Iterator[str]:
    for node in parts:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            yield from _seeded_by(ast.unparse(node.func))


def _seeded_by(said: str) -> Iterator[str]:
    """Yield the generators that a function seeds, by what the code calls it."""
    of_numpy = "np." in said or "numpy" in said
    for name in _SEEDS.get(said.rpartition(".")[2], ()):
        if name == "torch" or of_numpy == (name == "numpy.random"):
            yield name


def _imported(parts: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that `from module import *` binds, also those that it binds to what they were."""
    import sys

    found: set[str] = set()
    for node in parts:
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            module = sys.modules.get(node.module or "")
            public = [name for name in vars(module) if not name.startswith("_")] if module else []
            found.update(getattr(module, "__all__", public))
    return frozenset(found)
