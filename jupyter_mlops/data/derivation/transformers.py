"""A fitted transformer as bytes that load no unknown code, and what it makes of a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, NotFound, Refused
from jupyter_mlops.core.verb import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

_LIBRARIES = frozenset({"numpy", "scipy", "sklearn"})


def pack(transformer: object, trusted: Collection[str]) -> tuple[bytes, tuple[str, ...]]:
    """Return a fitted transformer in skops' format, and the types besides scikit-learn's that it holds.

    Parameters
    ----------
    trusted
        Types that the project vouches for.

    Raises
    ------
    Invalid
        It is not fitted, cannot transform, or cannot be kept.
    Refused
        It holds types that nobody vouches for.
    """
    from skops.io import dumps, get_untrusted_types

    _check_fitted(transformer)
    name = type(transformer).__name__
    try:
        content = dumps(transformer)
        found = [str(item) for item in get_untrusted_types(data=content)]
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Invalid(
            f"{name} cannot be kept in the safe format: {error}.",
            hint="Let it hold only numbers, text, arrays and transformers.",
        ) from error
    foreign = [item for item in found if item not in trusted and item.partition(".")[0] not in _LIBRARIES]
    if foreign:
        raise Refused(
            f"{name} brings code that is not scikit-learn's: {', '.join(foreign)}.",
            hint="If you trust it, name it in `trusted` of [tool.jupyter-mlops], as docs/how-to/trust says.",
        )
    return content, tuple(found)


def transform(
    content: bytes, trusted: Sequence[str], table: pd.DataFrame, keep: Sequence[str]
) -> pd.DataFrame:
    """Return what a packed transformer makes of *table*, with some of its own columns beside.

    Raises
    ------
    NotFound
        The table lacks a column.
    Invalid
        The transformer refuses the table.
    """
    from skops.io import loads

    transformer = loads(content, trusted=list(trusted))
    wanted = [str(name) for name in getattr(transformer, "feature_names_in_", table.columns)]
    _check_columns(table, [*wanted, *keep])
    try:
        made = transformer.transform(table[wanted] if hasattr(transformer, "feature_names_in_") else table)
    except (ValueError, TypeError) as error:
        cause = " ".join(str(error).split())[:200]
        raise Invalid(
            f"{type(transformer).__name__} refuses the table: {cause}", hint="Is it fitted on such tables?"
        ) from error
    return _framed(made, transformer, table, keep)


def _check_fitted(transformer: object) -> None:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    name = type(transformer).__name__
    if not hasattr(transformer, "transform"):
        raise Invalid(f"A {name} transforms nothing.", hint="Give a function, or a fitted transformer.")
    try:
        check_is_fitted(transformer)
    except NotFittedError:
        raise Invalid(f"{name} is not fitted.", hint="Call its fit first.") from None
    except TypeError:
        return  # no estimator of scikit-learn's kind: skops will say whether it can be kept


def _check_columns(table: pd.DataFrame, names: Sequence[str]) -> None:
    for name in names:
        if name not in table.columns:
            hint = (
                did_you_mean(name, map(str, table.columns)) or "The transformer was fitted on other columns."
            )
            raise NotFound(f"The source has no column {name!r}.", hint=hint)


def _framed(made: object, transformer: object, table: pd.DataFrame, keep: Sequence[str]) -> pd.DataFrame:
    """Return what was made as a table: its own, or one with the names that the transformer gives."""
    import numpy as np
    import pandas as pd

    if not isinstance(made, pd.DataFrame):
        dense = made.toarray() if hasattr(made, "toarray") else np.asarray(made)
        dense = dense.reshape(len(dense), -1)
        made = pd.DataFrame(dense, index=table.index, columns=_names(transformer, dense.shape[1]))
    if len(made) != len(table):
        raise Invalid(f"It made {len(made):,} rows of {len(table):,}.", hint="Use a function instead.")
    return pd.concat([table[list(keep)], made], axis=1) if keep else made


def _names(transformer: object, count: int) -> list[str]:
    try:
        return [str(name) for name in transformer.get_feature_names_out()]  # type: ignore[attr-defined]
    except (AttributeError, ValueError):
        return [f"{type(transformer).__name__.lower()}{place}" for place in range(count)]
