"""There are about as many rows as there should be."""

from __future__ import annotations

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.snapshot import snapshot


def rows(count: int) -> pd.DataFrame:
    return pd.DataFrame({"a": range(count)})


class TestVolume:
    @pytest.mark.parametrize(("count", "is_well"), [(9, False), (10, True), (20, True), (21, False)])
    def test_limits_are_included(self, examine, count, is_well):
        """Both of them."""
        assert examine("[table]\nvolume = {least = 10, most = 20}", rows(count)).is_well is is_well

    @pytest.mark.parametrize(("count", "is_well"), [(10, True), (15, True), (16, False), (4, False)])
    def test_the_versions_before_are_the_measure(self, project, examine, count, is_well):
        """The median of the last five, so that one odd day does not matter."""
        for number in (1000, 11, 10, 9, 10, 12):
            snapshot(project, rows(number), "c")
        assert examine("[table]\nvolume = 0.5", rows(count), "c").is_well is is_well

    def test_without_a_version_before_it_is_unknown(self, examine):
        """Nothing to compare with is no pass."""
        assert examine("[table]\nvolume = 0.5", rows(3), "new").verdict == "unknown"

    def test_it_asks_for_something(self, examine):
        """An empty rule is a mistake."""
        with pytest.raises(Invalid, match="needs least, most or change"):
            examine("[table]\nvolume = {}", rows(1))
