"""Which rows are a person's, in a dataset and in what was made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from jupyter_mlops.data.erasure.rewrite import without_rows
from jupyter_mlops.data.privacy import masks
from jupyter_mlops.data.privacy.masking import factorized, text_of
from jupyter_mlops.data.privacy.salt import keyed
from jupyter_mlops.data.versions.recipes import Recipe

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Mask = npt.NDArray[np.bool_]

_DIGITS = 16


@dataclass
class Search:
    """Look for rows by one column, which may be a level of the index.

    Parameters
    ----------
    has_seen
        Whether a table had the column.
    columns
        What the tables had instead.
    """

    column: str
    has_seen: bool = False
    columns: set[str] = field(default_factory=set)

    def without(self, values: frozenset[str]) -> Callable[[pd.DataFrame], pd.DataFrame]:
        """Return what takes the rows with these values out of a table."""

        def take_out(frame: pd.DataFrame) -> pd.DataFrame:
            rows = self._rows(frame, values)
            return frame if rows is None or not rows.any() else without_rows(frame, rows)

        return take_out

    def _rows(self, frame: pd.DataFrame, values: frozenset[str]) -> Mask | None:
        import pandas as pd

        found: Mask | None = None
        levels = [str(name) for name in frame.index.names]
        for place, label in enumerate([*levels, *map(str, frame.columns)]):
            if label != self.column:
                continue
            if place < len(levels):
                level = frame.index.get_level_values(place)
                series = pd.Series(level.array, dtype=level.dtype)
            else:
                series = frame.iloc[:, place - len(levels)]
            here = holds(series, values)
            found = here if found is None else found | here
        self.has_seen |= found is not None
        self.columns |= {*levels, *map(str, frame.columns)}
        return found


def holds(series: pd.Series, values: frozenset[str]) -> Mask:
    """Tell where a column holds one of some values, which are given as text."""
    import numpy as np

    codes, known = factorized(series)
    matches = np.array(
        [*(not values.isdisjoint(_forms(item)) for item in known), False]
    )  # missing has the code -1
    return cast("Mask", matches[codes])


def _forms(value: object) -> set[str]:
    """Return the ways in which a value may be written."""
    text = text_of(value)
    return (
        {text, text.removesuffix(" 00:00:00"), text.replace(" ", "T", 1)}
        if hasattr(value, "year")
        else {text}
    )


def targets(
    key: bytes,
    column: str,
    values: frozenset[str],
    names: Iterable[str],
    derived: Mapping[tuple[str, int], Recipe],
) -> tuple[dict[str, frozenset[str]], list[str]]:
    """Return the values to look for by dataset, and the datasets in which rows cannot be told.

    Masked copies have the rows of their sources, under masked values; a transformer may have kept the column
    beside what it made. What a function made may be anything.
    """
    found = dict.fromkeys(names, values)
    recipes: dict[str, list[Recipe]] = {}
    for (dataset, _), recipe in derived.items():
        recipes.setdefault(dataset, []).append(recipe)
    waiting = [name for name in recipes if name not in found]
    for _ in recipes:
        for name in waiting:
            tokens = [_tokens(key, column, recipe, found) for recipe in recipes[name]]
            if all(tokens):
                found[name] = frozenset().union(*tokens)
        waiting = [name for name in waiting if name not in found]
    return found, waiting


def _tokens(key: bytes, column: str, recipe: Recipe, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return what the values of the only source have become; nothing where that cannot be told."""
    sources = {source.dataset for source in recipe.sources}
    values = known.get(next(iter(sources))) if len(sources) == 1 else None
    if (
        not values
        or recipe.kind == "function"
        or (recipe.kind == "transformer" and column not in recipe.keep)
    ):
        return frozenset()
    said = recipe.parameters.get(column) if recipe.kind == "mask" else None
    if not isinstance(said, dict):
        return values
    if said["how"] == "hash":
        return frozenset(masks.hashed(key, item) for item in values)
    return frozenset(_altered(key, values)) if said["how"] == "keep-format" else frozenset()


def _altered(key: bytes, values: Iterable[str]) -> Iterable[str]:
    for item in values:
        yield masks.in_same_form(key, item)
        if item.lstrip("-").isdecimal():
            yield str(masks.as_long(key, int(item)))


def subject_of(key: bytes, value: str) -> str:
    """Return by what the ledger may call a person: only who has the salt can tell whom it means."""
    return keyed(key, f"subject:{value}").hex()[:_DIGITS]
