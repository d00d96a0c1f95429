"""Time zones by their IANA names, and the spans in which their clocks do not change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count, pairwise
from zoneinfo import ZoneInfo, available_timezones

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.verb import did_you_mean

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_OF_THE_MACHINE = re.compile(r"(posix|right)/.*|localtime|posixrules|Factory")
_STEP = timedelta(hours=6)
_BEFORE = timedelta(days=3)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Span:
    """A time in which a zone's clocks do not change.

    Parameters
    ----------
    start, end
        In UTC; the end belongs to the next.
    offset
        What the wall clock is ahead of UTC.
    tiled
        The wall clock's time, marked UTC, from which the span has times that no earlier one had: a gap's belong to
        the span after it, the repeated ones to the span before.
    """

    start: datetime
    end: datetime
    offset: timedelta
    tiled: datetime


def check_zone(name: str) -> str:
    """Return *name* if it is a time zone's.

    Raises
    ------
    Invalid
        There is none of that name; the hint tells the nearest.
    """
    zone(name)
    return name


@lru_cache(maxsize=1_024)
def zone(name: str) -> ZoneInfo:
    """Return the time zone called *name*, whatever the machine's own is.

    Raises
    ------
    Invalid
        There is none.
    """
    if len(name) <= 64 and _NAME.fullmatch(name) and not _OF_THE_MACHINE.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, KeyError):
            pass  # said below
    raise Invalid(f"{name[:64]!r} is no time zone.", hint=_nearest(name[:64]))


def spans(of: ZoneInfo, since: datetime) -> Iterator[Span]:
    """Yield the spans from *since* on, without end."""
    for year in count(since.year):
        for span in _of_year(of, year):
            if span.end <= since:
                continue
            if span.start < since:
                tiled = max(span.tiled, since + span.offset)
                yield replace(span, start=since, tiled=tiled)
            else:
                yield span
            since = span.end


@lru_cache(maxsize=4_096)
def _of_year(of: ZoneInfo, year: int) -> tuple[Span, ...]:
    """Return the spans of a year; the first begins some days before, to know what the year's start repeats."""
    start = datetime(year, 1, 1, tzinfo=UTC) - _BEFORE
    end = datetime(year + 1, 1, 1, tzinfo=UTC)
    edges = [start, *_changes(of, start, end), end]
    found: list[Span] = []
    tiled = start + _offset(of, start)
    for begin, stop in pairwise(edges):
        offset = _offset(of, begin)
        found.append(Span(begin, stop, offset, tiled))
        tiled = max(tiled, stop + offset)
    return tuple(found)


def _changes(of: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the instants at which the offset changes."""
    low = start
    while low < end:
        high = min(low + _STEP, end - _SECOND)
        if _offset(of, low) != _offset(of, high):
            yield _change(of, low, high)
        low += _STEP


def _change(of: ZoneInfo, low: datetime, high: datetime) -> datetime:
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _offset(of, middle) == _offset(of, low):
            low = middle
        else:
            high = middle
    return high


def _offset(of: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(of).utcoffset() or timedelta()


def _nearest(name: str) -> str:
    known = {item.casefold(): item for item in available_timezones() if not _OF_THE_MACHINE.fullmatch(item)}
    city = {item.rpartition("/")[2].casefold(): item for item in known.values() if item.count("/") == 1}
    folded = name.strip().replace(" ", "_").casefold()
    found = known.get(folded) or city.get(folded)
    if found:
        return f"Did you mean {found!r}?"
    return did_you_mean(name, known.values()) or "Write an IANA name, like Europe/Vienna, or UTC."
