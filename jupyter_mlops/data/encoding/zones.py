"""Time zones by name, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jupyter_mlops.core.errors import Unavailable

_MICROSECOND = timedelta(microseconds=1)


def write(zone: tzinfo | None) -> list[object] | None:
    """Return the zone as JSON; every way to say UTC is the same.

    Raises
    ------
    TypeError
        Its name would not bring it back.
    """
    if zone is None:
        return None
    if isinstance(zone, ZoneInfo) and zone.key is not None:
        return ["utc"] if zone.key == "UTC" else ["zone", zone.key]
    if type(zone) is timezone:
        if zone == UTC and zone.tzname(None) == "UTC":
            return ["utc"]
        offset = zone.utcoffset(None)
        name = zone.tzname(None)
        return ["offset", offset // _MICROSECOND, None if name == timezone(offset).tzname(None) else name]
    raise TypeError(f"the time zone {zone} of {type(zone).__module__.partition('.')[0]}")


def read(text: Sequence[object] | None) -> tzinfo | None:
    """Return the zone that `write` described.

    Raises
    ------
    Unavailable
        This machine does not know the zone.
    """
    if text is None:
        return None
    if text[0] == "utc":
        return UTC
    if text[0] == "zone":
        try:
            return ZoneInfo(str(text[1]))
        except ZoneInfoNotFoundError as error:
            raise Unavailable(
                f"This machine does not know the time zone {text[1]}.",
                hint="Bring it with `pip install tzdata`.",
            ) from error
    offset = timedelta(microseconds=int(str(text[1])))
    return timezone(offset) if text[2] is None else timezone(offset, str(text[2]))
