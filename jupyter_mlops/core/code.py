"""Code that can be run where its author wrote it: a cell, a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from jupyter_mlops.core.types import Execution


@dataclass(frozen=True)
class Evaluation:
    """What came of running a cell for its value, in a namespace of its own.

    Parameters
    ----------
    names
        What it bound there.
    error, traceback
        The user's own error, when there was one.
    """

    value: object = None
    names: Mapping[str, object] = field(default_factory=dict)
    error: BaseException | None = None
    traceback: str = ""


class Code(Protocol):
    """A cell's source, executable where its author wrote it."""

    @property
    def source(self) -> str:
        """The source as its author wrote it."""
        ...

    @property
    def notebook(self) -> str | None:
        """Path of the notebook or script it stands in, when known."""
        ...

    @property
    def namespace(self) -> Mapping[str, object]:
        """The variables it reads and writes."""
        ...

    def execute(self) -> Execution:
        """Run it once, show what it shows, and keep the user's own error."""
        ...

    def evaluate(self, given: Mapping[str, object]) -> Evaluation:
        """Run it for its value on a copy of the variables and *given*, as often as wanted; show nothing of its own."""
        ...

    def bind(self, names: Mapping[str, object]) -> None:
        """Make *names* variables of it."""
        ...

    def reraise(self, execution: Execution) -> None:
        """Raise the user's own error again, with nothing of ours in its traceback."""
        ...
