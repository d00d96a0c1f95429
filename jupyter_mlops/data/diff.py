"""Tell two tables apart: schema, rows, cells, and how far each column has moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.preview import shown
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Subject
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.diffs import keys, matching, schemas
from jupyter_mlops.data.diffs.cells import equal
from jupyter_mlops.data.diffs.matching import Alignment
from jupyter_mlops.data.diffs.record import By, ColumnDiff, Diff
from jupyter_mlops.data.diffs.sample import Sampler
from jupyter_mlops.data.diffs.schemas import Pair, Pairing, SchemaChange
from jupyter_mlops.data.diffs.shift import shift
from jupyter_mlops.data.versions import privacy
from jupyter_mlops.data.versions.subject import Named, named

if TYPE_CHECKING:
    from jupyter_mlops.data.diffs.cells import Mask

KeyColumn = Annotated[str, Field(description="A column that tells rows apart, or several: a,b.")]
Sample = Annotated[int, Field(ge=0, le=10_000, description="How many rows of each kind of change to keep.")]


@dataclass(frozen=True)
class Matched:
    """Two tables with their columns paired and their rows matched."""

    pairing: Pairing
    rows: Alignment
    by: By
    key: Sequence[Pair] = ()
    is_guessed: bool = False

    @property
    def others(self) -> list[Pair]:
        """The columns that are not the key."""
        return [pair for pair in self.pairing.pairs if all(pair is not item for item in self.key)]


@verb("diff", effect="read", long=True)
def diff(
    project: Project,
    before: Subject,
    after: Subject,
    *,
    key: Annotated[
        tuple[KeyColumn, ...], Field(description="Columns that tell rows apart; guessed when there are such.")
    ] = (),
    match: Annotated[
        By | None,
        Field(description="What rows are matched by; the key where there is one, else the content."),
    ] = None,
    limit: Sample = 20,
) -> Diff:
    """Tell two tables apart: schema, rows added, removed and changed, cells, and how far columns moved."""
    left, right = named(project, before, "the first table"), named(project, after, "the second table")
    if left.snapshot and right.snapshot and left.snapshot.digest == right.snapshot.digest:
        return _same(left, right)
    matched = match_rows(left, right, key, match)
    hidden = set(map(shown, privacy.hidden(project, left) | privacy.hidden(project, right)))
    return _told(left, right, matched, Sampler(matched.rows, matched.key, matched.others, hidden), limit)


def match_rows(left: Named, right: Named, key: Sequence[str] = (), by: By | None = None) -> Matched:
    """Pair the columns of two tables, and match their rows.

    Raises
    ------
    NotFound
        A column of the key is missing.
    Invalid
        The key does not tell rows apart, or there is none.
    """
    if key and by in {"content", "position"}:
        raise Invalid(
            f"A key is of no use when rows are matched by {by}.", hint="Leave out --key or --match."
        )
    pairing = schemas.pair(left.frame, right.frame)
    if by == "position":
        return Matched(pairing, matching.by_position(len(left.frame), len(right.frame)), "position")
    found = keys.given(pairing, key, (left.name, right.name)) if key else None
    if found is None and by != "content":
        found = keys.guess(pairing)
    if found is not None:
        columns, one, other = found
        return Matched(pairing, matching.by_codes(one, other), "key", columns, is_guessed=not key)
    if by == "key":
        raise Invalid("No column tells every row of both tables apart.", hint="Name several: --key a,b.")
    return Matched(pairing, _by_content(left, right, pairing), "content")


def _by_content(left: Named, right: Named, pairing: Pairing) -> Alignment:
    pairs = [pair.cells for pair in pairing.pairs]
    if not pairs:
        return matching.by_position(len(left.frame), len(right.frame))
    return matching.by_codes(*matching.codes(pairs))


def _same(left: Named, right: Named) -> Diff:
    rows = len(left.frame)
    return Diff(
        before=left.name, after=right.name, rows_before=rows, rows_after=rows, by="position", is_equal=True
    )


def _told(left: Named, right: Named, matched: Matched, sampler: Sampler, limit: int) -> Diff:
    import numpy as np

    rows, others = matched.rows, sampler.others
    unlike = _unlike(others, rows) if matched.by != "content" else {}
    touched = np.zeros(len(rows.left), dtype=bool)
    for mask in unlike.values():
        touched |= mask
    columns = _columns(others, unlike, is_all=bool(len(rows.added) or len(rows.removed)))
    found = Diff(
        before=left.name,
        after=right.name,
        rows_before=len(left.frame),
        rows_after=len(right.frame),
        by=matched.by,
        key=tuple(pair.name for pair in matched.key),
        is_guessed=matched.is_guessed,
        added=len(rows.added),
        removed=len(rows.removed),
        changed=int(touched.sum()),
        is_moved=rows.is_moved,
        cells_changed=sum(item.changed for item in columns),
        schema_changes=matched.pairing.changes,
        columns=tuple(sorted(columns, key=lambda item: (-item.shift, -item.changed))),
        rows=(*sampler.changed(unlike, touched, limit), *sampler.added(limit), *sampler.removed(limit)),
    )
    return _proven(found, left, right)


def _unlike(pairs: Sequence[Pair], rows: Alignment) -> dict[int, Mask]:
    """Return where cells of matched rows differ, by the place of their column, where any does."""
    found = {}
    for place, pair in enumerate(pairs):
        progress.report(place, len(pairs), "comparing columns")
        left, right = pair.cells
        if not rows.is_identity:
            left, right = left.take(rows.left), right.take(rows.right)
        mask = ~equal(left, right)
        if mask.any():
            found[place] = mask
    return found


def _columns(pairs: Sequence[Pair], unlike: dict[int, Mask], *, is_all: bool) -> list[ColumnDiff]:
    found = []
    for place, pair in enumerate(pairs):
        if place not in unlike and not is_all:
            continue
        progress.report(place, len(pairs), "measuring shifts")
        moved = shift(pair)
        before, after = moved.means or (None, None)
        found.append(
            ColumnDiff(
                column=pair.name,
                changed=int(unlike[place].sum()) if place in unlike else 0,
                missing_before=int((pair.cells[0].missing > 0).sum()),
                missing_after=int((pair.cells[1].missing > 0).sum()),
                shift=moved.size,
                measure=moved.measure,
                mean_before=before,
                mean_after=after,
            )
        )
    return found


def _proven(found: Diff, left: Named, right: Named) -> Diff:
    """Let digests have the last word where nothing was found: they see what no cell and no dtype shows."""
    from jupyter_mlops.data.encoding.frame import encode

    if found.added or found.removed or found.changed or found.is_moved or found.schema_changes:
        return found
    digests = {item.snapshot.digest if item.snapshot else encode(item.frame).digest for item in (left, right)}
    if len(digests) == 1:
        return found.model_copy(update={"is_equal": True})
    layout = SchemaChange(column="", change="layout", before="one way", after="another")
    return found.model_copy(update={"schema_changes": (layout,)})
