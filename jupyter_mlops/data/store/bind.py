"""Bind the columns of a spool into a manifest: kept already, told from the version before, or written whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from jupyter_mlops.core import progress
from jupyter_mlops.core.objects import Batch, Objects
from jupyter_mlops.data.encoding.frame import digest_of
from jupyter_mlops.data.encoding.part import Part
from jupyter_mlops.data.store import fingerprint
from jupyter_mlops.data.store.blocks import Bytes, Writer
from jupyter_mlops.data.store.chain import PartReader
from jupyter_mlops.data.store.delta import Found, steps
from jupyter_mlops.data.store.draft import Draft, Known, Shared, bound, keyed, reused, row_maps, stepped
from jupyter_mlops.data.store.extents import OWN, ExtentWriter
from jupyter_mlops.data.store.keep import by_name, sound_parts
from jupyter_mlops.data.store.layout import Slot, layout
from jupyter_mlops.data.store.manifest import Manifest
from jupyter_mlops.data.store.packed import GROUP, pack, seal
from jupyter_mlops.data.store.pair import Pair
from jupyter_mlops.data.store.spool import Column, Span, Spool
from jupyter_mlops.data.store.survey import Seen
from jupyter_mlops.data.store.tracks import Numbers, Runs, Track, Whole, cut, stack

_ROW_BYTES = 64  # hashes before and after, where each row comes from, and what sorting them takes
_TIMES = 5  # a column before and after, the one in the order of the other, and what is unpacked on the way
_MOST_AT_ONCE = 64 << 20


@dataclass(frozen=True)
class Spooled:
    """A table whose columns are in a spool."""

    rows: int
    index: Part
    labels: Part
    columns: tuple[Column, ...]

    @property
    def digest(self) -> str:
        """The frame's identity."""
        parts = (self.index.digest, self.labels.digest, *(column.digest for column in self.columns))
        return digest_of(self.rows, parts)

    @property
    def digests(self) -> set[str]:
        """The identities of all parts."""
        return {self.index.digest, self.labels.digest, *(column.digest for column in self.columns)}


@dataclass(frozen=True)
class Binder:
    """Write what is new in a spool.

    Parameters
    ----------
    room_bytes
        How much memory may be taken to tell rows from those of the version before.
    """

    objects: Objects
    spool: Spool
    batch: Batch
    room_bytes: float

    def bind(self, table: Spooled, known: Sequence[Known]) -> Manifest:
        """Write all extents, and return the manifest that names them."""
        shared = sound_parts(self.batch, table.digests, known)
        found = self._steps(table, shared, known[0].manifest) if known else {}
        axes = [_seen(table.index), _seen(table.labels)]
        columns = [_seen_column(column, shared.get(column.digest)) for column in table.columns]
        with ExtentWriter(self.batch) as extents:
            maps = row_maps(extents, found)
            drafts = [
                reused(extents, axis, shared[axis.digest])
                if axis.digest in shared
                else keyed(extents, axis, size)
                for axis, size in zip(axes, (table.rows, len(columns)), strict=True)
            ]
            for place, (column, seen) in enumerate(zip(table.columns, columns, strict=True)):
                progress.report(place, len(columns), "storing columns")
                drafts.append(
                    reused(extents, seen, shared[column.digest])
                    if column.digest in shared
                    else stepped(extents, seen, found[place], known[0].manifest, maps)
                    if place in found
                    else Draft(seen, table.rows, key=self._key(extents, column))
                )
            return bound(extents, drafts, table.rows, table.digest, columns)

    def _steps(self, table: Spooled, shared: Mapping[str, Shared], before: Manifest) -> dict[int, Found]:
        """Return the steps that lead to new columns from those of the version before, by their number."""
        new = [place for place, column in enumerate(table.columns) if column.digest not in shared]
        widest = max((table.columns[place].size_bytes for place in new), default=0)
        if _ROW_BYTES * max(before.rows, table.rows) + _TIMES * widest > self.room_bytes:
            return {}
        reader = PartReader(self.objects, before)
        pairs = list(self._pairs(reader, table, new, before))
        found = steps(pairs, lambda kept: reader.path(kept.rows, kept.steps), self._spare)
        return {step.pair.place: step for step in found}

    def _pairs(
        self, reader: PartReader, table: Spooled, new: Sequence[int], before: Manifest
    ) -> Iterator[Pair]:
        there = by_name(before.columns)
        places = {place: there.get(name) for name, place in by_name(table.columns).items()}
        for place in new:
            column, found = table.columns[place], places[place]
            if found is not None:
                yield self._pair(reader, before, table.rows, (place, column, found))

    def _pair(self, reader: PartReader, before: Manifest, rows: int, where: tuple[int, Column, int]) -> Pair:
        place, column, found = where
        kept = before.columns[found]
        return Pair(
            place=place,
            kept=kept,
            read_old=lambda: reader.part(kept),
            read_new=lambda: self._part(column),
            old_rows=before.rows,
            new_rows=rows,
            check=column.mark,
            is_held=False,
        )

    def _part(self, column: Column) -> Part:
        buffers = column.buffers(slots_of(self.spool, column))
        return Part(column.pieces[0].meta, tuple(map(self.spool.whole, buffers)))

    def _spare(self, pieces: list[Bytes]) -> _Spared:
        return _Spared(self.spool, [self.spool.add(piece) for piece in pieces])

    def _key(self, extents: ExtentWriter, column: Column) -> int:
        """Write the extent of a whole column, as if it had been in memory, and return its ticket."""
        slots = slots_of(self.spool, column)
        groups: list[list[object]] = [[] for _ in slots]
        spans: list[list[Span]] = [[] for _ in slots]
        for number, tracks in enumerate(_groups(self.spool, column)):
            for place, track in enumerate(tracks):
                if number == 0 or not isinstance(track, Whole):
                    writer = Writer()
                    groups[place] += pack(track, writer)
                    spans[place] += [self.spool.add(blob) for blob in writer.blobs]
        shape = [(slot.kind, slot.dtype) for slot in slots]
        (head,) = seal({"meta": column.pieces[0].meta, "slots": shape, "tracks": groups}, Writer())
        blocks = [span for track in spans for span in track]
        size = len(head) + sum(length for _, length in blocks)
        if size < OWN:
            content: list[Bytes] = [head, *self.spool.read(blocks)]
            return extents.add(lambda: content)
        return extents.add_alone(self.batch.put(chain([head], self.spool.read(blocks))), size)


@dataclass(frozen=True)
class _Spared:
    """Bytes that wait in the spool."""

    spool: Spool
    spans: list[Span]

    def __call__(self) -> list[Bytes]:
        return [self.spool.whole([span]) for span in self.spans]


def slots_of(spool: Spool, column: Column) -> Sequence[Slot]:
    """Return how the buffers of a column are cut by rows."""
    first = column.pieces[0]
    return layout(spool.part(first), first.rows)


def _groups(spool: Spool, column: Column) -> Iterator[list[Track]]:
    """Yield as many rows together as a table in memory has them; fewer where they are long."""
    waiting: list[list[Track]] = []
    rows = size = 0
    for piece in column.pieces:
        waiting.append(cut(spool.part(piece), piece.rows)[1])
        rows, size = rows + piece.rows, size + sum(length for _, length in piece.spans)
        while rows > GROUP:
            whole = _stacked(waiting)
            waiting, full = [], [_slice(track, 0, GROUP) for track in whole]
            rest = [_slice(track, GROUP, rows) for track in whole]
            del whole
            yield full
            waiting, rows, size = [rest], rows - GROUP, 0
        if size > _MOST_AT_ONCE:
            yield _stacked(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield _stacked(waiting)


def _stacked(waiting: Sequence[Sequence[Track]]) -> list[Track]:
    made: list[Track] = []
    for tracks in zip(*waiting, strict=True):
        rows = [track for track in tracks if not isinstance(track, Whole)]
        made.append(stack(rows) if rows else tracks[0])
    return made


def _slice(track: Track, start: int, stop: int) -> Track:
    """Return some rows, and nothing that keeps the others in memory."""
    if isinstance(track, Whole):
        return track
    cut_off = track.slice(start, stop)
    return Runs(cut_off.arrow) if isinstance(cut_off, Runs) else Numbers(cut_off.values.copy())


def _seen(part: Part) -> Seen:
    return Seen(fingerprint.of_part(part), part.digest, part)


def _seen_column(column: Column, shared: Shared | None) -> Seen:
    """Keep the mark of what is kept already: it finds the column in memory."""
    mark = (shared.kept.mark if shared else "") or column.mark
    return Seen(mark, column.digest, None, column.name, column.dtype)
