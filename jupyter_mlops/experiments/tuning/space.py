"""Read a search space as it is typed: `lr=log(1e-4,1e-1)`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.core.errors import Invalid

if TYPE_CHECKING:
    from optuna import Trial

Kind = Literal["float", "log", "int", "choice"]
Value = str | int | float | bool | None

_DIMENSION = re.compile(r"\s*(?P<name>\w+)\s*=\s*(?P<kind>float|log|int|choice)\((?P<given>.+)\)\s*")
_HINT = "Write NAME=float(0,1), NAME=log(1e-4,1e-1), NAME=int(2,9) or NAME=choice(a,b)."


@dataclass(frozen=True)
class Dimension:
    """The values that one parameter may take.

    Parameters
    ----------
    given
        The lowest and the highest, or the choices.
    """

    name: str
    kind: Kind
    given: tuple[str, ...]

    @property
    def first(self) -> Value:
        """The lowest value, or the first choice."""
        if self.kind == "choice":
            return self.given[0]
        return int(self.given[0]) if self.kind == "int" else float(self.given[0])

    def suggest(self, trial: Trial) -> Value:
        """Let the study choose."""
        if self.kind == "choice":
            chosen: Value = trial.suggest_categorical(self.name, self.given)
            return chosen
        low, high = self.given
        if self.kind == "int":
            return trial.suggest_int(self.name, int(low), int(high))
        return trial.suggest_float(self.name, float(low), float(high), log=self.kind == "log")


def read_space(lines: tuple[str, ...]) -> Mapping[str, Dimension]:
    """Return the dimensions by name.

    Raises
    ------
    Invalid
        One cannot be read, is empty, or is given twice.
    """
    found: dict[str, Dimension] = {}
    for line in lines:
        dimension = _read(line)
        if dimension.name in found:
            raise Invalid(f"The space gives {dimension.name} twice.", hint="Give it once.")
        found[dimension.name] = dimension
    return found


def _read(line: str) -> Dimension:
    match = _DIMENSION.fullmatch(line)
    if match is None:
        raise Invalid(f"{line!r} is no dimension of a space.", hint=_HINT)
    given = tuple(part.strip() for part in match["given"].split(","))
    kind: Kind = match["kind"]  # type: ignore[assignment]  # the pattern lets no other through
    if kind != "choice":
        _check_range(line, kind, given)
    return Dimension(match["name"], kind, given)


def _check_range(line: str, kind: Kind, given: tuple[str, ...]) -> None:
    number = int if kind == "int" else float
    try:
        low, high = (number(part) for part in given)
    except ValueError:
        raise Invalid(f"{line!r} is no range of two numbers.", hint=_HINT) from None
    if not low < high or (kind == "log" and low <= 0):
        raise Invalid(
            f"{line!r} is an empty range.", hint="The lower bound comes first; of log it is above 0."
        )
