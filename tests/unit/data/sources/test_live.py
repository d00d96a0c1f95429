"""Tables of other libraries are taken as they are, through the Arrow C stream."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.load import load
from jupyter_mlops.data.profile import profile
from jupyter_mlops.data.snapshot import snapshot

FRAME = pd.DataFrame({"id": [1, 2, 3], "x": [0.5, np.nan, 2.5], "name": ["ada", "bo", None]})
ARROW = pa.table({"id": [1, 2, 3], "x": [0.5, None, 2.5], "name": ["ada", "bo", None]})


class Streaming:
    """What any library may offer."""

    def __arrow_c_stream__(self, requested_schema=None):
        return ARROW.__arrow_c_stream__(requested_schema)


class Broken:
    """A stream that is none."""

    def __arrow_c_stream__(self, requested_schema=None):
        return object()


class DataFrame:
    """A table of Spark 4.0: collected when it is asked for, and no stream."""

    def __init__(self, message: str = "") -> None:
        self.message = message

    def toArrow(self) -> pa.Table:  # noqa: N802 - as Spark calls it
        if self.message:
            raise RuntimeError(self.message)
        return ARROW


DataFrame.__module__ = "pyspark.sql.classic.dataframe"

LIVE = {
    "pyspark.DataFrame": DataFrame,
    "polars.DataFrame": lambda: pl.from_arrow(ARROW),
    "polars.LazyFrame": lambda: pl.from_arrow(ARROW).lazy(),
    "pyarrow.Table": lambda: ARROW,
    "pyarrow.RecordBatch": lambda: ARROW.to_batches()[0],
    "pyarrow.RecordBatchReader": ARROW.to_reader,
    "pyarrow.Dataset": lambda: pyarrow.dataset.dataset(ARROW),
    "duckdb.relation": lambda: duckdb.from_arrow(ARROW),
    "any": Streaming,
}


class TestLive:
    @pytest.mark.parametrize("kind", LIVE)
    def test_it_is_the_frame(self, project, kind):
        """Whichever library holds it, it is the same content."""
        made = snapshot(project, LIVE[kind](), "customers")
        assert made.digest == snapshot(project, FRAME, "twin").digest
        pd.testing.assert_frame_equal(load(project, "customers"), FRAME)

    @pytest.mark.parametrize("kind", LIVE)
    def test_in_batches_too(self, project, kind):
        """What is lazy is not loaded whole when it is large."""
        project.settings.__dict__["stream_mb"] = 1e-6
        made = snapshot(project, LIVE[kind](), "customers")
        assert made.digest == snapshot(project, FRAME, "twin").digest

    @pytest.mark.parametrize("kind", LIVE)
    def test_every_verb_takes_it(self, project, kind):
        """Not only snapshot."""
        assert profile(project, LIVE[kind]()).rows == 3

    def test_the_index_that_pandas_wrote_comes_back(self, project):
        """A table made from a frame is that frame."""
        frame = FRAME.set_index("id")
        snapshot(project, pa.Table.from_pandas(frame), "customers")
        pd.testing.assert_frame_equal(load(project, "customers"), frame)

    def test_a_stream_that_is_none(self, project):
        """Is one sentence."""
        with pytest.raises(Invalid, match="gives no table"):
            snapshot(project, Broken(), "customers")

    def test_a_subclass_is_still_refused(self, project):
        """What pandas itself offers as a stream is not taken for something else."""

        class Own(pd.DataFrame):
            pass

        with pytest.raises(Invalid, match="is not a pandas DataFrame"):
            snapshot(project, Own(FRAME), "customers")


class TestSpark:
    def test_a_stream_is_preferred(self, project):
        """It comes partition by partition, and is never whole in memory."""

        class Streamed(Streaming, DataFrame):
            def __init__(self) -> None:
                DataFrame.__init__(self, "collected")

        Streamed.__module__ = DataFrame.__module__
        assert snapshot(project, Streamed(), "customers").rows == 3

    def test_where_the_stream_does_not_work_it_is_collected(self, project):
        """As on workers whose Python has no Arrow."""

        def failing():
            raise OSError("no module named pyarrow")
            yield

        class Workless(DataFrame):
            def __arrow_c_stream__(self, requested_schema=None):
                return pa.RecordBatchReader.from_batches(ARROW.schema, failing()).__arrow_c_stream__()

        Workless.__module__ = DataFrame.__module__
        pd.testing.assert_frame_equal(load(project, snapshot(project, Workless(), "customers").ref), FRAME)

    def test_what_goes_wrong_there_is_one_sentence(self, project):
        """Whichever class Spark raises."""
        with pytest.raises(Invalid, match=r"A pyspark.* gives no table: \[DIVIDE_BY_ZERO\] no\."):
            snapshot(project, DataFrame("[DIVIDE_BY_ZERO] no"), "customers")
