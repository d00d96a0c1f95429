"""How the buffers of a part are cut by rows: into numbers, runs of bytes, and what belongs to no row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from jupyter_mlops.data.encoding.part import Meta, Part

_TEXT = frozenset({"string", "large_string", "binary", "large_binary"})
_LISTS = frozenset({"list", "large_list", "fixed_size_list"})
_WIDTHS = {"int8": 1, "int16": 2, "int32": 4, "int64": 8, "float16": 2, "float32": 4, "float64": 8}
_WIDTHS |= {f"u{name}": width for name, width in _WIDTHS.items() if name.startswith("int")}
_WIDTHS |= {"date32": 4, "date64": 8, "month_day_nano_interval": 16, "timestamp": 8, "bool_": 1}
_WIDTHS |= {f"decimal{bits}": bits // 8 for bits in (32, 64, 128, 256)}


@dataclass(frozen=True)
class Slot:
    """One or two buffers, and how a row finds its own in them.

    Parameters
    ----------
    kind
        `numbers`: one value of `dtype` a row. `runs`: a length a row and the bytes end to end. `whole`: no row's.
    dtype
        An integer type, or `V` and a width; floats are kept by their bits.
    """

    kind: Literal["numbers", "runs", "whole"]
    dtype: str = ""

    @property
    def width(self) -> int:
        """The bytes of a row's number."""
        return int(self.dtype[1:])


_FLAGS, _RUNS, _WHOLE = Slot("numbers", "u1"), Slot("runs"), Slot("whole")


def layout(part: Part, rows: int) -> tuple[Slot, ...]:
    """Return the slots of *part*; all of it is whole when its buffers are not cut by rows."""
    meta = part.meta
    is_index = "names" in meta
    slots = _index(meta) if is_index else _array(meta)
    lengths = iter(part.lengths)
    for slot in slots:
        length = next(lengths, -1)
        if slot.kind == "runs":
            next(lengths, -1)
        expected = {"numbers": slot.width if slot.kind == "numbers" else 0, "runs": 4}.get(slot.kind)
        if expected is not None and length != expected * rows:
            return (_WHOLE,) * len(part.buffers)
    return slots if next(lengths, None) is None else (_WHOLE,) * len(part.buffers)


def _index(meta: Meta) -> tuple[Slot, ...]:
    if meta["kind"] == "range":
        return ()
    if meta["kind"] == "plain":
        return _array(_meta(meta["array"]))
    levels = cast("Sequence[Meta]", meta["levels"])
    whole = tuple(_WHOLE for level in levels for _ in range(_count(_index(level))))
    return whole + tuple(_codes(_size(level)) for level in levels)


def _array(meta: Meta) -> tuple[Slot, ...]:
    kind = str(meta["kind"])
    if kind == "numpy":
        return (_numbers(str(meta["dtype"])),)
    if kind == "masked":
        return (_FLAGS, _numbers(str(meta["dtype"])))
    if kind == "interval":
        return _array(_meta(meta["left"])) + _array(_meta(meta["right"]))
    if kind == "categorical":
        categories = _meta(meta["categories"])
        return (_WHOLE,) * _count(_index(categories)) + (_codes(_size(categories)),)
    if kind == "sparse":
        return (_WHOLE,) * (1 + _count(_array(_meta(meta["values"]))))
    if kind == "arrow":
        return _arrow(_meta(meta["arrow"]))
    plain = {"string": (_RUNS,), "object": (_FLAGS, _RUNS)}
    return plain.get(kind, (Slot("numbers", "i8"),))


def _arrow(meta: Meta) -> tuple[Slot, ...]:
    name = str(meta["type"])
    if name == "null":
        return ()
    if name in _TEXT:
        return (_RUNS,)
    if name in _LISTS:
        return (_WHOLE,) * (2 + _count(_arrow(_meta(_meta(meta["item"])["value"]))))
    fields = [_arrow(_meta(item["value"])) for item in cast("Sequence[Meta]", meta.get("fields", ()))]
    if name == "map":  # validity, lengths, and the entries' own validity
        return (_WHOLE,) * (3 + sum(map(_count, fields)))
    if name == "struct":
        return (_FLAGS, *(slot for field in fields for slot in field))
    if name == "dictionary":
        values = _count(_arrow(_meta(meta["value"])))
        return (_FLAGS, *_arrow(_meta(meta["index"])), *(_WHOLE,) * (1 + values))
    return (_FLAGS, _fixed(name, meta))


def _fixed(name: str, meta: Meta) -> Slot:
    if name == "fixed_size_binary":
        return Slot("numbers", f"V{meta['width']}")
    if name.startswith(("duration", "time[")):
        return Slot("numbers", "i4" if name in {"time[s]", "time[ms]"} else "i8")
    width = _WIDTHS[name]
    if width > 8:
        return Slot("numbers", f"V{width}")
    is_signed = name.startswith(("int", "date", "timestamp"))
    return Slot("numbers", f"{'i' if is_signed else 'u'}{width}")


def _numbers(dtype: str) -> Slot:
    kind, width = dtype[1], int(dtype[2:].partition("[")[0])
    if width > 8:
        return Slot("numbers", f"V{width}")
    return Slot("numbers", f"{'i' if kind in 'imM' else 'u'}{width}")


def _codes(size: int) -> Slot:
    from jupyter_mlops.data.encoding.axes import code_type

    return Slot("numbers", code_type(size))


def _size(index: Meta) -> int:
    if index["kind"] == "range":
        return len(range(*cast("list[int]", index["range"])))
    return int(str(index["rows"]))


def _count(slots: Sequence[Slot]) -> int:
    return sum(2 if slot.kind == "runs" else 1 for slot in slots)


def _meta(value: object) -> Meta:
    return cast("Meta", value)
