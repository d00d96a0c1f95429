"""A part, or what changed in one, as the bytes of an extent: a directory in JSON, then blocks."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.data.encoding.cells import runs
from jupyter_mlops.data.encoding.part import Meta, Part, canonical, check_format
from jupyter_mlops.data.store.blocks import Bytes, Reader, Spec, Writer
from jupyter_mlops.data.store.layout import Slot
from jupyter_mlops.data.store.tracks import Numbers, Runs, Track, Whole, stack

if TYPE_CHECKING:
    import pyarrow as pa

STORAGE = 2
GROUP = 1 << 18
_MAGIC = b"mlopsrow"
_OLD_MAGIC = b"mlopscol"
_LENGTH = struct.Struct("<Q")
_OLD_BLOCK = struct.Struct("<BQ")
_PROBE = 2_000

Directory = Mapping[str, object]
Groups = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Opened:
    """The directory of an extent, and its blocks."""

    directory: Directory
    blocks: memoryview


def seal(directory: Directory, writer: Writer) -> list[Bytes]:
    """Return the bytes of an extent, in pieces."""
    text = canonical({"format": STORAGE, **directory})
    return [_MAGIC + _LENGTH.pack(len(text)) + text, *writer.blobs]


def open_(content: memoryview) -> Opened:
    """Return what `seal` sealed.

    Raises
    ------
    Unavailable
        It is something else, or of a newer format.
    """
    if content[:8] != _MAGIC:
        raise Unavailable("An object is not a part of a snapshot.", hint="Bring it back from a backup.")
    (length,) = _LENGTH.unpack_from(content, 8)
    directory = json.loads(bytes(content[16 : 16 + length]))
    check_format(directory.get("format"), STORAGE)
    return Opened(directory, content[16 + length :])


def pack(track: Track, writer: Writer) -> Groups:
    """Add a track and return how to read it: a list of groups of rows."""
    if isinstance(track, Whole):
        return [writer.content(track.content)]
    if isinstance(track, Runs):
        if len(track) <= GROUP:
            return [_pack_runs(track, writer)]
        return [
            _pack_runs(track.slice(start, start + GROUP), writer) for start in range(0, len(track), GROUP)
        ]
    starts = range(0, len(track), GROUP) if len(track) else (0,)
    return [_pack_numbers(track.slice(start, start + GROUP), writer) for start in starts]


def unpack(slot: Slot, groups: Groups, reader: Reader) -> Track:
    """Return the track that `pack` added."""
    import numpy as np

    if slot.kind == "whole":
        return Whole(reader.content(cast("Spec", groups[0])))
    if slot.kind == "runs":
        return stack([_unpack_runs(group, reader) for group in groups])
    specs = cast("Sequence[Spec]", groups)
    if not slot.dtype.startswith("V"):
        return Numbers(reader.groups(specs, slot.dtype))
    return stack([Numbers(np.frombuffer(reader.content(spec), dtype=slot.dtype)) for spec in specs])


def is_old(content: memoryview) -> bool:
    """Tell whether an object is a part as format 1 stored it."""
    return content[:8] == _OLD_MAGIC


def unpack_old(content: memoryview) -> Part:
    """Return the part that format 1 stored as *content*."""
    (length,) = _LENGTH.unpack_from(content, 8)
    header = json.loads(bytes(content[16 : 16 + length]))
    check_format(header["format"], STORAGE)
    return Part(cast("Meta", header["meta"]), tuple(_old_buffers(content, 16 + length, header["lengths"])))


def _old_buffers(content: memoryview, position: int, lengths: Sequence[int]) -> Iterator[memoryview]:
    for length in lengths:
        _, stored = _OLD_BLOCK.unpack_from(content, position)
        position += _OLD_BLOCK.size + stored
        yield Reader(content[position - stored : position]).content((length, stored))


def _pack_numbers(track: Numbers, writer: Writer) -> Spec:
    if track.values.dtype.kind == "V":
        return writer.content(track.buffers[0])
    return writer.numbers(track.values)


def _pack_runs(track: Runs, writer: Writer) -> Sequence[object]:
    """Add runs of bytes: the different ones once and a code a row, when few differ; else all of them."""
    words = _words(track.arrow)
    if words is None:
        return _pack_plain(track.arrow, writer)
    codes = words.indices.fill_null(len(words.dictionary)).to_numpy(zero_copy_only=False)
    return [*_pack_plain(words.dictionary, writer), writer.numbers(codes)]


def _words(rows: pa.Array) -> pa.DictionaryArray | None:
    """Return the different runs and a code a row, if they are a quarter of the rows at most."""
    import numpy as np
    import pyarrow as pa

    probe = rows.take(pa.array(np.arange(0, len(rows), max(1, len(rows) // _PROBE))))
    again = len(probe) - len(probe.unique())
    if again * len(rows) < len(probe) ** 2:  # of a quarter's words, twice as many would be met again
        return None
    words = rows.dictionary_encode()
    return words if 4 * len(words.dictionary) <= len(rows) else None


def _pack_plain(rows: pa.Array, writer: Writer) -> Sequence[object]:
    import numpy as np

    lengths, content = runs(rows)
    lengths = lengths + np.uint32(1)  # none becomes 0, so that one does not make all of them wide
    return [writer.numbers(lengths), writer.content(content)]


def _unpack_runs(group: Sequence[object], reader: Reader) -> Runs:
    import numpy as np
    import pyarrow as pa

    lengths, content, *codes = cast("Sequence[Spec]", group)
    plain = Runs.of_buffers(
        reader.numbers(lengths, "u4").astype(np.uint32, copy=False) - np.uint32(1), reader.content(content)
    )
    if not codes:
        return plain
    rows, words = reader.rows(codes[0]), plain.words
    if len(rows) and rows.max() == len(words):  # a word that is none makes all of them slower to copy
        words = pa.concat_arrays([words, pa.nulls(1, pa.large_binary())])
    return Runs(words, rows)
