"""Propose rules from what is known of tables that were good."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.numbers import Numbers
from jupyter_mlops.data.sketch.table import TableSketch

Keys = dict[str, object]

_SLACK = 0.1
_FEW_WORDS, _FEW_NUMBERS, _LONGEST_SET = 20, 5, 300
_REPEATED = 10
_SHAPES, _SHORT = 3, 24
_ALL_DIFFERENT, _ENOUGH = 0.95, 20
_SPECIAL = r".^$*+?{}[]\|()"
_MARKS = {"9": r"\d", "A": "[A-Z]", "a": "[a-z]"}


def of_table(tables: Sequence[TableSketch]) -> Keys:
    """Propose the rules of the table as a whole.

    Parameters
    ----------
    tables
        Profiles of good versions.
    """
    rows = [table.rows for table in tables]
    return {
        "schema": "closed",
        "volume": {"least": min(rows) // 2, "most": 2 * max(rows)},
        "drift": {"psi": 0.25, "severity": "warning"},
    }


def of_column(column: ColumnSketch, versions: Sequence[ColumnSketch | None]) -> Keys:
    """Propose the rules of a column; of a withheld one none that shows a value.

    Parameters
    ----------
    column
        That of good versions added up.
    versions
        That of each of them; None where a version has none.
    """
    found: Keys = {"optional": True} if None in versions else {}
    if column.is_empty:
        return found
    found |= dict(_of_kind(column))
    if column.missing / column.rows < 1 - _SLACK:
        worst = max(item.missing / item.rows for item in versions if item is not None and item.rows)
        found["nullable"] = _share(worst) if column.missing else False
    if all(item is None or _may_be_unique(item) for item in versions):
        found["unique"] = True
        found.pop("range", None)  # the numbers of things go on rising
    return found


def _of_kind(column: ColumnSketch) -> Iterator[tuple[str, object]]:
    if column.kind == "mixed":
        return
    numbers = column.numbers
    is_whole = numbers is not None and isinstance(numbers.least, int) and isinstance(numbers.most, int)
    yield "type", "integer" if column.kind == "number" and is_whole else column.kind
    if few := _few(column):
        yield "set", few
    elif numbers is not None and column.kind == "number":
        yield from _of_numbers(numbers, is_whole=is_whole)
    elif column.texts is not None and not column.is_withheld:
        yield from _of_texts(column)


def _few(column: ColumnSketch) -> list[object]:
    """Return all values, where they are few and each occurs often."""
    frequent, rows = column.frequent, column.rows - column.missing
    if frequent is None or not frequent.is_whole or column.kind not in {"text", "number"}:
        return []
    values = [value for value, _ in frequent.counts]
    if sum(len(str(value)) for value in values) > _LONGEST_SET:
        return []
    most = _FEW_WORDS if column.kind == "text" else _FEW_NUMBERS
    if (
        len(values) > most
        or rows < _REPEATED * len(values)
        or any(isinstance(value, float) for value in values)
    ):
        return []
    return sorted(values, key=lambda value: (float(value), "") if isinstance(value, int) else (0.0, value))


def _of_numbers(numbers: Numbers, *, is_whole: bool) -> Iterator[tuple[str, object]]:
    if numbers.least is None or numbers.most is None:
        return
    if not numbers.infinite and not is_whole:
        yield "finite", True
    least, most = _outward(float(numbers.least), float(numbers.most))
    yield "range", [round(least), round(most)] if is_whole else [least, most]


def _outward(least: float, most: float) -> tuple[float, float]:
    """Return round numbers a little outside; what was never negative stays so."""
    spread = most - least or abs(most) or 1.0
    step = 10.0 ** math.floor(math.log10(spread)) / 10 if math.isfinite(spread) else 0.0
    if step == 0:
        return least, most
    low = math.floor((least - _SLACK * spread) / step) * step
    high = math.ceil((most + _SLACK * spread) / step) * step
    digits = max(0, -math.floor(math.log10(step)))
    return round(max(low, 0.0) if least >= 0 else low, digits), round(high, digits)


def _of_texts(column: ColumnSketch) -> Iterator[tuple[str, object]]:
    texts = column.texts
    if texts is None or texts.shortest is None or texts.longest is None:
        return
    shapes = [str(value) for value, _ in texts.shapes.counts]
    if texts.shapes.is_whole and len(shapes) <= _SHAPES and 0 < texts.longest <= _SHORT:
        yield "pattern", "|".join(sorted(map(_pattern, shapes)))
    most = max(10, 10 * math.ceil(texts.longest * 1.5 / 10))
    yield "length", [min(texts.shortest, 1), most]


def _pattern(shape: str) -> str:
    """Turn `AA-9999` into an expression for it."""
    parts = re.finditer(r"(.)\1*", shape, re.DOTALL)
    return "".join(_repeated(part[1], len(part[0])) for part in parts)


def _repeated(mark: str, count: int) -> str:
    one = _MARKS.get(mark) or (f"\\{mark}" if mark in _SPECIAL else mark)
    return one if count == 1 else f"{one}{{{count}}}"


def _share(share: float) -> float:
    """Return a share a half larger, in whole percents."""
    return min(1.0, math.ceil(150 * share) / 100)


def _may_be_unique(column: ColumnSketch) -> bool:
    """Tell whether all values differ, or nearly all; then only the rows can tell."""
    values = column.rows - column.missing
    if column.distinct is None or values < _ENOUGH or column.kind not in {"number", "text"}:
        return False
    is_measured = column.numbers is not None and isinstance(column.numbers.least, float)
    if is_measured or column.different is not None:
        return not is_measured and column.different == values
    return column.distinct.estimate >= _ALL_DIFFERENT * values
