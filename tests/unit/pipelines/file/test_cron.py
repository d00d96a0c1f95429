"""Cron expressions: strict, explained, and right when clocks change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file import cron
from jupyter_mlops.pipelines.file.zone import spans, zone

MINUTE = timedelta(minutes=1)
# What is repeated when clocks go back is marked with an apostrophe: 02:00' is the second one.
GOLDEN = [
    # zone, day of the change, expression, what the wall clock shows at the slots of that day
    ("Europe/Berlin", "2026-03-29", "30 1 * * *", "01:30"),
    ("Europe/Berlin", "2026-03-29", "30 2 * * *", "03:00"),
    ("Europe/Berlin", "2026-03-29", "0,30 2 * * *", "03:00"),
    ("Europe/Berlin", "2026-03-29", "30 2,3 * * *", "03:00 03:30"),
    ("Europe/Berlin", "2026-03-29", "*/15 1-3 * * *", "01:00 01:15 01:30 01:45 03:00 03:15 03:30 03:45"),
    ("Europe/Berlin", "2026-03-29", "0 */2 * * *", "00:00 04:00 06:00 08:00 10:00 12:00 14:00 16:00 18:00 20:00 22:00"),
    ("Europe/Berlin", "2026-10-25", "30 1 * * *", "01:30"),
    ("Europe/Berlin", "2026-10-25", "30 2 * * *", "02:30"),
    ("Europe/Berlin", "2026-10-25", "0,30 2 * * *", "02:00 02:30"),
    ("Europe/Berlin", "2026-10-25", "*/30 1-3 * * *", "01:00 01:30 02:00 02:30 02:00' 02:30' 03:00 03:30"),
    ("Europe/Berlin", "2026-10-25", "30 * * * *", 25),
    ("Europe/Berlin", "2026-03-29", "30 * * * *", 23),
    ("Europe/Berlin", "2026-10-25", "*/15 * * * *", 100),
    ("Europe/Berlin", "2026-03-29", "*/15 * * * *", 92),
    ("America/New_York", "2026-03-08", "30 2 * * *", "03:00"),
    ("America/New_York", "2026-03-08", "30 1 * * *", "01:30"),
    ("America/New_York", "2026-11-01", "30 1 * * *", "01:30"),
    ("America/New_York", "2026-11-01", "0 1,2 * * *", "01:00 02:00"),
    ("America/New_York", "2026-11-01", "0 * * * *", 25),
    ("America/New_York", "2026-03-08", "*/15 * * * *", 92),
    ("America/New_York", "2026-11-01", "*/30 0-2 * * *", "00:00 00:30 01:00 01:30 01:00' 01:30' 02:00 02:30"),
    # half an hour: 02:00 becomes 02:30 in October, 02:00 becomes 01:30 in April
    ("Australia/Lord_Howe", "2026-10-04", "15 2 * * *", "02:30"),
    ("Australia/Lord_Howe", "2026-10-04", "45 2 * * *", "02:45"),
    ("Australia/Lord_Howe", "2026-10-04", "*/15 1-3 * * *", "01:00 01:15 01:30 01:45 02:30 02:45 03:00 03:15 03:30 03:45"),
    ("Australia/Lord_Howe", "2026-10-04", "*/15 * * * *", 94),
    ("Australia/Lord_Howe", "2026-10-04", "0 * * * *", 23),
    ("Australia/Lord_Howe", "2026-04-05", "45 1 * * *", "01:45"),
    ("Australia/Lord_Howe", "2026-04-05", "*/15 1-2 * * *", "01:00 01:15 01:30 01:45 01:30' 01:45' 02:00 02:15 02:30 02:45"),
    ("Australia/Lord_Howe", "2026-04-05", "0 * * * *", 24),
    ("Australia/Lord_Howe", "2026-04-05", "30 * * * *", 25),
    # midnight itself is missing
    ("America/Santiago", "2026-09-06", "0 0 * * *", "01:00"),
    ("America/Santiago", "2026-09-06", "@daily", "01:00"),
    ("America/Santiago", "2026-09-06", "*/30 0-1 * * *", "01:00 01:30"),
    # the day before never was: its noon comes right after it
    ("Pacific/Apia", "2011-12-31", "0 12 * * *", "00:00 12:00"),
    # no clock changes
    ("UTC", "2026-03-29", "30 2 * * *", "02:30"),
    ("Asia/Tokyo", "2026-03-29", "*/15 * * * *", 96),
]  # fmt: skip

NONSENSE = [
    ("", "are missing"),
    ("   ", "are missing"),
    ("* * * *", "day-of-week is missing"),
    ("0 30 1 * * *", "the first, '0', would be seconds"),
    ("0 30 1 * * * 2026", "the last, '2026', years"),
    ("* * * * * * * *", "has 8 fields"),
    ("60 * * * *", "minute '60' is not in 0–59"),
    ("* 24 * * *", "hour '24' is not in 0–23"),
    ("* * 0 * *", "day-of-month '0'"),
    ("* * 32 * *", "day-of-month '32'"),
    ("* * * 13 *", "month '13'"),
    ("* * * JANUARY *", "month 'JANUARY'"),
    ("* * * * 8", "day-of-week '8'"),
    ("* * * * MONDAY", "day-of-week 'MONDAY'"),
    ("0 0 * * 1#6", "day-of-week '1#6'"),
    ("-1 * * * *", "minute '-1'"),
    ("5-1 * * * *", "minute '5-1'"),
    ("1,,2 * * * *", "minute '1,,2'"),
    ("1.5 * * * *", "minute '1.5'"),
    ("*/0 * * * *", "minute '*/0'"),
    ("*/90 * * * *", "steps by more than the field's 59"),
    ("H/15 * * * *", "minute 'H/15'"),
    ("0 0 ? * MON", "day-of-month '?'"),
    ("0 0 31 2 *", "never fires"),
    ("0 0 31 4,6,9,11 *", "never fires"),
    ("61 25 * * *", "minute '61' is not in 0–59; hour '25' is not in 0–23"),
    ("@reboot", "'@reboot' is no name for a time"),
    ("@every 5m", "is no name for a time"),
    ("every day at noon", "4 fields"),
    ("５ * * * *", "minute '５'"),
    ("; drop table schedules --", "minute ';'"),
    ("9" * 250 + " * * * *", "has 258 characters"),
]  # fmt: skip


def walls(expression: str, of: ZoneInfo, after: datetime, until: datetime) -> list[str]:
    """Return what the wall clock shows at the slots, the repeated hour marked."""
    found = []
    for slot in cron.slots(expression, of, after, until):
        local = slot.astimezone(of)
        found.append(f"{local:%H:%M}" + "'" * local.fold)
    return found


class TestSlots:
    @pytest.mark.parametrize(("name", "day", "expression", "expected"), GOLDEN)
    def test_golden_table(self, name: str, day: str, expression: str, expected: str | int) -> None:
        """What fell into the gap comes once right after it, what is repeated once; `*` goes by real time."""
        start = datetime.fromisoformat(day).replace(tzinfo=zone(name))
        end = (start + timedelta(days=1)).astimezone(UTC) - timedelta(seconds=1)
        found = walls(expression, zone(name), start.astimezone(UTC) - timedelta(seconds=1), end)
        assert (len(found) if isinstance(expected, int) else " ".join(found)) == expected

    def test_a_daily_job_comes_once_on_each_of_the_days_of_fifty_years(self) -> None:
        """Whatever the clocks did meanwhile."""
        start, end = datetime(1990, 1, 1, tzinfo=UTC), datetime(2037, 1, 1, tzinfo=UTC)
        berlin = zone("Europe/Berlin")
        days = [slot.astimezone(berlin).date() for slot in cron.slots("30 2 * * *", berlin, start, end)]
        assert len(days) == (end - start).days
        assert len(set(days)) == len(days)

    def test_what_was_asked_from_within_the_repeated_hour_is_later(self) -> None:
        """A slot of the first 02:30 does not come again when asked at the second 02:10."""
        berlin = zone("Europe/Berlin")
        second = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1).astimezone(UTC)
        assert cron.next_slot("30 2 * * *", berlin, second) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)

    def test_the_bounds_are_after_and_until(self) -> None:
        """The first is not a slot, the last may be."""
        first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 2, tzinfo=UTC)
        found = list(cron.slots("0 * * * *", zone("UTC"), first, last))
        assert [slot.hour for slot in found] == [1, 2]

    def test_rare_days_are_found(self) -> None:
        """29 February, and a fifth Monday in February."""
        start = datetime(2026, 1, 1, tzinfo=UTC)
        assert cron.next_slot("0 0 29 2 *", zone("UTC"), start) == datetime(2028, 2, 29, tzinfo=UTC)
        assert cron.next_slot("0 0 * 2 MON#5", zone("UTC"), start) == datetime(2044, 2, 29, tzinfo=UTC)

    def test_days_of_month_and_week_are_debians(self) -> None:
        """Either of them, but both where one begins with a star."""
        start, end = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 30, tzinfo=UTC)
        either = [slot.day for slot in cron.slots("0 12 13 * FRI", zone("UTC"), start, end)]
        both = [slot.day for slot in cron.slots("0 12 */2 * FRI", zone("UTC"), start, end)]
        assert (either, both) == ([5, 12, 13, 19, 26], [5, 19])

    def test_the_latest_are_those_at_the_end(self) -> None:
        """However many went before."""
        start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
        found = cron.latest_slots("* * * * *", zone("UTC"), start, end, 3)
        assert found == [end - 2 * MINUTE, end - MINUTE, end]
        assert cron.latest_slots("0 0 1 1 *", zone("UTC"), start, end, 9)[0].year == 2021


Match = Callable[[datetime], bool]
FIXED: dict[str, Match] = {
    "30 1 * * *": lambda at: (at.hour, at.minute) == (1, 30),
    "0,30 2 * * *": lambda at: at.hour == 2 and at.minute in {0, 30},
    "15 0,23 * * *": lambda at: at.hour in {0, 23} and at.minute == 15,
    "0 0-4 * * *": lambda at: at.hour <= 4 and at.minute == 0,
}
REAL: dict[str, Match] = {
    "*/15 * * * *": lambda at: at.minute % 15 == 0,
    "0 * * * *": lambda at: at.minute == 0,
    "*/20 0-3 * * *": lambda at: at.hour <= 3 and at.minute % 20 == 0,
    "10 */2 * * *": lambda at: at.hour % 2 == 0 and at.minute == 10,
}
ZONES = sorted(available_timezones() - {"localtime", "Factory"})


def minute_by_minute(
    match: Match, of: ZoneInfo, after: datetime, until: datetime, *, keeps_wall: bool
) -> list[datetime]:
    """Watch a wall clock: the slow way to know the slots."""
    found: list[datetime] = []
    at = after - timedelta(days=2)
    shown = at.astimezone(of).replace(tzinfo=None) - MINUTE
    while at <= until:
        wall = at.astimezone(of).replace(tzinfo=None, fold=0)
        new = [shown + MINUTE * n for n in range(1, (wall - shown) // MINUTE + 1)] if keeps_wall else [wall]
        if any(map(match, new)):
            found.append(at)
        shown = max(shown, wall)
        at += MINUTE
    return [slot for slot in found if slot > after]


class TestAnyZone:
    @settings(max_examples=40, deadline=None)
    @given(
        st.sampled_from(ZONES), st.integers(1972, 2037), st.sampled_from([*FIXED, *REAL]), st.integers(1, 600)
    )
    def test_no_slot_is_lost_or_doubled(self, name: str, year: int, expression: str, before: int) -> None:
        """Around each change of the clock of any zone, the slots are those of somebody who watched it."""
        of = zone(name)
        for change in _changes(of, year)[:2]:
            after, until = change - before * MINUTE, change + timedelta(hours=6)
            match = FIXED.get(expression) or REAL[expression]
            expected = minute_by_minute(match, of, after, until, keeps_wall=expression in FIXED)
            assert list(cron.slots(expression, of, after, until)) == expected

    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from(ZONES),
        st.integers(63_072_000, 2_114_380_800).map(lambda at: datetime.fromtimestamp(at, UTC)),
        st.sampled_from([*FIXED, *REAL, "0 0 1 * *", "7 3 * * MON-FRI", "@weekly"]),
        st.lists(st.integers(1, 60 * 24 * 40), min_size=1, max_size=8),
    )
    def test_parts_make_the_whole(
        self, name: str, start: datetime, expression: str, steps: list[int]
    ) -> None:
        """Asked piece by piece, wherever it is cut, the slots are the same, and each is later than the last."""
        cuts = [start]
        for step in steps:
            cuts.append(cuts[-1] + step * MINUTE)
        parts = [
            slot for first, last in pairwise(cuts) for slot in cron.slots(expression, zone(name), first, last)
        ]
        assert parts == list(cron.slots(expression, zone(name), start, cuts[-1]))
        assert all(one < other for one, other in pairwise(parts))


def _changes(of: ZoneInfo, year: int) -> list[datetime]:
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    starts = (span.start for span in spans(of, start))
    return [at for at in takewhile(lambda at: at < end, starts) if at > start and not at.second]


class TestCheck:
    @pytest.mark.parametrize(("expression", "what"), NONSENSE)
    def test_nonsense_is_explained(self, expression: str, what: str) -> None:
        """The sentence names the field and the value, the hint shows how it is written."""
        with pytest.raises(Invalid) as error:
            cron.check(expression)
        assert what in error.value.message
        assert error.value.hint

    @pytest.mark.parametrize(
        "expression",
        [
            "* * * * *",
            "*/15 9-17 * * MON-FRI",
            "0 0 L * *",
            "0 0 LW * *",
            "0 0 * * 5L",
            "@monthly",
            "0 0 29 2 *",
            "0 0 1-7 * MON",
        ],
    )
    def test_what_makes_sense_is_taken(self, expression: str) -> None:
        """As it was written."""
        assert cron.check(f" {expression} ") == expression

    def test_the_five_that_are_meant_are_offered(self) -> None:
        """Six fields: the hint leaves the seconds out."""
        with pytest.raises(Invalid, match="'30 1 \\* \\* \\*'"):
            cron.check("0 30 1 * * *")

    @settings(max_examples=200, deadline=None)
    @given(
        st.text(max_size=40)
        | st.from_regex(r"[0-9*/,LW#A-Z-]{1,6}( [0-9*/,LW#A-Z-]{1,6}){4}", fullmatch=True)
    )
    def test_any_text_is_taken_or_explained(self, text: str) -> None:
        """Nothing raises anything else, and what is taken has a next slot."""
        try:
            taken = cron.check(text)
        except Invalid:
            return
        assert cron.next_slot(taken, zone("UTC"), datetime(2026, 1, 1, tzinfo=UTC)) is not None


class TestDescribe:
    def test_it_is_english(self) -> None:
        """For whoever schedules, to see what they wrote."""
        assert cron.describe("30 6 * * MON-FRI") == "At 06:30 on Monday through Friday"
        assert cron.describe("@daily") == "At 00:00 every day"
