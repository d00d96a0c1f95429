"""What a clean run of a model's cells has shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import RunRef, VersionRef
from jupyter_mlops.experiments.reproduction.answer import Reproduction

_SHOWN = 5


class CleanRun(Record):
    """Whether a run's cells, run top to bottom in a fresh kernel, make it again.

    Parameters
    ----------
    was
        How it was stamped before: `proven`, or why it was not; nothing for a run that nobody stamped.
    rests_on
        What ran: the cells that the run rests on, or, as those did not suffice, every cell before it too.
    reproduction
        What came of it; None where it was proven already, so that nothing ran.
    versions
        The model versions that are stamped with it.
    """

    run: RunRef
    is_proven: bool
    was: str
    rests_on: Literal["slice", "session"] = "slice"
    reproduction: Reproduction | None = None
    versions: tuple[VersionRef, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether it is proven now."""
        return self.is_proven

    def card(self) -> Card:
        """Show the verdict, and what differed if it is not proven."""
        return Card(
            self._title(),
            "ok" if self.is_proven else "failed",
            tuple(fact for fact in self._facts() if fact[1]),
            notes=() if self.reproduction is None else self.reproduction.notes[:_SHOWN],
            next=tuple(self._next()),
        )

    def _title(self) -> str:
        if self.reproduction is None:
            return f"{self.run} is proven already; nothing ran"
        return f"{self.run} is {'' if self.is_proven else 'still un'}proven: {self.reproduction.verdict}"

    def _facts(self) -> Iterator[tuple[str, str]]:
        yield "before", "" if self.reproduction is None else self.was
        yield "stamped", ", ".join(self.versions)
        found = self.reproduction
        if found is None:
            return
        whole = "every cell of the session up to it: those that it seems to rest on did not suffice"
        yield "ran", "the cells that it rests on" if self.rests_on == "slice" else whole
        yield "differed first", found.first
        yield "new run", found.made or ""
        yield "notebook", found.output

    def _next(self) -> Iterator[str]:
        if self.reproduction is not None and self.reproduction.made and not self.is_proven:
            yield f"%mlops compare {self.run} {self.reproduction.made}"
        if self.is_proven and not self.versions:
            yield f"%mlops register {self.run} NAME"
