"""Look for what is personal in a table that comes in batches, and mask it on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.privacy.scan import Personal, scan
from jupyter_mlops.data.sources.flow import Flow
from jupyter_mlops.data.versions.privacy import Guard, said

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_ROWS = 1 << 16


@dataclass
class FlowGuard:
    """Look at the batches of a table before they are kept.

    Parameters
    ----------
    settled
        What the version is recorded with; it knows what was found once the batches have passed.
    """

    flow: Flow
    pii: str
    settled: Guard
    _found: dict[str, Personal] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, name: str, flow: Flow, pii: str) -> FlowGuard:
        """Refuse or plan to mask what looks personal, if that was asked for: the table is read once for that.

        Raises
        ------
        Refused
            Something looks personal, and that is refused.
        """
        import pandas as pd

        guard = cls(flow, pii, Guard(project, name, pii, pd.DataFrame()))
        if pii == "mask":
            guard._survey()
            guard.settled.masked = _plan(guard.flow, tuple(guard._found.values()))
            guard.settled.found = ()
        return guard

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches as they are to be kept."""
        if self.settled.masked:
            yield from self._masked()
            return
        for batch in self.flow:
            self._look(batch)
            if self.pii == "refuse" and self._found:
                raise Refused(
                    f"{self.settled.name} would hold what looks personal: {said(list(self._found.values()))}.",
                    hint="Keep it masked with --pii mask, drop the columns, or allow it with --pii allow.",
                )
            yield batch
        self.settled.found = tuple(self._found.values())

    def _survey(self) -> None:
        done = 0
        for batch in self.flow:
            self._look(batch)
            done += len(batch)
            progress.report(done, 0, "looking for personal data")

    def _look(self, batch: pa.RecordBatch) -> None:
        for item in scan(_frame(batch)) if len(batch) else ():
            known = self._found.get(item.column)
            if known is None or item.share > known.share:
                self._found[item.column] = item

    def _masked(self) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        from jupyter_mlops.data.privacy import masking

        schema = None
        for batch in self.flow:
            frame = masking.masked(self.settled.project, _frame(batch), self.settled.masked)
            made = pa.RecordBatch.from_pandas(frame, preserve_index=False)
            schema = schema or _without_null(made.schema)
            yield pa.RecordBatch.from_pandas(frame, schema=schema, preserve_index=False)


def _plan(flow: Flow, found: tuple[Personal, ...]) -> dict[str, JsonValue]:
    """Return what is done to which column; numbers are hashed, as their range is not known in time."""
    import pyarrow as pa

    from jupyter_mlops.data.privacy import masking

    empty = pa.Table.from_batches([], flow.schema).replace_schema_metadata().to_pandas()
    plan = masking.plan(empty, (), None, found)
    for name, how in plan.items():
        kind = flow.schema.field(name).type
        if cast("Mapping[str, str]", how)["how"] == "generalise" and not pa.types.is_temporal(kind):
            plan[name] = {**cast("Mapping[str, JsonValue]", how), "how": "hash"}
    return plan


def _without_null(schema: pa.Schema) -> pa.Schema:
    """Return a schema in which a column that began without values is text, as what masks make."""
    import pyarrow as pa

    kinds = [pa.large_string() if pa.types.is_null(item.type) else item.type for item in schema]
    return pa.schema(list(zip(schema.names, kinds, strict=True)))


def _frame(batch: pa.RecordBatch) -> pd.DataFrame:
    import pyarrow as pa

    found: pd.DataFrame = pa.Table.from_batches([batch]).replace_schema_metadata().to_pandas()
    return found
