"""Every frame that can be kept has a profile, and cells that rules can judge or say they cannot."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings

from jupyter_mlops.checks.cells import Cells
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.data.profiles.record import Profile
from jupyter_mlops.data.sketch.table import TableSketch
from tests.unit.data import frames as known
from tests.unit.data.test_any_frame import frames

KNOWN = {
    f"{group}-{number}": value
    for group, values in vars(known).items()
    if isinstance(values, list | dict)
    for number, value in (values.items() if isinstance(values, dict) else enumerate(values))
    if isinstance(value, pd.DataFrame)
}


def look(frame: pd.DataFrame) -> None:
    """Profile a frame and read its cells, in every form."""
    found = TableSketch.of(frame)
    assert [column.rows for column in found.columns] == [len(frame)] * frame.shape[1]
    cells = [Cells("x", frame.iloc[:, place]) for place in range(frame.shape[1])]
    assert [column.missing for column in found.columns] == [int(one.missing.sum()) for one in cells]
    assert TableSketch.unpack(found.pack()).pack() == found.pack()
    shown = Profile.of(found.merge(found), "t")
    assert Profile.model_validate(shown.wire()) == shown
    shown.figure()
    for one in cells:
        for read in (lambda one=one: one.ordered, lambda one=one: one.words[1]):
            try:
                assert len(read()) == len(frame)
            except Unknown:
                continue


class TestAnyFrame:
    @pytest.mark.parametrize("frame", KNOWN.values(), ids=KNOWN)
    def test_known_ones(self, frame):
        """Every dtype that the store is tested with."""
        look(frame)

    @settings(max_examples=100, deadline=None)
    @given(frames())
    def test_any_other(self, frame):
        """Columns of anything, labels of anything."""
        look(frame)
