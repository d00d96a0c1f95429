"""What is to become of the slots of a cron schedule that have come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file import cron
from jupyter_mlops.pipelines.file.definition import Catchup
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.file.zone import zone
from jupyter_mlops.pipelines.scheduling.timetable import Timetable, text

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def table(expression: str = "0 * * * *", **options: object) -> Timetable:
    return Timetable("nightly", TriggerSpec.model_validate({"name": "t", "cron": expression, **options}))


class TestDue:
    def test_slots_with_a_row_are_left_out(self) -> None:
        """They are settled, whatever came of them."""
        known = {text(NOON + timedelta(hours=1))}
        due = table().due(NOON, NOON + timedelta(hours=2), "all", lambda _slots: known)
        assert due.slots == (NOON + timedelta(hours=2),)

    def test_a_clock_that_went_back_brings_the_mark_back(self) -> None:
        """So that what comes again is looked at, and found to be settled."""
        due = table().due(NOON + timedelta(hours=1), NOON, "all", lambda _slots: ())
        assert (due.slots, due.skipped, due.mark) == ((), (), NOON)

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(st.integers(1, 400), min_size=1, max_size=12),
        st.sampled_from(["none", "last", "all"]),
        st.sampled_from(["*/15 * * * *", "30 2 * * *", "7 * * * *"]),
        st.sampled_from([0.0, 300.0]),
    )
    def test_every_slot_is_settled_once(
        self, pauses: list[int], catchup: Catchup, expression: str, jitter: float
    ) -> None:
        """However long nobody looks: launched, or in exactly one row of what was left out."""
        found, now, mark = table(expression, jitter_s=jitter), NOON, NOON
        settled: list[datetime] = []
        for pause in pauses:
            now += timedelta(minutes=pause)
            due = found.due(mark, now, catchup, lambda _slots: ())
            settled += due.slots
            for skipped in due.skipped:
                first, _, last = skipped.slot.partition("/")
                since = datetime.fromisoformat(first) - timedelta(seconds=1)
                settled += cron.slots(expression, zone("UTC"), since, datetime.fromisoformat(last or first))
            mark = due.mark
        assert sorted(settled) == list(cron.slots(expression, zone("UTC"), NOON, mark))
        assert mark >= now - timedelta(hours=24, seconds=jitter)


class TestBetween:
    def test_both_ends_belong_to_a_range(self) -> None:
        """As people mean it."""
        found = table().between(NOON, NOON + timedelta(hours=2), 10)
        assert [slot.hour for slot in found] == [12, 13, 14]

    def test_too_many_are_refused_with_where_to_cut(self) -> None:
        """The hint names the slot to go on from."""
        with pytest.raises(Invalid, match="more than 2 slots") as error:
            table().between(NOON, NOON + timedelta(hours=9), 2)
        assert "14:00" in error.value.hint


class TestTimetable:
    def test_a_jitter_of_more_than_a_day_is_refused(self) -> None:
        """Slots would overtake each other by days."""
        with pytest.raises(Invalid, match="more than a day"):
            table(jitter_s=100_000)

    def test_what_passed_is_named_as_one_row(self) -> None:
        """One slot, a range, or nothing."""
        assert table().passed(NOON, NOON + timedelta(minutes=59)) == ""
        assert table().passed(NOON, NOON + timedelta(hours=1)) == "2026-11-01T13:00:00+00:00"
        passed = table().passed(NOON, NOON + timedelta(hours=3))
        assert passed == "2026-11-01T13:00:00+00:00/2026-11-01T15:00:00+00:00"
