"""Which columns there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import Rule

_NEAR = 0.6


class Schema(Rule):
    """The columns that the contract names are there, and, where it is closed, no others.

    Parameters
    ----------
    columns
        All that the contract names.
    optional
        Those that may be absent.
    """

    name: ClassVar[str] = "schema"
    chief: ClassVar[str] = "schema"

    schema_: Literal["open", "closed"] = "closed"
    columns: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @classmethod
    def options(cls, value: object) -> dict[str, object]:
        """Return the options of `schema = "open"`."""
        return {"schema_": value} if isinstance(value, str) else super().options(value)

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the columns that are gone, new, or there several times."""
        gone = [name for name in self.columns if name not in subject.places and name not in self.optional]
        new = [name for name in subject.places if name not in self.columns]
        for name in gone:
            renamed = _renamed(name, new)
            guess = f"; {renamed!r} is new: was it renamed?" if renamed else ""
            yield self.finding(name, f"column {name!r} is gone{guess}", renamed=renamed)
        for name in new if self.schema_ == "closed" else []:
            yield self.finding(name, f"column {name!r} is new")
        for name, places in subject.places.items():
            if len(places) > 1 and name in self.columns:
                yield self.finding(name, f"{len(places)} columns are called {name!r}")


def _renamed(name: str, new: Sequence[str]) -> str:
    """Return the new column that is probably this one under another name."""
    folded = {other.casefold().replace("_", "").replace(" ", ""): other for other in new}
    near = difflib.get_close_matches(
        name.casefold().replace("_", "").replace(" ", ""), folded, n=1, cutoff=_NEAR
    )
    return folded[near[0]] if near else ""
