"""Write the history of a dataset as a Delta table: one Delta version for each of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.exporter import Destination, Export, size_of
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import split_reference
from jupyter_mlops.data.exports.batches import Rows
from jupyter_mlops.data.exports.files import flattened, personal_of, shape_of, writing
from jupyter_mlops.data.sources.flow import cause
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.resolve import resolve

if TYPE_CHECKING:
    import pyarrow as pa


_FILE_BYTES, _GROUP_ROWS = (
    16 << 20,
    1 << 13,
)  # the writer holds a file's bytes, and a group's rows several times


class DeltaExporter:
    """Writes all versions of a dataset; up to one of them, when the reference selects it."""

    def export(self, project: Project, ref: str, destination: Destination) -> Export:
        """Write the history, the oldest version first."""
        _check_installed()
        name = ref.removeprefix("dataset:")
        last = resolve(project, name)
        call.reads(f"snapshot:{last.ref}", given=f"any:{ref}")
        history = _history(project, last)
        is_whole = split_reference(name)[1] is None
        label = last.dataset if is_whole else f"{last.dataset}-{last.version}"
        with destination.place(f"{label}.delta", is_folder=True) as placed:
            for done, found in enumerate(history):
                progress.report(done, len(history), f"writing {found.ref}")
                _write(project, found, placed.path, is_first=not done)
            return Export(
                ref=last.ref,
                target="delta",
                path=placed.name,
                what=f"{len(history)} versions, the last of {shape_of(last)}",
                size_bytes=size_of(placed.path),
                personal=personal_of(project, last),
                notes=tuple(_numbers(history)),
            )


def _check_installed() -> None:
    try:
        import deltalake  # noqa: F401 - only whether it is there
    except ImportError:
        raise Invalid(
            "Delta tables need the package deltalake.", hint="`pip install 'jupyter-mlops[delta]'`"
        ) from None


def _history(project: Project, last: Snapshot) -> list[Snapshot]:
    with project.store.read() as connection:
        versions = catalogue.versions(connection, last.dataset)
    return [item for item in reversed(versions) if item.version <= last.version]


def _numbers(history: Sequence[Snapshot]) -> list[str]:
    """Say which Delta version is which, as Delta counts from 0."""
    first, last = history[0], history[-1]
    if len(history) == 1:
        return [f"Delta version 0 is {first.ref}."]
    return [f"Delta version 0 is {first.ref}, and {len(history) - 1} is {last.ref}."]


def _write(project: Project, found: Snapshot, path: Path, *, is_first: bool) -> None:
    import deltalake
    import pyarrow as pa
    from deltalake.exceptions import DeltaError

    with writing(found, "delta"):
        rows = Rows(project, found, is_flat=True)
        schema = _plain(rows.schema)
        reader = pa.RecordBatchReader.from_batches(
            schema, (flattened(batch, schema) for batch in rows.batches())
        )
        said = {"jupyter_mlops.ref": found.ref, "jupyter_mlops.digest": found.digest}
        try:
            deltalake.write_deltalake(
                str(path),
                reader,
                mode="error" if is_first else "overwrite",
                schema_mode=None if is_first else "overwrite",
                target_file_size=_FILE_BYTES,
                writer_properties=deltalake.WriterProperties(
                    max_row_group_size=_GROUP_ROWS, compression="ZSTD"
                ),
                commit_properties=deltalake.CommitProperties(custom_metadata=said),
            )
        except DeltaError as error:
            if "os error" in str(error):  # it has one class for all that goes wrong
                raise OSError(str(error)) from error
            raise Invalid(
                f"{found.ref} cannot be written as delta: {cause(error)}.", hint="Export it to parquet."
            ) from error


def _plain(schema: pa.Schema) -> pa.Schema:
    """Return a schema in the types that Delta knows: whole numbers with a sign, microseconds."""
    import pyarrow as pa

    return pa.schema([(item.name, _known(item.type)) for item in schema])


def _known(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    signed = {
        pa.uint8(): pa.int16(),
        pa.uint16(): pa.int32(),
        pa.uint32(): pa.int64(),
        pa.uint64(): pa.int64(),
    }
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    return signed.get(kind, kind)
