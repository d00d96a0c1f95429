"""The newest row is not too old."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid


class TestFreshness:
    @pytest.mark.parametrize(("hours", "is_well"), [(1, True), (48, True), (49, False), (-5, True)])
    def test_the_newest_counts(self, project, examine, hours, is_well):
        """By the project's clock; one from the future is fresh."""
        newest = project.clock.now() - timedelta(hours=hours)
        frame = pd.DataFrame({"at": [newest, newest - timedelta(days=400), None]})
        assert examine("[columns.at]\nfreshness = '2 days'", frame).is_well is is_well

    def test_times_without_a_zone_are_utc(self, project, examine):
        """As files mostly have them."""
        frame = pd.DataFrame({"at": [project.clock.now().replace(tzinfo=None)]})
        assert examine("[columns.at]\nfreshness = '1 hour'", frame).is_well

    @pytest.mark.parametrize("within", ["soon", "-1 day", "0 s"])
    def test_no_duration_is_said_when_the_contract_is_read(self, examine, within):
        """With what to write."""
        with pytest.raises(Invalid, match="is no duration"):
            examine(f"[columns.at]\nfreshness = '{within}'", pd.DataFrame())
