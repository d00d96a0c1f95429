"""What is to become of the slots of a cron schedule that have come."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file import cron
from jupyter_mlops.pipelines.file.definition import Catchup
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.file.zone import zone

MOST = 100
LONGEST_JITTER_S = 86_400
LATE = timedelta(minutes=1)
_ABSENT = "No worker ran then"


@dataclass(frozen=True)
class Skipped:
    """Slots that are not made up for.

    Parameters
    ----------
    slot
        One, or the first and the last with `/` between.
    """

    slot: str
    reason: str


@dataclass(frozen=True)
class Due:
    """What is to become of the slots that have come.

    Parameters
    ----------
    slots
        To be launched, oldest first.
    mark
        Everything up to here is settled.
    """

    slots: tuple[datetime, ...]
    skipped: tuple[Skipped, ...]
    mark: datetime


class Timetable:
    """The slots of one cron schedule.

    Parameters
    ----------
    schedule
        Its name: jitter is drawn from it, the same for a slot whenever it is asked.
    """

    def __init__(self, schedule: str, spec: TriggerSpec) -> None:
        if spec.cron is None:
            raise Invalid(f"{schedule} has no cron.", hint="Write --cron '30 6 * * *'.")
        if spec.jitter_s > LONGEST_JITTER_S:
            raise Invalid(f"A jitter of {spec.jitter_s:g} s is more than a day.", hint="Give a smaller one.")
        self._schedule = schedule
        self._cron = spec.cron
        self._zone = zone(spec.zone)
        self._jitter_s = spec.jitter_s

    def next_at(self, after: datetime) -> datetime | None:
        """Return when the first slot later than *after* is to start, jitter and all."""
        slot = cron.next_slot(self._cron, self._zone, after)
        return None if slot is None else self._start(slot)

    def between(self, since: datetime, until: datetime, most: int) -> list[datetime]:
        """Return the slots from *since* to *until*, both included.

        Raises
        ------
        Invalid
            There are more than *most*.
        """
        found: list[datetime] = []
        for slot in cron.slots(self._cron, self._zone, since - timedelta(seconds=1), until):
            if len(found) == most:
                raise Invalid(
                    f"{self._schedule} has more than {most:,} slots from {text(since)} to {text(until)}.",
                    hint=f"Ask for a part: the {most:,}th is {text(slot)}.",
                )
            found.append(slot)
        return found

    def passed(self, since: datetime, until: datetime) -> str:
        """Return the slots later than *since* and not later than *until* as one row names them; empty for none."""
        last = cron.latest_slots(self._cron, self._zone, since, until, 1)
        first = cron.next_slot(self._cron, self._zone, since)
        if not last or first is None:
            return ""
        return text(first) if first == last[0] else f"{text(first)}/{text(last[0])}"

    def due(
        self,
        mark: datetime,
        now: datetime,
        catchup: Catchup,
        taken: Callable[[Sequence[str]], Collection[str]],
    ) -> Due:
        """Decide about the slots later than *mark* that have come.

        Parameters
        ----------
        taken
            Returns those of some slots that are settled already.
        """
        if mark > now:  # the clock was ahead: what comes again is settled by its rows
            return Due((), (), now)
        came = self._came(mark, now)
        if not came:
            return Due((), (), mark)
        kept = self._kept(came, now, catchup)
        known = taken([text(slot) for slot in came]) if len(came) > 1 else ()  # one finds its row by itself
        left = [slot for slot in came if slot not in kept and text(slot) not in known]
        new = tuple(slot for slot in kept if text(slot) not in known)
        return Due(new, self._skipped(mark, left, is_whole=len(came) <= MOST), came[-1])

    def _came(self, mark: datetime, now: datetime) -> list[datetime]:
        """Return the slots whose start has come; the last ones only when they are more than are ever made up for."""
        surely = now - timedelta(seconds=self._jitter_s)
        slots = cron.latest_slots(self._cron, self._zone, mark, surely, MOST + 1) if surely > mark else []
        rest = cron.slots(self._cron, self._zone, max(mark, surely), now)
        return [*slots, *takewhile(lambda slot: self._start(slot) <= now, rest)]

    def _kept(self, came: list[datetime], now: datetime, catchup: Catchup) -> list[datetime]:
        fresh = [slot for slot in came if now - self._start(slot) < LATE]
        if catchup == "none":
            return fresh
        return came[-MOST:] if catchup == "all" else fresh or came[-1:]

    def _skipped(self, mark: datetime, slots: list[datetime], *, is_whole: bool) -> tuple[Skipped, ...]:
        if not slots:
            return ()
        first, count = slots[0], str(len(slots))
        if not is_whole:  # only the latest were counted
            first, count = cron.next_slot(self._cron, self._zone, mark) or first, "many"
        if first == slots[-1]:
            return (Skipped(text(first), f"{_ABSENT}; the schedule's catch-up leaves it out."),)
        reason = f"{_ABSENT}; the schedule's catch-up leaves out {count} slots."
        return (Skipped(f"{text(first)}/{text(slots[-1])}", reason),)

    def _start(self, slot: datetime) -> datetime:
        if not self._jitter_s:
            return slot
        drawn = hashlib.sha256(f"{self._schedule}\0{text(slot)}".encode()).digest()
        return slot + timedelta(seconds=self._jitter_s * int.from_bytes(drawn[:4]) / 2**32)


def text(slot: datetime) -> str:
    """Return a slot as rows and placeholders name it."""
    return slot.astimezone(UTC).isoformat(timespec="seconds")
