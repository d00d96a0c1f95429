from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.pipelines.cancel import cancel
from tests.unit.pipelines.factory import Factory

ONE = '[steps.report]\nnotebook = "report.ipynb"\n'


class TestCancel:
    def test_what_has_not_begun_is_over_at_once(self, factory: Factory) -> None:
        """No worker is needed for that, and it says who did it."""
        factory.pipeline(ONE)
        factory.launch()
        found = cancel(factory.project, "latest")
        assert (found.status, found.reason) == ("cancelled", "Cancelled by ada.")
        assert factory.finish() == ["@end"]

    def test_what_runs_is_stopped(self, factory: Factory) -> None:
        """Its worker hears of it while the notebook runs."""
        factory.pipeline(ONE)
        execution = factory.launch()
        factory.runner.before = lambda _: cancel(factory.project, execution)
        factory.finish()
        assert factory.account(execution).status == "cancelled"

    def test_what_has_ended_stays_so(self, factory: Factory) -> None:
        """A conflict, that says how it ended."""
        factory.pipeline(ONE)
        factory.launch()
        factory.finish()
        with pytest.raises(Conflict, match="has ended: succeeded"):
            cancel(factory.project, "latest")
