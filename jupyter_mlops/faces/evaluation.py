"""Run a cell's code for its value, in a namespace of its own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from jupyter_mlops.core.code import Evaluation


def evaluate(
    tree: ast.Module,
    name: str,
    variables: Mapping[str, object],
    explain: Callable[[BaseException], str],
) -> Evaluation:
    """Run *tree* on a copy of *variables*; its value is the last expression's, or the last assignment's.

    Parameters
    ----------
    name
        The file that tracebacks name.
    explain
        Writes the traceback of the user's own error.
    """
    namespace = dict(variables)
    body, last = _split(tree)
    try:
        exec(compile(body, name, "exec"), namespace)  # noqa: S102 - the user's own cell
        value = None
        if last is not None:
            value = eval(compile(ast.Expression(last), name, "eval"), namespace)  # noqa: S307 - so is this
    except BaseException as error:  # noqa: BLE001 - kept: whoever asked knows what the user's error means
        return Evaluation(error=error, traceback=explain(error))
    names = {key: item for key, item in namespace.items() if item is not variables.get(key, namespace)}
    names.pop("__builtins__", None)
    return Evaluation(value=value, names=names)


def _split(tree: ast.Module) -> tuple[ast.Module, ast.expr | None]:
    """Return what is run, and the expression whose value it has."""
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        return ast.Module(tree.body[:-1], tree.type_ignores), last.value
    target = last.targets[0] if isinstance(last, ast.Assign) else getattr(last, "target", None)
    if isinstance(last, ast.Assign | ast.AnnAssign | ast.AugAssign) and isinstance(target, ast.Name):
        return tree, ast.copy_location(ast.Name(target.id, ast.Load()), last)
    return tree, None
