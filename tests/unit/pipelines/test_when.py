from __future__ import annotations

import pytest

from jupyter_mlops.core import door
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.pipelines.when import when


class TestWhen:
    def test_it_says_it_in_words_with_the_next_five_times(self, project: Project) -> None:
        """On the clock of the zone, so that nobody has to count fields."""
        found = when(project, "30 6 * * MON-FRI", zone="Europe/Vienna")
        assert found.said == "at 06:30 on Monday through Friday (Europe/Vienna)"
        assert found.next[0].endswith("06:30 CET")
        assert len(found.next) == 5

    @pytest.mark.parametrize(
        ("cron", "zone", "why"),
        [("61 6 * * *", "UTC", "minute"), ("0 6 * * *", "Europe/Wien", "Europe/Wien")],
    )
    def test_what_makes_no_sense_is_explained(self, project: Project, cron: str, zone: str, why: str) -> None:
        """By way of the door, as a person types it."""
        known = verb_of(when)
        assert known is not None
        with pytest.raises(Invalid, match=why) as error:
            door.enter(project, known, {"cron": cron, "zone": zone})
        assert error.value.hint
