"""Offer the verbs as magics of their own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb

State = Annotated[
    Literal["list", "on", "off"],
    Field(
        description="on adds %snapshot, %%record and the like to this notebook, never over another; off takes them back."
    ),
]


class Magics(Record):
    """Whether a notebook has the verbs as magics of their own."""

    state: Literal["list", "on", "off"]

    def card(self) -> Card:
        """Say how verbs can be typed now."""
        how = {
            "list": "%mlops VERB and %%mlops VERB always work; `%mlops magics on` adds %VERB.",
            "on": "%snapshot, %promote, %%record and the others work in this notebook now; taken names stay as they were.",
            "off": "Only %mlops and %%mlops remain.",
        }
        return Card(f"Magics {self.state}", "info", notes=(how[self.state],))


@verb("magics", effect="read", anywhere=True)
def magics(project: Project, state: State = "list") -> Magics:
    """Add the verbs to this notebook as magics of their own, or take them back."""
    return Magics(state=state)
