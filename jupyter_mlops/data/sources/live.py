"""Tables of other libraries, taken through the Arrow C stream that they offer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.sources.flow import Flow, cause, joined
from jupyter_mlops.data.sources.pieces import collected
from jupyter_mlops.data.sources.scratch import Room

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_STREAM = "__arrow_c_stream__"


def is_live(table: object) -> bool:
    """Tell whether *table* is no pandas DataFrame, but one of Polars, Arrow, DuckDB, Spark or their like."""
    import pandas as pd

    if isinstance(table, pd.DataFrame | pd.Series):
        return False
    return _has_stream(table) or _is_polars_plan(table) or _is_dataset(table) or _is_spark(table)


def frame_of(table: object) -> pd.DataFrame:
    """Return such a table as a DataFrame.

    Raises
    ------
    Invalid
        It offers a stream, but no table comes.
    """
    import pyarrow as pa

    found: pd.DataFrame
    if isinstance(table, pa.Table | pa.RecordBatch):
        found = table.to_pandas()  # with the index that pandas wrote down
        return found
    reader = _reader(table)
    try:
        found = pa.Table.from_batches(list(map(_plain, reader)), _plain_schema(reader.schema)).to_pandas()
    except pa.ArrowException as error:
        raise _broken(table, error) from error
    return found


def flow_of(table: object, folder: Path) -> Flow:
    """Return such a table in batches, which are kept on the disk meanwhile: a stream can be read once only."""
    import pyarrow as pa

    name = f"the {_kind(table)}"

    def batches() -> Iterator[pa.RecordBatch]:
        reader = _reader(table)
        yield pa.RecordBatch.from_pylist([], schema=_plain_schema(reader.schema))
        yield from map(_plain, reader)

    try:
        return joined(name, [collected(name, batches(), Room(folder))])
    except pa.ArrowException as error:
        raise _broken(table, error) from error


def is_lazy(table: object) -> bool:
    """Tell whether a table may be larger than memory: it is a stream, a file or a query, and not loaded."""
    import pyarrow as pa

    return (
        is_live(table) and not isinstance(table, pa.Table | pa.RecordBatch) and not hasattr(table, "height")
    )


def _reader(table: object) -> pa.RecordBatchReader:
    import pyarrow as pa

    try:
        if isinstance(table, pa.RecordBatch):
            return pa.RecordBatchReader.from_batches(table.schema, [table])
        if _is_dataset(table):
            return cast("Any", table).scanner().to_reader()
        if _is_polars_plan(table):
            return pa.RecordBatchReader.from_stream(cast("Any", table).collect())
        if _is_spark(table):
            return _of_spark(table)
        return pa.RecordBatchReader.from_stream(table)
    except (pa.ArrowException, TypeError, ValueError, AttributeError) as error:
        raise _broken(table, error) from error


def _of_spark(table: object) -> pa.RecordBatchReader:
    """Let Spark send partition after partition; all at once where it cannot.

    Spark 4.0 has no stream, and that of later releases needs a Python with Arrow wherever Spark works.
    """
    import pyarrow as pa

    if _has_stream(table):
        reader = pa.RecordBatchReader.from_stream(table)
        try:
            first = reader.read_next_batch()
        except StopIteration:
            return pa.RecordBatchReader.from_batches(reader.schema, [])
        except (pa.ArrowException, OSError):
            pass
        else:
            return pa.RecordBatchReader.from_batches(reader.schema, chain([first], reader))
    try:
        return cast("Any", table).toArrow().to_reader()
    except Exception as error:  # Spark raises classes of its own
        raise _broken(table, error) from error


def _has_stream(table: object) -> bool:
    return hasattr(table, _STREAM) and not isinstance(table, type)


def _is_polars_plan(table: object) -> bool:
    return type(table).__module__.startswith("polars.") and type(table).__name__ == "LazyFrame"


def _is_dataset(table: object) -> bool:
    """Tell whether it is a dataset of PyArrow's, which offers no stream itself."""
    return type(table).__module__.startswith("pyarrow") and hasattr(table, "scanner")


def _is_spark(table: object) -> bool:
    return type(table).__module__.startswith("pyspark.") and hasattr(table, "toArrow")


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    import pyarrow as pa

    schema = _plain_schema(batch.schema)
    columns = [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _plain_schema(schema: pa.Schema) -> pa.Schema:
    """Return a schema without views, which not everything reads, and without metadata."""
    import pyarrow as pa

    views = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    return pa.schema([(field.name, views.get(field.type, field.type)) for field in schema])


def _kind(table: object) -> str:
    return f"{type(table).__module__.partition('.')[0].strip('_')}.{type(table).__qualname__}"


def _broken(table: object, error: Exception) -> Invalid:
    return Invalid(f"A {_kind(table)} gives no table: {cause(error)}.", hint="Make it a pandas DataFrame.")
