from __future__ import annotations

from jupyter_mlops.pipelines.running.patience import Patience
from tests.fakes import FakeClock


class TestPatience:
    def test_what_works_is_given_all_the_time(self) -> None:
        """A slow machine is no fault."""
        clock = FakeClock()
        patience = Patience(60, 6, lambda: True, clock.monotonic)
        clock.advance(59)
        assert not patience.is_asleep()
        assert not patience.is_over()
        clock.advance(1)
        assert patience.is_over()

    def test_what_does_nothing_is_found_asleep(self) -> None:
        """Counted from when it was last seen at work."""
        clock, work = FakeClock(), [True, False, False]
        patience = Patience(60, 6, lambda: work.pop(0), clock.monotonic)
        clock.advance(10)
        assert not patience.is_asleep()
        clock.advance(5)
        assert not patience.is_asleep()
        clock.advance(1)
        assert patience.is_asleep()
