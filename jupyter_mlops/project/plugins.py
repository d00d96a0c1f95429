"""List what is plugged in."""

from __future__ import annotations

from jupyter_mlops.core import plugins as entry_points
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb


class Plugin(Record):
    """One plugged-in thing and the package that brought it."""

    group: str
    name: str
    target: str
    package: str


class Plugins(Record):
    """Everything plugged in, built-ins included."""

    items: tuple[Plugin, ...]

    def card(self) -> Card:
        """Show them as a table."""
        rows = tuple((item.group, item.name, item.target, item.package) for item in self.items)
        return Card(f"{len(rows)} plug-ins", "info", columns=("group", "name", "what", "package"), rows=rows)


@verb("plugins", effect="read", anywhere=True)
def plugins(project: Project) -> Plugins:
    """List the adapters, checks and verbs that are plugged in, and which package brought each."""
    return Plugins(
        items=tuple(
            Plugin(
                group=group,
                name=point.name,
                target=point.value,
                package=f"{point.dist.name} {point.dist.version}" if point.dist else "",
            )
            for group, point in entry_points.groups()
        )
    )
