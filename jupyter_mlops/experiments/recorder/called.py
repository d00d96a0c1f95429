"""What calling a function of the notebook does: the variables that it reads, and those that it changes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jupyter_mlops.pipelines.file.expression import changed_by, inside, root_of

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Function:
    """A function or class, by its source.

    Parameters
    ----------
    reads
        Variables of the notebook that its body reads.
    changes
        Variables of the notebook that its body binds, or changes in place.
    parameters
        Names of its parameters in order, those of a class's constructor without `self`.
    alters
        Parameters that it may change in place.
    """

    reads: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    parameters: tuple[str, ...] = ()
    alters: frozenset[str] = frozenset()


@dataclass
class _Body:
    """What one body assigns, changes and passes on."""

    parameters: tuple[str, ...]
    aliases: dict[str, set[str]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)


def function_of(node: Definition) -> Function:
    """Return what calling *node* does; a class does what any of its methods does."""
    read, written = inside(node)
    methods = [item for item in ast.walk(node) if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
    bodies = [_body(item) for item in methods]
    parameters = _parameters(node)
    touched = {name for body in bodies for item in body.touched for name in _behind(item, body.aliases)}
    own = {name for body in bodies for name in body.parameters}
    return Function(
        reads=read - {node.name},
        changes=frozenset(written | (touched & read)),
        parameters=parameters,
        alters=frozenset(touched & own),
    )


def altered(function: Function, call: ast.Call) -> Iterator[str]:
    """Yield the variables among a call's arguments that the function may change in place."""
    if not function.alters:
        return
    for position, argument in enumerate(call.args):
        name = function.parameters[position] if position < len(function.parameters) else None
        if name is None or name in function.alters or isinstance(argument, ast.Starred):
            yield from names_in(argument)
    for word in call.keywords:
        if word.arg is None or word.arg not in function.parameters or word.arg in function.alters:
            yield from names_in(word.value)


def names_in(node: ast.AST) -> Iterator[str]:
    """Yield the variables that an expression hands on: not those whose result alone it hands on."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Call):
        return
    else:
        for child in ast.iter_child_nodes(node):
            yield from names_in(child)


def outside(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield what runs when the code itself runs: everything but the bodies of its functions; lambdas count."""
    for node in nodes:
        if isinstance(node, DEFINITIONS):
            yield from outside(
                [*node.decorator_list, *(node.bases if isinstance(node, ast.ClassDef) else ())]
            )
            if not isinstance(node, ast.ClassDef):
                yield from outside([node.args])
            continue
        yield node
        yield from outside(ast.iter_child_nodes(node))


def assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the targets that a statement or expression binds, each with what it is bound to."""
    match node:
        case ast.Assign():
            yield from ((target, node.value) for target in node.targets)
        case ast.AnnAssign() if node.value is not None:
            yield node.target, node.value
        case ast.NamedExpr():
            yield node.target, node.value
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            yield node.target, node.iter
        case ast.withitem() if node.optional_vars is not None:
            yield node.optional_vars, node.context_expr


def changed_in_place(node: ast.AST) -> Iterator[str]:
    """Yield the variables of which a statement changes a part: `table["x"] = 1`, `model.fit(x)`."""
    targets: list[ast.expr] = []
    match node:
        case ast.Assign() | ast.Delete():
            targets = list(node.targets)
        case ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.AsyncFor():
            targets = [node.target]
        case ast.Call():
            yield from changed_by(ast.Expression(node).body) if _is_own_call(node) else ()
    for target in targets:
        for part in _flat(target):
            root = root_of(part)
            if root is not None and (not isinstance(part, ast.Name) or isinstance(node, ast.AugAssign)):
                yield root


def _is_own_call(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute)


def _flat(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            yield from _flat(item)
    else:
        yield target.value if isinstance(target, ast.Starred) else target


def _parameters(node: Definition) -> tuple[str, ...]:
    if not isinstance(node, ast.ClassDef):
        return _names(node.args)
    made = next(
        (item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None
    )
    return _names(made.args)[1:] if made else ()


def _names(arguments: ast.arguments) -> tuple[str, ...]:
    several = [item.arg for item in (arguments.vararg, arguments.kwarg) if item is not None]
    return (
        *(item.arg for item in (*arguments.posonlyargs, *arguments.args)),
        *(item.arg for item in arguments.kwonlyargs),
        *several,
    )


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> _Body:
    body = _Body(_names(node.args))
    for part in (item for statement in node.body for item in ast.walk(statement)):
        for target, value in assigned(part):
            for name in names_in(target):
                body.aliases.setdefault(name, set()).update(names_in(value))
        body.touched.update(changed_in_place(part))
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            # What a function hands on to another of its own kind may be changed there.
            body.touched.update(
                name for item in part.args for name in names_in(item) if not _is_harmless(part.func.id)
            )
    return body


def _behind(name: str, aliases: Mapping[str, set[str]]) -> set[str]:
    """Return what a local variable may be the same as, itself included."""
    found, waiting = set[str](), [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += aliases.get(one, ())
    return found


def _is_harmless(name: str) -> bool:
    import builtins

    return hasattr(builtins, name) and name not in {"next", "setattr", "delattr", "exec", "eval"}
