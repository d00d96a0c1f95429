"""Profile says what is known of a table, and adds days up to a month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.profile import profile
from jupyter_mlops.data.snapshot import snapshot


def day(number: int) -> pd.DataFrame:
    random = np.random.default_rng(number)
    return pd.DataFrame({"price": random.lognormal(0, 1, 500), "shop": random.choice(["a", "b"], 500)})


class TestProfile:
    def test_a_snapshot_and_its_table_have_one_profile(self, project: Project):
        """Kept or at hand, the columns are the same."""
        snapshot(project, day(1), "sales")
        kept, at_hand = profile(project, "sales"), profile(project, day(1))
        assert kept.columns == at_hand.columns
        assert (kept.subject, kept.refs, at_hand.subject, at_hand.refs) == (
            "sales@1",
            ("sales@1",),
            "The table",
            (),
        )

    def test_days_add_up(self, project: Project):
        """The profile of two versions is that of their rows together."""
        for number in (1, 2):
            snapshot(project, day(number), "sales")
        both = profile(project, "sales@1", also=["sales@2"])
        whole = profile(project, pd.concat([day(1), day(2)]))
        assert (both.rows, both.refs) == (1000, ("sales@1", "sales@2"))
        price, expected = both.columns[0], whole.columns[0]
        assert (price.least, price.most, both.columns[1].top) == (
            expected.least,
            expected.most,
            whole.columns[1].top,
        )
        assert price.mean == pytest.approx(expected.mean)
        assert price.quantiles["0.5"] == pytest.approx(expected.quantiles["0.5"], rel=0.05)

    def test_personal_values_are_withheld(self, project: Project):
        """Of a table at hand and of a version, on every form of the answer."""
        frame = pd.DataFrame({"mail": [f"ada{number}@shop.example" for number in range(50)], "n": range(50)})
        snapshot(project, frame, "people")
        for found in (profile(project, frame), profile(project, "people")):
            assert found.columns[0].is_withheld
            assert "shop.example" not in str(found) + str(found.wire()) + str(found.figure())

    @pytest.mark.parametrize("table", [[1, 2], {"a": 1}, pd.Series([1])])
    def test_what_is_no_table_is_said(self, project: Project, table):
        """With how to make it one."""
        with pytest.raises(Invalid, match="is not a pandas DataFrame"):
            profile(project, table)

    def test_no_such_version(self, project: Project):
        """As everywhere."""
        with pytest.raises(NotFound):
            profile(project, "nobody")
