"""When a cron expression fires, by Debian's rules, in a time zone with all its changes of the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.zone import Span, check_zone, spans

__all__ = ["check", "check_zone", "describe", "latest_slots", "next_slot", "slots"]

_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_LONGEST = 200
_EXAMPLE = "Write minute hour day-of-month month day-of-week, like '30 6 * * MON-FRI'."
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall clock's time
_HORIZON = timedelta(days=50 * 366)


@dataclass(frozen=True)
class _Field:
    name: str
    takes: str
    last: int


_FIELDS = (
    _Field("minute", "0–59", 59),
    _Field("hour", "0–23", 23),
    _Field("day-of-month", "1–31, L or LW", 31),
    _Field("month", "1–12 or JAN–DEC", 12),
    _Field("day-of-week", "0–7 or SUN–SAT, with 0 and 7 for Sunday", 7),
)


def check(expression: str) -> str:
    """Return *expression* if it is one, with single spaces.

    Raises
    ------
    Invalid
        It is none; the sentence says which field is wrong, and what that takes.
    """
    shown = " ".join(expression.split())
    _read(shown)
    return shown


def describe(expression: str) -> str:
    """Say an expression in words: `At 06:30 on Monday through Friday`."""
    return CronSim(_read(expression), _EPOCH).explain()


def next_slot(expression: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return the first slot later than *after*, in UTC; None when there is none in fifty years."""
    return next(slots(expression, zone, after, after + _HORIZON), None)


def slots(expression: str, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the slots later than *after* and not later than *until*, in UTC.

    Notes
    -----
    Debian's rules. An expression that names its minutes and hours keeps to the wall clock: when clocks go forward,
    what fell into the gap comes once, right after it; when they go back, what is repeated comes the first time only.
    One whose minute or hour begins with `*` keeps to real time: the gap has no slots, and the repeated hour has its own.
    """
    fields = _read(expression)
    minute, hour, *_ = fields.split()
    keeps_wall = not minute.startswith("*") and not hour.startswith("*")
    last = after
    for span in spans(zone, after.replace(microsecond=0) + _SECOND):
        if span.start > until:
            return
        first = span.tiled if keeps_wall else span.start + span.offset
        for slot in _within(fields, span, first):
            if slot > until:
                return
            if slot > last:
                yield slot
                last = slot


def latest_slots(
    expression: str, zone: ZoneInfo, after: datetime, until: datetime, most: int
) -> list[datetime]:
    """Return the last *most* slots later than *after* and not later than *until*, oldest first."""
    span = timedelta(hours=1)
    while True:
        since = max(after, until - span)
        found = list(slots(expression, zone, since, until))
        if len(found) >= most or since == after:
            return found[-most:]
        span *= 4


def _within(fields: str, span: Span, first: datetime) -> Iterator[datetime]:
    """Yield the slots of a span from a wall clock's time on; what fell into the gap before it comes at its start."""
    for wall in CronSim(fields, first.replace(tzinfo=None) - _SECOND):
        slot = wall.replace(tzinfo=UTC) - span.offset
        if slot >= span.end:
            return
        yield max(slot, span.start)


@lru_cache(maxsize=4_096)
def _read(expression: str) -> str:
    """Return the five fields of an expression."""
    if len(expression) > _LONGEST:
        raise Invalid(f"Cron {expression[:20]!r}… has {len(expression):,} characters.", hint=_EXAMPLE)
    text = expression.strip().upper()
    if text.startswith("@"):
        return _alias(text)
    fields = text.split()
    _check_count(expression, fields)
    wrong = [found for place, value in enumerate(fields) if (found := _fault(place, value))]
    if wrong:
        raise Invalid(f"Cron {expression!r} is wrong: {'; '.join(wrong)}.", hint=_EXAMPLE)
    joined = " ".join(fields)
    if not _ever_fires(joined):
        raise Invalid(
            f"Cron {expression!r} never fires: no month {fields[3]} has a day {fields[2]} as it says.",
            hint="Write L for the last day of the month.",
        )
    return joined


def _alias(text: str) -> str:
    found = _ALIASES.get(text.lower())
    if found is None:
        names = ", ".join(_ALIASES)
        raise Invalid(f"Cron {text.lower()!r} is no name for a time.", hint=f"Known are {names}.")
    return found


def _check_count(expression: str, fields: list[str]) -> None:
    if len(fields) == len(_FIELDS):
        return
    if len(fields) in {6, 7}:
        years = f", and the last, {fields[6]!r}, years" if len(fields) == 7 else ""
        raise Invalid(
            f"Cron {expression!r} has {len(fields)} fields: the first, {fields[0]!r}, would be seconds{years}.",
            hint=f"Write the five from minute to day-of-week: '{' '.join(fields[1:6])}'.",
        )
    missing = ", ".join(field.name for field in _FIELDS[len(fields) :])
    what = f"{missing} {'is' if len(fields) == 4 else 'are'} missing" if missing else "five are meant"
    raise Invalid(f"Cron {expression!r} has {len(fields)} fields: {what}.", hint=_EXAMPLE)


def _fault(place: int, value: str) -> str:
    """Say what is wrong with one field, if anything is."""
    field = _FIELDS[place]
    alone = ["*"] * len(_FIELDS)
    alone[place] = value
    try:
        CronSim(" ".join(alone), _EPOCH)
    except CronSimError:
        return f"{field.name} {value!r} is not in {field.takes}"
    for part in value.split(","):
        step = part.partition("/")[2]
        if step and int(step) > field.last:
            return f"{field.name} {part!r} steps by more than the field's {field.last}"
    return ""


def _ever_fires(fields: str) -> bool:
    try:
        return next(CronSim(fields, _EPOCH), None) is not None
    except CronSimError:
        return False
