"""The newest row is not too old."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid


class TestFreshness:
    @pytest.mark.parametrize(("hours", "is_well"), [(1, True), (48, True), (49, False), (-5, True)])
    def test_the_newest_counts(self, project, examine, hours, is_well):
        """By the project's clock; one that is a little ahead of it is fresh."""
        newest = project.clock.now() - timedelta(hours=hours)
        frame = pd.DataFrame({"at": [newest, newest - timedelta(days=400), None]})
        assert examine("[columns.at]\nfreshness = '2 days'", frame).is_well is is_well

    @pytest.mark.parametrize(("hours", "said"), [(1.5, "90 minutes"), (47, "47 hours"), (49, "2 days")])
    def test_how_old_it_is_is_said_as_people_do(self, project, examine, hours, said):
        """Not to the second."""
        frame = pd.DataFrame({"at": [project.clock.now() - timedelta(hours=hours)]})
        report = examine("[columns.at]\nfreshness = '30 minutes'", frame)
        assert report.findings[0].message == f"the newest at is {said} old, not 30 minutes at most"

    def test_one_from_the_future_says_nothing(self, project, examine):
        """A date that stands for "never" would hide for ever that nothing comes any more."""
        frame = pd.DataFrame({"at": [project.clock.now() + timedelta(days=400)]})
        report = examine("[columns.at]\nfreshness = '2 days'", frame)
        assert (report.verdict, report.unknown) == (
            "unknown",
            {"at: freshness": "the newest at lies 400 days ahead"},
        )

    def test_times_without_a_zone_are_utc(self, project, examine):
        """As files mostly have them."""
        frame = pd.DataFrame({"at": [project.clock.now().replace(tzinfo=None)]})
        assert examine("[columns.at]\nfreshness = '1 hour'", frame).is_well

    @pytest.mark.parametrize("within", ["soon", "-1 day", "0 s"])
    def test_no_duration_is_said_when_the_contract_is_read(self, examine, within):
        """With what to write."""
        with pytest.raises(Invalid, match="is no duration"):
            examine(f"[columns.at]\nfreshness = '{within}'", pd.DataFrame())
