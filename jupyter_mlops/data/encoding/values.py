"""Single Python values as tagged bytes: the exact path for object columns and for names, never pickle."""

from __future__ import annotations

import json
import math
import struct
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from jupyter_mlops.data.encoding import zones
from jupyter_mlops.data.encoding.part import canonical

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_DEEPEST = 64
_NAN = struct.pack("<Q", 0x7FF8000000000000)
_ITEM = struct.Struct("<cQ")
_NUMPY_KINDS = "biufcMmSU"

Writer = Callable[[object, int], bytes]
Reader = Callable[[memoryview], object]


class Unkept(Exception):
    """A value that has no exact encoding here; the caller says where it stands."""


def write(value: object, depth: int = 0) -> tuple[bytes, bytes]:
    """Return the tag and the bytes of *value*.

    Raises
    ------
    Unkept
        Its type, or that of something in it, is not one of ours, or it is nested too deep.
    """
    found = writers().get(type(value))
    if found is None:
        found = _numpy_writer(value)
    if depth > _DEEPEST:
        raise Unkept(f"containers nested more than {_DEEPEST} deep")
    tag, writer = found
    return tag, writer(value, depth)


def read(tag: bytes, content: memoryview) -> object:
    """Return the value that `write` encoded."""
    return readers()[tag](content)


def write_one(value: object) -> bytes:
    """Return *value* as one self-contained run of bytes."""
    return _pack([value], -1)


def read_one(content: bytes) -> object:
    """Return the value that `write_one` encoded."""
    return next(_unpack(memoryview(content)))


@cache
def writers() -> dict[type, tuple[bytes, Writer]]:
    """Return the tag and writer of every exact type."""
    import pandas as pd

    table: dict[type, tuple[bytes, Callable[..., bytes]]] = {
        type(None): (b"z", _nothing),
        type(pd.NA): (b"N", _nothing),
        type(pd.NaT): (b"T", _nothing),
        bool: (b"b", lambda value, _: b"\1" if value else b"\0"),
        int: (b"i", lambda value, _: _integer(value)),
        float: (b"f", lambda value, _: _float(value)),
        complex: (b"c", lambda value, _: _float(value.real) + _float(value.imag)),
        str: (b"s", lambda value, _: value.encode("utf-8", "surrogatepass")),
        bytes: (b"y", lambda value, _: value),
        Decimal: (b"D", lambda value, _: str(value).encode()),
        uuid.UUID: (b"U", lambda value, _: value.bytes),
        date: (b"d", lambda value, _: value.isoformat().encode()),
        datetime: (b"t", lambda value, _: _moment(value)),
        time: (b"m", lambda value, _: _moment(value)),
        timedelta: (b"e", lambda value, _: canonical([value.days, value.seconds, value.microseconds])),
        pd.Timestamp: (b"S", lambda value, _: _timestamp(value)),
        pd.Timedelta: (b"E", lambda value, _: canonical([int(value.asm8.view("i8")), value.unit])),
        pd.Period: (b"P", lambda value, _: canonical([value.ordinal, value.freqstr])),
        pd.Interval: (b"I", lambda value, depth: _pack([value.left, value.right, value.closed], depth)),
        list: (b"l", _pack),
        tuple: (b"u", _pack),
        dict: (b"k", lambda value, depth: _pack([part for item in value.items() for part in item], depth)),
        set: (b"h", _pack_sorted),
        frozenset: (b"H", _pack_sorted),
    }
    return table


@cache
def readers() -> dict[bytes, Reader]:
    """Return the reader of every tag."""
    import pandas as pd

    return {
        b"z": lambda _: None,
        b"N": lambda _: pd.NA,
        b"T": lambda _: pd.NaT,
        b"b": lambda content: content[0] == 1,
        b"i": lambda content: int.from_bytes(content, "little", signed=True),
        b"f": lambda content: struct.unpack("<d", content)[0],
        b"c": lambda content: complex(*struct.unpack("<dd", content)),
        b"s": lambda content: str(content, "utf-8", "surrogatepass"),
        b"y": bytes,
        b"D": lambda content: Decimal(str(content, "ascii")),
        b"U": lambda content: uuid.UUID(bytes=bytes(content)),
        b"d": lambda content: date.fromisoformat(str(content, "ascii")),
        b"t": lambda content: _read_moment(datetime, content),
        b"m": lambda content: _read_moment(time, content),
        b"e": lambda content: timedelta(*json.loads(bytes(content))),
        b"S": _read_timestamp,
        b"E": _read_timedelta,
        b"P": _read_period,
        b"I": _read_interval,
        b"l": lambda content: list(_unpack(content)),
        b"u": lambda content: tuple(_unpack(content)),
        b"k": _read_dict,
        b"h": lambda content: set(_unpack(content)),
        b"H": lambda content: frozenset(_unpack(content)),
        b"g": lambda content: _read_array(content)[()],
        b"a": _read_array,
    }


def _nothing(_value: object, _depth: int) -> bytes:
    return b""


def _integer(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)


def _float(value: float) -> bytes:
    return _NAN if math.isnan(value) else struct.pack("<d", value)


def _moment(value: datetime | time) -> bytes:
    try:
        return canonical([value.replace(tzinfo=None).isoformat(), value.fold, zones.write(value.tzinfo)])
    except TypeError as error:
        raise Unkept(str(error)) from None


def _read_moment(kind: type[datetime] | type[time], content: memoryview) -> datetime | time:
    text, fold, zone = json.loads(bytes(content))
    return kind.fromisoformat(text).replace(tzinfo=zones.read(zone), fold=fold)


def _timestamp(value: pd.Timestamp) -> bytes:
    try:
        return canonical([int(value.asm8.view("i8")), value.unit, zones.write(value.tzinfo)])
    except TypeError as error:
        raise Unkept(str(error)) from None


def _read_timestamp(content: memoryview) -> object:
    import numpy as np
    import pandas as pd

    count, unit, zone = json.loads(bytes(content))
    moment = pd.Timestamp(np.datetime64(count, unit))
    return moment if zone is None else moment.tz_localize("UTC").tz_convert(zones.read(zone))


def _read_timedelta(content: memoryview) -> object:
    import numpy as np
    import pandas as pd

    count, unit = json.loads(bytes(content))
    return pd.Timedelta(np.timedelta64(count, unit))


def _read_period(content: memoryview) -> object:
    import pandas as pd

    ordinal, freq = json.loads(bytes(content))
    return pd.Period(ordinal=ordinal, freq=freq)


def _read_interval(content: memoryview) -> object:
    import pandas as pd

    return pd.Interval(*_unpack(content))  # type: ignore[arg-type,type-var]


def _read_dict(content: memoryview) -> object:
    parts = _unpack(content)
    return dict(zip(parts, parts, strict=True))


def _item(value: object, depth: int) -> bytes:
    tag, content = write(value, depth + 1)
    return _ITEM.pack(tag, len(content)) + content


def _pack(values: Iterable[object], depth: int) -> bytes:
    return b"".join([_item(value, depth) for value in values])


def _pack_sorted(values: Iterable[object], depth: int) -> bytes:
    return b"".join(sorted(_item(value, depth) for value in values))


def _unpack(content: memoryview) -> Iterator[object]:
    position = 0
    while position < len(content):
        tag, length = _ITEM.unpack_from(content, position)
        start = position + _ITEM.size
        position = start + length
        yield read(tag, content[start:position])


def _numpy_writer(value: object) -> tuple[bytes, Writer]:
    import numpy as np

    if type(value) is np.ndarray and (value.dtype.kind == "O" or _is_kept(value.dtype)):
        return b"a", lambda given, depth: _array(np.asarray(given), depth)
    if isinstance(value, np.generic) and type(value) is value.dtype.type and _is_kept(value.dtype):
        return b"g", lambda given, depth: _array(np.asarray(given), depth)
    raise Unkept(_type_name(value))


def _is_kept(dtype: np.dtype[np.generic]) -> bool:
    return dtype.kind in _NUMPY_KINDS and dtype.char not in "gG"


def _array(value: np.ndarray[tuple[int, ...], np.dtype[np.generic]], depth: int) -> bytes:
    header = [value.dtype.newbyteorder("<").str, list(value.shape)]
    if value.dtype.kind == "O":
        return _pack([bytes(canonical(header)), *value.reshape(-1)], depth)
    little = value.astype(value.dtype.newbyteorder("<"), order="C", copy=True)
    return _pack([bytes(canonical(header)), with_one_nan(little).tobytes()], depth)


def _read_array(content: memoryview) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    import numpy as np

    header, *rest = _unpack(content)
    dtype, shape = json.loads(bytes(memoryview(header)))  # type: ignore[arg-type]
    if np.dtype(dtype).kind == "O":
        values = np.empty(len(rest), dtype=object)
        values[:] = rest
    else:
        values = np.frombuffer(rest[0], dtype=dtype).astype(np.dtype(dtype).newbyteorder("="))  # type: ignore[call-overload]
    return values.reshape(shape)


def with_one_nan(
    values: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    """Return *values* with every NaN the same: processors differ in the sign and payload of theirs."""
    import numpy as np

    if values.dtype.kind == "c":
        parts = np.ascontiguousarray(values).view(values.real.dtype)
        return with_one_nan(parts).view(values.dtype)
    if values.dtype.kind != "f":
        return values
    missing = np.isnan(values)
    return np.where(missing, values.dtype.type(np.nan), values) if missing.any() else values


def _type_name(value: object) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
