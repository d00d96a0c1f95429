"""The answers of verbs: frozen, typed, and able to show themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Self, cast

from pydantic import BaseModel, ConfigDict, PrivateAttr

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.types import Word, parts_of

MIME = "application/vnd.jupyter-mlops.record.v1+json"
PLOTLY = "application/vnd.plotly.v1+json"


class Record(BaseModel):
    """Answer a verb: immutable, JSON on the wire, a card for a reader."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    def card(self) -> Card:
        """Say what this answer shows; records override it."""
        values = self.model_dump(mode="json")
        return Card(type(self).__name__, "info", tuple((key, str(value)) for key, value in values.items()))

    def figure(self) -> dict[str, object] | None:
        """Draw this answer as a Plotly figure, shown beneath the card in a cell; records that have one override it."""
        return None

    @property
    def is_well(self) -> bool:
        """Whether the answer is good news; the command line exits with 1 when it is not."""
        return True

    def wire(self) -> dict[str, object]:
        """Return the answer as plain JSON types, non-finite numbers as words."""
        return cast(dict[str, object], json.loads(self.model_dump_json()))

    def with_card(self) -> dict[str, object]:
        """Return the answer as our own MIME type holds it: its kind, its card and itself."""
        return {"kind": type(self).__name__, "card": self.card().wire(), "record": self.wire()}

    def references(self) -> Iterator[str]:
        """Yield the references among its values, each with its kind: what lineage keeps of an answer."""
        for name, info in type(self).model_fields.items():
            parts = (*parts_of(info.annotation), *info.metadata)
            word = next((part for part in parts if isinstance(part, Word) and part.is_lineage), None)
            yield from _references(getattr(self, name), word)

    _is_shown: bool = PrivateAttr(default=False)

    def shown(self, *, is_shown: bool = True) -> Self:
        """Mark it as shown already, so that the end of the cell does not show it again."""
        self._is_shown = is_shown
        return self

    def _ipython_display_(self) -> None:
        """Show nothing if it was just shown; otherwise leave it to the other forms."""
        if not self._is_shown:
            raise NotImplementedError

    def __str__(self) -> str:
        return self.card().text()

    def __repr__(self) -> str:
        return self.card().text()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        card = self.card()
        return {
            MIME: self.with_card(),
            "text/html": card.html(),
            "text/plain": card.text(),
        }


def _references(value: object, word: Word | None) -> Iterator[str]:
    if isinstance(value, Record):
        yield from value.references()
    elif isinstance(value, tuple):
        for item in value:
            yield from _references(item, word)
    elif word is not None and isinstance(value, str):
        yield word.reference(value)
