"""A table whose content is stored already, read one column after another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.core.objects import Objects
    from jupyter_mlops.data.sketch.table import TableSketch
    from jupyter_mlops.data.store.chain import PartReader
    from jupyter_mlops.data.store.manifest import Manifest


@dataclass(frozen=True)
class StoredTable:
    """The columns of a manifest; each is read when it is asked for, and not held."""

    objects: Objects
    manifest: Manifest

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.manifest.rows

    @cached_property
    def index(self) -> pd.Index:
        """What its rows are called."""
        from jupyter_mlops.data.encoding.frame import decode_index

        return decode_index(self._reader.part(self.manifest.index))

    @cached_property
    def labels(self) -> pd.Index:
        """What its columns are called."""
        from jupyter_mlops.data.encoding.frame import decode_index

        return decode_index(self._reader.part(self.manifest.labels))

    def column(self, place: int) -> pd.Series:
        """Read a column."""
        from jupyter_mlops.data.encoding.frame import decode_column

        part = self._reader.part(self.manifest.columns[place])
        return decode_column(part, self.rows, self.index, self.labels[place])

    def profile(self) -> TableSketch | None:
        """Return what is known of its columns, if that was kept."""
        from jupyter_mlops.data.store import profiles

        return None if self.manifest.profile is None else profiles.read(self.objects, self.manifest)

    @cached_property
    def _reader(self) -> PartReader:
        from jupyter_mlops.data.store.chain import PartReader

        return PartReader(self.objects, self.manifest)
