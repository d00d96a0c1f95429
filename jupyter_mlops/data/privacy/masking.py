"""Mask columns of a table, by a plan that can be written down and followed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.preview import shown
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.data.privacy import masks
from jupyter_mlops.data.privacy.detect import DETECTORS
from jupyter_mlops.data.privacy.masks import REDACTED, How
from jupyter_mlops.data.privacy.naming import Kind
from jupyter_mlops.data.privacy.salt import salt
from jupyter_mlops.data.privacy.scan import Personal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

_EXACT = 1 << 53
_LONGEST = 1 << 30
_HOW: dict[Kind, How] = {"address": "redact", "secret": "redact", "text": "redact", "birthday": "generalise"}


def plan(
    frame: pd.DataFrame, columns: Sequence[str], how: How | None, found: Sequence[Personal]
) -> dict[str, JsonValue]:
    """Return what is done to which column: `{"email": {"how": "hash", "kind": "email"}}`.

    Parameters
    ----------
    columns
        Those to mask; all that *found* names when it is empty.
    how
        What is done to each; by default what suits its kind: names and numbers are hashed, so that tables can
        still be joined, addresses, secrets and what stands in texts are taken out, birthdays become years.
        Texts that name persons are taken out whole.

    Raises
    ------
    NotFound
        There is no such column.
    """
    kinds = {item.column: item.kind for item in found}
    told = {item.column for item in found if "name" in item.inside}  # only the language models see where
    known = [str(label) for label in frame.columns] + [
        str(name) for name in frame.index.names if name is not None
    ]
    wanted = list(columns or kinds)
    for name in wanted:
        if name not in known and name not in kinds:
            raise NotFound(f"There is no column {name!r}.", hint=did_you_mean(name, known))
    return {
        name: {
            "how": how or _HOW.get(kinds.get(name, "name"), "hash"),
            "kind": None if name in told else kinds.get(name),
        }
        for name in wanted
    }


def masked(project: Project, frame: pd.DataFrame, plan: Mapping[str, JsonValue]) -> pd.DataFrame:
    """Return a table with its columns masked as *plan* says; what is missing stays so.

    Raises
    ------
    Invalid
        A column cannot be masked in that way.
    NotFound
        The table lacks a column.
    """
    key, made = salt(project), frame.copy(deep=False)
    for name, said in plan.items():
        what = cast("Mapping[str, str]", said)
        mask = partial(
            mask_column, key, how=cast("How", what["how"]), kind=cast("Kind | None", what.get("kind"))
        )
        places = [place for place, label in enumerate(frame.columns) if str(label) == name]
        for place in places:
            made.isetitem(place, mask(frame.iloc[:, place]))  # type: ignore[arg-type]
        if not places:
            made.index = _masked_index(frame.index, name, mask)
    return made


def mask_column(key: bytes, column: pd.Series, *, how: How, kind: Kind | None = None) -> pd.Series:
    """Return a column masked; equal values become equal ones.

    Raises
    ------
    Invalid
        Values of its dtype cannot be masked in that way.
    """
    if how == "redact":
        return _redacted(column, kind)
    if how == "hash":
        return _mapped(column, lambda value: masks.hashed(key, text_of(value)))
    if column.dtype.kind in "iuf" and how == "generalise":
        return _rounded(column)
    if column.dtype.kind == "M":
        return _mapped_moments(column, key, how, kind)
    if how == "generalise":
        return _mapped(column, lambda value: masks.generalised(text_of(value), kind))
    if column.dtype.kind in "iu":
        return _mapped_numbers(column, key)
    if column.dtype.kind in "bfcm":
        raise Invalid(
            f"A column of {column.dtype} has no form to keep.",
            hint="Mask it with --how hash, redact or generalise.",
        )
    return _mapped(column, lambda value: masks.in_same_form(key, text_of(value)))


def text_of(value: object) -> str:
    """Return a value as text, the same whether a whole number is kept as an integer or as a float."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _mapped(column: pd.Series, change: Callable[[object], str]) -> pd.Series:
    """Return a column of texts, each different value changed once."""
    import numpy as np

    codes, values = factorized(column)
    texts = np.array([*(change(value) for value in values), None], dtype=object)  # missing has the code -1
    return _as_texts(texts[codes], column)


def _as_texts(texts: npt.NDArray[np.object_], like: pd.Series) -> pd.Series:
    """Return texts as a column; with half a character among them, as one of objects."""
    import pandas as pd

    try:
        return pd.Series(texts, index=like.index, dtype="str")
    except UnicodeEncodeError:
        return pd.Series(texts, index=like.index, dtype=object)


def factorized(column: pd.Series) -> tuple[npt.NDArray[np.intp], list[object]]:
    """Return the place of each value among the different ones, -1 where there is none, and those."""
    import numpy as np
    import pandas as pd

    try:
        codes, values = pd.factorize(column)
    except (
        TypeError,
        ValueError,
        NotImplementedError,
    ):  # lists, half characters, what Arrow does not compare
        places: dict[str, int] = {}
        texts = (None if gone else str(value) for value, gone in zip(column, column.isna(), strict=True))
        found = [-1 if text is None else places.setdefault(text, len(places)) for text in texts]
        return np.array(found, dtype=np.intp), list(places)
    return codes, list(values)


def _mapped_numbers(column: pd.Series, key: bytes) -> pd.Series:
    import pandas as pd

    codes, values = factorized(column)
    numbers = [masks.as_long(key, int(str(value))) for value in values]
    dtype = str(column.dtype)
    largest = max(map(abs, numbers), default=0)
    if largest >= 2 ** (8 * column.to_numpy(na_value=0).dtype.itemsize - 1):
        dtype = "Int64" if dtype[0].isupper() or (codes < 0).any() else "int64"
    if largest >= 1 << 63:
        raise Invalid(
            "A column has whole numbers of 19 digits, which leave no room.", hint="Mask it with --how hash."
        )
    taken = pd.array([*numbers, None], dtype="Int64").take(codes)
    return cast("pd.Series", pd.Series(taken, index=column.index).astype(dtype))  # type: ignore[call-overload]


def _mapped_moments(column: pd.Series, key: bytes, how: How, kind: Kind | None) -> pd.Series:
    import pandas as pd

    codes, values = factorized(column)
    changed = []
    for value in map(pd.Timestamp, values):  # type: ignore[arg-type]
        coarse = value.normalize().replace(day=1)
        year = coarse.replace(month=1)
        changed.append(
            masks.within_year(key, value) if how == "keep-format" else year if kind == "birthday" else coarse
        )
    taken = pd.Series([*changed, pd.NaT]).astype(column.dtype).array.take(codes)
    return pd.Series(taken, index=column.index)


def _rounded(column: pd.Series) -> pd.Series:
    """Cut numbers in about ten steps; whole ones stay whole where they fit."""
    import numpy as np
    import pandas as pd

    numbers = column.to_numpy(dtype="f8", na_value=np.nan)
    known = numbers[np.isfinite(numbers)]
    width = masks.width_of(float(np.ptp(known)) if len(known) else 0.0)
    lower = pd.Series(np.floor(numbers / width) * width, index=column.index)
    if column.dtype.kind == "f" or (abs(known) >= _EXACT).any():
        return lower
    return lower.astype("Int64" if np.isnan(numbers).any() else "int64")


def _redacted(column: pd.Series, kind: Kind | None) -> pd.Series:
    """Replace every value, or in texts only what is personal in them."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind != "text":
        return _mapped(column, lambda _: REDACTED)
    codes, values = factorized(column)
    texts = pa.array([shown(text_of(value), _LONGEST) for value in values], type=pa.large_string())
    for detector in DETECTORS:
        if detector.inside:
            texts = pc.replace_substring_regex(texts, detector.inside, REDACTED)
    return _as_texts(np.array([*texts.to_pylist(), None], dtype=object)[codes], column)


def _masked_index(index: pd.Index, name: str, mask: Callable[[pd.Series], pd.Series]) -> pd.Index:
    import pandas as pd

    names = [str(own) if own is not None else "index" for own in index.names]
    if name not in names:
        raise NotFound(f"The table has no column {name!r}.", hint=did_you_mean(name, names))
    arrays = [index.get_level_values(level) for level in range(index.nlevels)]
    changed = [
        pd.Index(mask(pd.Series(values.array)).array) if own == name else values
        for own, values in zip(names, arrays, strict=True)
    ]
    if index.nlevels == 1:
        return changed[0].rename(index.name)
    return pd.MultiIndex.from_arrays(changed, names=index.names)
