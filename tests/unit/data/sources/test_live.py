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


LIVE = {
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
