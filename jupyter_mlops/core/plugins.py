"""Find what is plugged in: built-ins and other packages' alike, by entry point."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from jupyter_mlops.core.errors import Invalid, Unavailable

PREFIX = "jupyter_mlops."


def found(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of `jupyter_mlops.<group>` by name."""
    return {point.name: point for point in entry_points(group=PREFIX + group)}


def groups() -> Iterable[tuple[str, EntryPoint]]:
    """Yield every plugged-in thing as its group and entry point."""
    for group in sorted(entry_points().groups):
        if group.startswith(PREFIX):
            for _name, point in sorted(found(group.removeprefix(PREFIX)).items()):
                yield group.removeprefix(PREFIX), point


def load(group: str, name: str) -> object:
    """Import the thing called *name* of *group*.

    Raises
    ------
    Invalid
        Nothing of that name is installed.
    Unavailable
        It is installed, but does not import.
    """
    points = found(group)
    if name not in points:
        known = ", ".join(sorted(points)) or "none"
        raise Invalid(
            f"No {group[:-1]} is called {name!r}.", hint=f"Installed: {known}. See `jupyter mlops plugins`."
        )
    try:
        return points[name].load()
    except ImportError as error:
        raise Unavailable(
            f"The {group[:-1]} {name!r} does not import: {error}.", hint="Install what it needs."
        ) from error
