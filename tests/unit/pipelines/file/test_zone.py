"""Time zones by their IANA names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.zone import check_zone, spans, zone

WRONG = [
    ("", "IANA"),
    ("Mars/Phobos", "IANA"),
    ("Europe/Berln", "'Europe/Berlin'"),
    ("europe/berlin", "'Europe/Berlin'"),
    ("berlin", "'Europe/Berlin'"),
    (" Europe/Berlin", "'Europe/Berlin'"),
    ("New York", "'America/New_York'"),
    ("UTC+2", "'UTC'"),
    ("+02:00", "IANA"),
    ("CEST", "'EST'"),
    ("Europe", "Europe/"),
    ("../../etc/passwd", "IANA"),
    ("/etc/localtime", "IANA"),
    ("localtime", "IANA"),
    ("right/UTC", "UTC"),
    ("a\0b", "IANA"),
    ("Ä/Ö", "IANA"),
    ("x" * 5_000, "IANA"),
]


class TestCheckZone:
    @pytest.mark.parametrize(("name", "hint"), WRONG)
    def test_what_is_none_is_refused_with_the_nearest(self, name: str, hint: str) -> None:
        """Neither files nor the machine's own zone pass for one."""
        with pytest.raises(Invalid) as error:
            check_zone(name)
        assert hint in error.value.hint

    @pytest.mark.parametrize(
        "name", ["UTC", "Europe/Vienna", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "EST5EDT"]
    )
    def test_what_is_one_is_taken(self, name: str) -> None:
        """By its own name."""
        assert check_zone(name) == name


class TestSpans:
    def test_they_lie_end_to_end(self) -> None:
        """From the moment asked for on, over the ends of years."""
        found = list(islice(spans(zone("Europe/Berlin"), datetime(2026, 6, 1, tzinfo=UTC)), 6))
        assert found[0].start == datetime(2026, 6, 1, tzinfo=UTC)
        assert all(one.end == other.start for one, other in pairwise(found))

    def test_the_change_is_found_to_the_second(self) -> None:
        """01:00 UTC on the last Sunday of October."""
        first = next(spans(zone("Europe/Berlin"), datetime(2026, 6, 1, tzinfo=UTC)))
        assert first.end == datetime(2026, 10, 25, 1, tzinfo=UTC)
        assert first.offset == timedelta(hours=2)
