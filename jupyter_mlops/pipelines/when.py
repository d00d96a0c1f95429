"""Say when a cron expression fires."""

from __future__ import annotations

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.schedule import CronText, ZoneName, next_times
from jupyter_mlops.pipelines.scheduling.said import said
from jupyter_mlops.pipelines.scheduling.wish import checked


class Times(Record):
    """A cron expression in words, and its next times.

    Parameters
    ----------
    cron
        The expression, with single spaces.
    said
        In words, to go on a sentence.
    next
        On the clock of its zone.
    """

    cron: str
    zone: str
    said: str
    next: tuple[str, ...]

    def card(self) -> Card:
        """Say it in words, and list the next times."""
        zone = "" if self.zone == "UTC" else f" --zone {self.zone}"
        step = f"%mlops schedule NOTEBOOK.ipynb --cron '{self.cron}'{zone}"
        return Card(self.said[0].upper() + self.said[1:], notes=self.next, next=(step,))


@verb("when", effect="read")
def when(project: Project, cron: CronText, *, zone: ZoneName = "UTC") -> Times:
    """Say in words when a cron expression fires, with its next five times.

    Raises
    ------
    Invalid
        It is no cron expression, or there is no such zone; the sentence says what is wrong.
    """
    spec = checked({"cron": cron, "zone": zone})
    return Times(cron=cron, zone=zone, said=said(spec), next=tuple(next_times(spec, project.clock.now())))
