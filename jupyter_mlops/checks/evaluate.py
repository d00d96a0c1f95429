"""Compute an expression over the columns of a table: whole columns at a time, missing values as SQL has them."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, cast

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.expressions import functions, operands
from jupyter_mlops.checks.expressions.operands import Kind, Operand

if TYPE_CHECKING:
    from jupyter_mlops.checks.case import Case
    from jupyter_mlops.checks.expressions.operands import Array, Mask

_NEAR, _TINY = 1e-9, 1e-12
_COMPARE: dict[type[ast.cmpop], Callable[[Array, Array], Mask]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ARROW = {
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Array, Array], Array]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_KINDS: dict[tuple[type[ast.operator], Kind, Kind], Kind] = {
    (ast.Sub, "time", "time"): "duration",
    (ast.Add, "time", "duration"): "time",
    (ast.Sub, "time", "duration"): "time",
    (ast.Add, "duration", "time"): "time",
    (ast.Add, "duration", "duration"): "duration",
    (ast.Sub, "duration", "duration"): "duration",
    (ast.Div, "duration", "duration"): "number",
    (ast.Mult, "duration", "number"): "duration",
    (ast.Mult, "number", "duration"): "duration",
    (ast.Div, "duration", "number"): "duration",
}


def violations(tree: ast.expr, case: Case) -> Mask:
    """Return the rows in which an expression is false; where it cannot be told, since a value is missing, it is not.

    Numbers that differ by a billionth of their size are equal, so that `total == net + tax` holds for sums.

    Raises
    ------
    Unknown
        A column is missing, or kinds do not go together.
    """
    import numpy as np

    with np.errstate(all="ignore"):
        found = _of(tree, case)
    if found.kind == "nothing":
        return np.zeros(case.rows, dtype=np.bool_)
    if found.kind != "truth":
        raise Unknown(f"{ast.unparse(tree)[:80]!r} is a {found.kind}, not true or false")
    return np.broadcast_to(~found.truths & ~found.missing, (case.rows,))


def _of(node: ast.expr, case: Case) -> Operand:
    """Compute one part; the tree has been checked."""
    if isinstance(node, ast.Constant):
        return operands.of_constant(node.value)
    if isinstance(node, ast.Name):
        return operands.of_cells(case.cells(node.id))
    if isinstance(node, ast.Compare):
        return _compared(node, case)
    if isinstance(node, ast.BoolOp):
        return reduce(
            _and if isinstance(node.op, ast.And) else _or, [_truth(part, case) for part in node.values]
        )
    if isinstance(node, ast.BinOp):
        return _arithmetic(type(node.op), _of(node.left, case), _of(node.right, case))
    if isinstance(node, ast.UnaryOp):
        return _unary(node, case)
    if isinstance(node, ast.Call):
        name = cast("ast.Name", node.func).id
        if name == "column":
            return operands.of_cells(case.cells(str(cast("ast.Constant", node.args[0]).value)))
        return functions.call(name, [_of(part, case) for part in node.args], case)
    raise Unknown(f"{ast.unparse(node)[:80]!r} stands where a value should")


def _truth(node: ast.expr, case: Case) -> Operand:
    found = _of(node, case)
    if found.kind not in {"truth", "nothing"}:
        raise Unknown(f"{ast.unparse(node)[:80]!r} is a {found.kind}, not true or false")
    return _truths(found.truths, found.missing)


def _and(left: Operand, right: Operand) -> Operand:
    one, other = left.truths, right.truths
    is_false = (~one & ~left.missing) | (~other & ~right.missing)
    return _truths(one & other, (left.missing | right.missing) & ~is_false)


def _or(left: Operand, right: Operand) -> Operand:
    one, other = left.truths, right.truths
    is_true = (one & ~left.missing) | (other & ~right.missing)
    return _truths(one | other, (left.missing | right.missing) & ~is_true)


def _truths(data: Mask, missing: Mask | None = None) -> Operand:
    import numpy as np

    here = np.zeros((), dtype=np.bool_) if missing is None else missing
    return Operand("truth", cast("Array", data), here)


def _unary(node: ast.UnaryOp, case: Case) -> Operand:
    if isinstance(node.op, ast.Not):
        found = _truth(node.operand, case)
        return _truths(~found.truths, found.missing)
    found = _of(node.operand, case)
    if found.kind not in {"number", "duration"}:
        raise Unknown(f"{ast.unparse(node)[:80]!r}: a {found.kind} has no sign")
    return found.like(-found.numbers if isinstance(node.op, ast.USub) else found.data, found.kind)


def _arithmetic(op: type[ast.operator], left: Operand, right: Operand) -> Operand:
    import numpy as np

    kinds = {left.kind, right.kind}
    missing = left.missing | right.missing
    if "nothing" in kinds:
        return Operand("nothing", np.zeros(()), np.ones_like(missing))
    kind: Kind | None = "number" if kinds <= {"number", "truth"} else _KINDS.get((op, left.kind, right.kind))
    if kind is None:
        raise Unknown(f"a {left.kind} and a {right.kind} have no {op.__name__.lower()}")
    return Operand(kind, _ARITHMETIC[op](left.numbers, right.numbers), missing)


def _compared(node: ast.Compare, case: Case) -> Operand:
    """Compare a chain: `0 <= a < b` is `0 <= a and a < b`."""
    found = []
    left = node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        found.append(_pair(left, op, right, case))
        left = right
    return reduce(_and, found)


def _pair(left: ast.expr, op: ast.cmpop, right: ast.expr, case: Case) -> Operand:
    import numpy as np

    one = _of(left, case)
    if isinstance(op, ast.In | ast.NotIn):
        found = _among(one, right)
        return found if isinstance(op, ast.In) else _truths(~found.truths, found.missing)
    other = _of(right, case)
    if isinstance(op, ast.Is | ast.IsNot):
        if other.kind != "nothing":
            raise Unknown("`is` goes with None only: write ==")
        return _truths(one.missing if isinstance(op, ast.Is) else ~one.missing)
    one, other = _alike(one, other)
    missing = one.missing | other.missing
    if "nothing" in {one.kind, other.kind}:
        return _truths(np.zeros_like(missing), np.ones_like(missing))
    return _truths(_comparison(type(op), one, other), missing)


def _alike(one: Operand, other: Operand) -> tuple[Operand, Operand]:
    """Read a text beside a time or duration as one of them; refuse what cannot be compared."""
    for kind in ("time", "duration"):
        if one.kind == kind and other.kind == "text" and other.is_single:
            other = functions.parsed(other, kind)
        if other.kind == kind and one.kind == "text" and one.is_single:
            one = functions.parsed(one, kind)
    numbers = {"number", "truth"}
    if (
        one.kind != other.kind
        and not {one.kind, other.kind} <= numbers
        and "nothing" not in {one.kind, other.kind}
    ):
        raise Unknown(f"a {one.kind} cannot be compared with a {other.kind}")
    return one, other


def _comparison(op: type[ast.cmpop], one: Operand, other: Operand) -> Mask:
    import numpy as np

    if one.kind == "text":
        return _comparison_of_texts(op, one, other)
    found = _COMPARE[op](one.data, other.data)
    if "f" not in one.data.dtype.kind + other.data.dtype.kind or op in {ast.Lt, ast.Gt}:
        return found
    near = np.isclose(one.numbers, other.numbers, rtol=_NEAR, atol=_TINY)
    return found & ~near if op is ast.NotEq else found | near


def _comparison_of_texts(op: type[ast.cmpop], one: Operand, other: Operand) -> Mask:
    import pyarrow as pa
    import pyarrow.compute as pc

    compare = getattr(pc, _ARROW[op])
    if other.is_single:
        return one.by_word(lambda texts: compare(texts, other.texts()[0])).astype(bool)
    left = one.texts()[0] if one.is_single else one.texts()
    found = pc.fill_null(compare(left, other.texts()), pa.scalar(value=False))
    return cast("Mask", found.to_numpy(zero_copy_only=False))


def _among(one: Operand, listed: ast.expr) -> Operand:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(listed, ast.Tuple | ast.List) or not all(
        isinstance(item, ast.Constant) for item in listed.elts
    ):
        raise Unknown("`in` takes a list of values: colour in ('red', 'green')")
    values = [cast("ast.Constant", item).value for item in listed.elts]
    if {isinstance(value, str) for value in values} - {one.kind == "text"} and one.kind != "nothing":
        raise Unknown(f"a {one.kind} is not among {values!r:.60}")
    if one.kind == "text":
        allowed = pa.array(values, type=pa.large_string())
        return _truths(
            one.by_word(lambda texts: pc.is_in(texts, value_set=allowed)).astype(bool), one.missing
        )
    return _truths(np.isin(one.data, np.array(values)), one.missing)
