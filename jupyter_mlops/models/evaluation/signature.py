"""Which columns a model reads, and whether a table has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.verb import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    Values = pd.Series[str] | pd.Series[float]

_SHOWN = 5


def features_of(model: object) -> tuple[str, ...] | None:
    """Return the columns that the model was fitted on, or None where it was fitted without names."""
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else tuple(map(str, names))


def target_of(model: object, table: pd.DataFrame, target: str | None, others: Sequence[str] = ()) -> str:
    """Return the column that holds the truth: the one asked for, or the only one that the model does not read.

    Raises
    ------
    NotFound
        The table has no such column.
    Invalid
        None was asked for, and several could be it.
    """
    known = [str(label) for label in table.columns]
    if target is not None:
        column(table, target)
        return target
    names = features_of(model)
    left = [] if names is None else [name for name in known if name not in {*names, *others}]
    if len(left) == 1:
        return left[0]
    about = f"{', '.join(left[:_SHOWN])} could be it" if left else "no column is left for it"
    raise Invalid(f"Which column holds the truth is not clear: {about}.", hint="Name it with --target.")


def column(table: pd.DataFrame, name: str) -> Values:
    """Return a column by its name.

    Raises
    ------
    NotFound
        The table has none of that name.
    Invalid
        It has several.
    """
    count = int((table.columns == name).sum())
    if not count:
        known = [str(label) for label in table.columns]
        hint = did_you_mean(name, known) or f"It has {', '.join(known[:_SHOWN])}."
        raise NotFound(f"The table has no column {name!r}.", hint=hint)
    if count > 1:
        raise Invalid(f"{count} columns are called {name!r}.", hint="Rename all but one.")
    found: Values = table[name]
    return found


def aligned(
    model: object, table: pd.DataFrame, name: str = "the model", others: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the columns that the model reads, in its order; what it does not read is left out.

    Parameters
    ----------
    others
        Columns that are no features, left out where the model was fitted without names.

    Raises
    ------
    Invalid
        It reads columns that the table lacks.
    """
    names = features_of(model)
    if names is None:
        return _counted(model, table.drop(columns=list(others)), name)
    known = {str(label) for label in table.columns}
    lacking = [item for item in names if item not in known]
    if lacking:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        raise Invalid(
            f"{name} reads columns that the table lacks: {', '.join(lacking[:_SHOWN])}{more}.",
            hint=did_you_mean(lacking[0], sorted(known)) or "Give it a table like the one it was fitted on.",
        )
    return table[list(names)]


def _counted(model: object, table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Check the number of columns, where there are no names to go by."""
    width = getattr(model, "n_features_in_", None)
    if width is not None and width != table.shape[1]:
        raise Invalid(
            f"{name} reads {width} columns without names, and the table has {table.shape[1]} besides the target.",
            hint="Leave out the others, or fit the model on a DataFrame so that it knows its columns.",
        )
    return table
