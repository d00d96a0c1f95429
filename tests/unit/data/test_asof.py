"""The verb asof joins snapshots and tables as of the time of each event."""

from __future__ import annotations

import pandas as pd

from jupyter_mlops.core import door
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.asof import asof
from jupyter_mlops.data.snapshot import snapshot

ORDERS = pd.DataFrame({"at": pd.to_datetime(["2026-03-02", "2026-03-05"]), "customer": [1, 1]})
PROFILES = pd.DataFrame(
    {"at": pd.to_datetime(["2026-03-01", "2026-03-05"]), "customer": [1, 1], "spent": [10, 99]}
)


class TestAsof:
    def test_through_the_door(self, project):
        """Snapshots by reference, tables as they are; nothing of the event's own moment is joined."""
        snapshot(project, PROFILES, "profiles")
        given = {"events": ORDERS, "features": "profiles", "time": "at", "by": ["customer"]}
        assert door.enter(project, verb_of(asof), given)["spent"].tolist() == [10, 10]

    def test_inclusive_joins_the_same_moment(self, project):
        """Where that is what one wants."""
        found = asof(project, ORDERS, PROFILES, time="at", by=("customer",), inclusive=True)
        assert found["spent"].tolist() == [10, 99]
