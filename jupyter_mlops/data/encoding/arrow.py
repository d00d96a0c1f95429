"""Arrow arrays as canonical buffers: independent of chunks, offsets and what lies under a null."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, cast

from jupyter_mlops.data.encoding import cells
from jupyter_mlops.data.encoding.part import Meta, Sink, Source
from jupyter_mlops.data.encoding.values import with_one_nan

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

_DECIMALS = ("decimal32", "decimal64", "decimal128", "decimal256")


def write(array: pa.ChunkedArray | pa.Array, sink: Sink) -> Meta:
    """Add an Arrow array and return its type as JSON.

    Raises
    ------
    Invalid
        Its type is not one of those kept.
    """
    import pyarrow as pa

    meta = describe(array.type, sink)
    if isinstance(array, pa.ChunkedArray):
        array = _whole(array)
    _write(array, sink)
    return meta


def read(meta: Meta, length: int, source: Source) -> pa.Array:
    """Return the Arrow array that `write` added."""
    return _read(type_of(meta), length, source)


def describe(kind: pa.DataType, sink: Sink) -> Meta:
    """Return an Arrow type as JSON."""
    import pyarrow as pa

    for name, made in _plain().items():
        if kind == made:
            return {"type": name}
    if pa.types.is_timestamp(kind):
        return {"type": "timestamp", "unit": kind.unit, "zone": kind.tz}
    if pa.types.is_decimal(kind):
        return {"type": f"decimal{kind.bit_width}", "precision": kind.precision, "scale": kind.scale}
    if pa.types.is_fixed_size_binary(kind):
        return {"type": "fixed_size_binary", "width": kind.byte_width}
    if pa.types.is_dictionary(kind):
        parts = {"index": describe(kind.index_type, sink), "value": describe(kind.value_type, sink)}
        return {"type": "dictionary", "ordered": kind.ordered} | parts
    return _describe_nested(kind, sink)


def type_of(meta: Meta) -> pa.DataType:
    """Return the Arrow type that `describe` described."""
    import pyarrow as pa

    name = str(meta["type"])
    if name in _plain():
        return _plain()[name]
    if name in _DECIMALS:
        return getattr(pa, name)(meta["precision"], meta["scale"])
    makers: dict[str, Callable[[], pa.DataType]] = {
        "timestamp": lambda: pa.timestamp(meta["unit"], meta["zone"]),
        "fixed_size_binary": lambda: pa.binary(meta["width"]),
        "dictionary": lambda: pa.dictionary(_type(meta["index"]), _type(meta["value"]), meta["ordered"]),
        "map": lambda: pa.map_(*_fields(meta["fields"]), keys_sorted=meta["sorted"]),
        "struct": lambda: pa.struct(_fields(meta["fields"])),
        "fixed_size_list": lambda: pa.list_(*_fields([meta["item"]]), meta["size"]),
        "list": lambda: pa.list_(*_fields([meta["item"]])),
        "large_list": lambda: pa.large_list(*_fields([meta["item"]])),
    }
    return makers[name]()


@cache
def _plain() -> dict[str, pa.DataType]:
    import pyarrow as pa

    integers = {
        f"{sign}int{bits}": getattr(pa, f"{sign}int{bits}")()
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    }
    units = ("s", "ms", "us", "ns")
    durations = {f"duration[{unit}]": pa.duration(unit) for unit in units}
    times = {f"time[{unit}]": (pa.time32 if unit in {"s", "ms"} else pa.time64)(unit) for unit in units}
    names = ("null", "bool_", "float16", "float32", "float64", "date32", "date64", "month_day_nano_interval")
    texts = ("string", "large_string", "binary", "large_binary")
    return integers | durations | times | {name: getattr(pa, name)() for name in (*names, *texts)}


def _describe_nested(kind: pa.DataType, sink: Sink) -> Meta:
    import pyarrow as pa

    if pa.types.is_map(kind):
        fields = [_describe_field(kind.key_field, sink), _describe_field(kind.item_field, sink)]
        return {"type": "map", "fields": fields, "sorted": kind.keys_sorted}
    if pa.types.is_struct(kind):
        return {
            "type": "struct",
            "fields": [_describe_field(kind.field(i), sink) for i in range(kind.num_fields)],
        }
    if pa.types.is_fixed_size_list(kind):
        return {
            "type": "fixed_size_list",
            "item": _describe_field(kind.value_field, sink),
            "size": kind.list_size,
        }
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        name = "list" if pa.types.is_list(kind) else "large_list"
        return {"type": name, "item": _describe_field(kind.value_field, sink)}
    raise sink.refuse(f"is of the Arrow type {kind}", "Cast it to a plain Arrow type first.")


def _type(meta: object) -> pa.DataType:
    return type_of(cast("Meta", meta))


def _describe_field(field: pa.Field, sink: Sink) -> Meta:
    return {"name": field.name, "nullable": field.nullable, "value": describe(field.type, sink)}


def _fields(metas: object) -> list[pa.Field]:
    import pyarrow as pa

    return [
        pa.field(str(meta["name"]), _type(meta["value"]), bool(meta["nullable"]))
        for meta in cast("list[Meta]", metas)
    ]


def _whole(array: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.unify_dictionaries()
    if pa.types.is_string(array.type) or pa.types.is_binary(array.type):
        array = array.cast(_large(array.type))  # joined, the small kinds overflow at 2 GB
    whole = array.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def _large(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return (
        pa.large_binary() if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) else pa.large_string()
    )


def _is_run(kind: pa.DataType) -> bool:
    import pyarrow as pa

    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return bool(is_text or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind))


def _write(array: pa.Array, sink: Sink) -> None:
    import numpy as np
    import pyarrow as pa

    kind = array.type
    if pa.types.is_null(kind):
        return
    if _is_run(kind):
        cells.write_runs(array.cast(_large(kind)), sink)
        return
    if pa.types.is_fixed_size_list(kind):
        _write(array.cast(pa.large_list(kind.value_field)), sink)
        return
    here = array.is_valid().to_numpy(zero_copy_only=False)
    sink.add(here.astype(np.uint8))
    if pa.types.is_dictionary(kind):
        _write(array.indices, sink)
        sink.add(np.array([len(array.dictionary)], dtype=np.uint64))
        _write(array.dictionary, sink)
    elif pa.types.is_struct(kind):
        for child in array.flatten():
            _write(child, sink)
    elif _is_list(kind):
        _write_list(array, here, sink)
    else:
        sink.add(_fixed(array, here))


def _write_list(array: pa.Array, here: npt.NDArray[np.bool_], sink: Sink) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_map(array.type):
        array = array.cast(pa.list_(pa.struct([array.type.key_field, array.type.item_field])))
    lengths = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    sink.add(lengths.astype(np.uint64))
    _write(array.flatten(), sink)


def _fixed(array: pa.Array, here: npt.NDArray[np.bool_]) -> npt.NDArray[np.generic]:
    """Return the values as rows of bytes, zero where null, every NaN the same."""
    import numpy as np
    import pyarrow as pa

    kind, start, stop = array.type, array.offset, array.offset + len(array)
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(0, dtype=np.uint8)
    if pa.types.is_boolean(kind):
        bits = np.unpackbits(np.frombuffer(buffer, dtype=np.uint8), count=stop, bitorder="little")[start:]
        return np.where(here, bits, np.uint8(0))
    width = kind.bit_width // 8
    if pa.types.is_floating(kind):
        numbers = np.frombuffer(buffer, dtype=f"<f{width}")[start:stop]
        return with_one_nan(np.where(here, numbers, numbers.dtype.type(0)))
    rows = np.frombuffer(buffer, dtype=np.uint8)[start * width : stop * width].reshape(len(array), width)
    return rows if here.all() else np.where(here[:, None], rows, np.uint8(0))


def _read(kind: pa.DataType, length: int, source: Source) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_null(kind):
        return pa.nulls(length)
    if _is_run(kind):
        return cells.read_runs(source, _large(kind)).cast(kind)
    if pa.types.is_fixed_size_list(kind):
        return _read(pa.large_list(kind.value_field), length, source).cast(kind)
    here = source.next("u1").astype(bool)
    if pa.types.is_dictionary(kind):
        indices = _read(kind.index_type, length, source)
        dictionary = _read(kind.value_type, int(source.next("u8")[0]), source)
        return pa.DictionaryArray.from_arrays(indices, dictionary, ordered=kind.ordered)
    if pa.types.is_struct(kind):
        children = [_read(kind.field(i).type, length, source) for i in range(kind.num_fields)]
        return pa.Array.from_buffers(kind, length, [_bitmap(here)], children=children)
    if _is_list(kind):
        return _read_list(kind, here, source)
    data = source.next("u1")
    if pa.types.is_boolean(kind):
        return pa.Array.from_buffers(kind, length, [_bitmap(here), _bits(data)])
    return pa.Array.from_buffers(kind, length, [_bitmap(here), pa.py_buffer(data)])


def _read_list(kind: pa.DataType, here: npt.NDArray[np.bool_], source: Source) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    offsets = np.zeros(len(here) + 1, dtype=np.int64 if pa.types.is_large_list(kind) else np.int32)
    np.cumsum(source.next("u8"), out=offsets[1:], dtype=offsets.dtype)
    item = pa.struct([kind.key_field, kind.item_field]) if pa.types.is_map(kind) else kind.value_type
    child = _read(item, int(offsets[-1]), source)
    return pa.Array.from_buffers(kind, len(here), [_bitmap(here), pa.py_buffer(offsets)], children=[child])


def _bitmap(here: npt.NDArray[np.bool_]) -> pa.Buffer | None:
    return None if here.all() else _bits(here)


def _bits(values: npt.NDArray[np.generic]) -> pa.Buffer:
    import numpy as np
    import pyarrow as pa

    return pa.py_buffer(np.packbits(values.astype(bool), bitorder="little"))
