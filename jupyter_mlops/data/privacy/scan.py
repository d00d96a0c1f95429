"""Find the columns of a table that look personal, from a sample of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.core.record import Record
from jupyter_mlops.data.privacy import naming
from jupyter_mlops.data.privacy.detect import DETECTORS, Detector, is_phone, with_letters
from jupyter_mlops.data.privacy.naming import Kind
from jupyter_mlops.data.privacy.presidio import share_of_persons
from jupyter_mlops.data.privacy.texts import CHECKED, Values

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_MOST, _SOME, _FEW = 0.8, 0.3, 0.01
_PERSONS = 0.05
_TEXTS, _TOGETHER = 20_000, 500  # what is searched as one: different texts, columns
_DIGITS = 10**8
_LONGEST_NAME = 60
_ANYWHERE: frozenset[Kind] = frozenset({"email", "secret"})
_PERSON = with_letters(r"^[\pL'’.\-]+(?:,? [\pL'’.\-]+){0,5}$")
_DATE = r"^\d{1,4}[ ./\-]\d{1,2}[ ./\-]\d{1,4}|^(?:19|20)\d\d(?:[01]\d[0-3]\d)?$"
_NUMBER = r"^\+?[\d ()./\-]+(?: ?(?:x|ext\.?) ?\d{1,5})?$"
_PAPER = r"^[A-Za-z0-9][A-Za-z0-9 ./\-]{4,24}$"
_PROSE = r"(?:[^ ]+ +){4}"
_TEXT = with_letters(r"[\pL]{2}.* ")
_PLACE = with_letters(r"^[^@/]*[\pL][^@]*$")


class Personal(Record):
    """A column that looks personal.

    Parameters
    ----------
    kind
        What it seems to hold; `text` is free text in which such values stand.
    share
        How many of the values looked at say so.
    by
        Whether the values say so by themselves, or with the column's name.
    inside
        What stands in free text.
    """

    column: str
    kind: Kind
    share: float
    by: Literal["values", "name"] = "values"
    inside: tuple[Kind, ...] = ()

    def __str__(self) -> str:
        what = f"text with {', '.join(self.inside)}" if self.kind == "text" else self.kind
        return f"{self.column}: {what}"


def scan(frame: pd.DataFrame) -> tuple[Personal, ...]:
    """Find the columns, and levels of the index, that look personal; 10,000 rows are looked at, no more."""
    found: list[Personal] = []
    waiting: list[tuple[str, Values]] = []
    for name, series in _columns(frame):
        values = _values(name, series)
        waiting += [(name, values)] if values is not None else []
        if len(waiting) >= _TOGETHER or sum(len(item) for _, item in waiting) >= _TEXTS:
            found += _found(waiting)
            waiting = []
    return (*found, *_found(waiting))


def scan_column(name: str, series: pd.Series) -> Personal | None:
    """Say what a column seems to hold of persons, if anything."""
    values = _values(name, series)
    return None if values is None else next(_found([(name, values)]), None)


def _values(name: str, series: pd.Series) -> Values | None:
    """Sample a column; None where its dtype can hold nothing personal, or it holds nothing."""
    said = naming.said_kind(name)
    kind = series.dtype.kind
    if kind == "b" or (said is None and kind in "fcmM"):
        return None
    if kind in "mM" and said is not None and said[0] != "birthday":
        return None
    if said is None and kind in "iu" and not _has_long_numbers(series):
        return None
    values = Values.of(series)
    return values if len(values) else None


def _has_long_numbers(series: pd.Series) -> bool:
    """Tell whether some number is long enough for a card or an identity number."""
    import numpy as np

    plain = series if isinstance(series.dtype, np.dtype) else series.dropna()
    values = plain.to_numpy()
    return len(values) > 0 and max(int(values.max()), -int(values.min())) >= _DIGITS


def _found(columns: Sequence[tuple[str, Values]]) -> Iterator[Personal]:
    """Yield those of the columns that look personal."""
    if not columns:
        return
    for (name, _), values in zip(columns, Values.together([item for _, item in columns]), strict=True):
        said = naming.said_kind(name)
        found = _by_values(name, values) or _by_name(name, values, said) or _by_text(name, values)
        if found is not None:
            yield found


def _columns(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Yield what may hold values: levels of an index that names rows, then the columns."""
    import pandas as pd

    if not isinstance(frame.index, pd.RangeIndex):
        for level in range(frame.index.nlevels):
            values = frame.index.get_level_values(level)
            yield (
                str(values.name if values.name is not None else "index"),
                pd.Series(values.array, dtype=values.dtype),
            )
    for label, series in frame.items():
        yield str(label), series


def _by_values(name: str, values: Values) -> Personal | None:
    """Say what most values are by their own form."""
    shares = {item.kind: _share(item, values) for item in DETECTORS}
    if shares["ip"] and not (_are_far_apart(values) or "ip" in name.lower()):
        shares["ip"] = 0.0
    kind = max(shares, key=lambda item: shares[item])
    if sum(shares.values()) >= _MOST and shares[kind] >= _SOME:
        return Personal(column=name, kind=kind, share=round(min(shares[kind], 1.0), 3))
    names = 0.0 if values.is_number else _share_of_names(values)
    return Personal(column=name, kind="name", share=round(names, 3)) if names >= _SOME else None


def _share(detector: Detector, values: Values) -> float:
    """Return how many of the values are of a kind, check digits included."""
    mask = values.matching(detector.whole)
    share = values.share(mask)
    if share < _SOME or detector.check is None:
        return share if share >= _SOME else 0.0
    seen = values.some(mask)
    passed = sum(map(detector.check, seen)) / len(seen)
    return share * passed if passed >= _SOME else 0.0


def _are_far_apart(values: Values) -> bool:
    """Tell addresses from versions of software, whose numbers are small."""
    parts = [part for text in values.some(values.matching(r"^[\d.]+$")) for part in text.split(".")]
    return not parts or sum(int(part) >= 32 for part in parts if part) > len(parts) / 4


def _share_of_names(values: Values) -> float:
    """Return how many values have a given name in them, if they are all of a person's form."""
    import numpy as np

    if _form_of_names(values) < 1 - _SOME / 3 or len(values) < 3:
        return 0.0
    known = naming.given_names()
    words = (naming.plain(text).replace(",", " ").split() for text in values.texts.to_pylist())
    return values.share(np.array([any(word in known for word in found[:4]) for found in words]))


def _by_name(name: str, values: Values, said: tuple[Kind, bool] | None) -> Personal | None:
    """Believe a column's name where the values are of the form that it says."""
    if said is None:
        return None
    kind, is_sure = said
    share = _FORMS[kind](values)
    if kind == "name" and not is_sure:
        share = share if _share_of_names(values) >= _SOME / 3 else 0.0
    return Personal(column=name, kind=kind, share=round(share, 3), by="name") if share >= _MOST else None


def _by_text(name: str, values: Values) -> Personal | None:
    """Look for personal values within texts; one in a hundred is enough."""
    if values.is_number:
        return None
    is_free = values.share_of(_TEXT) >= _SOME
    found: dict[Kind, float] = {}
    for item in DETECTORS:
        if item.inside and (is_free or item.kind in _ANYWHERE) and values.matching(item.inside).any():
            share = _share_inside(item, values.all)
            if share >= _FEW:
                found[item.kind] = share
    persons = (
        share_of_persons(values.some(values.matching(_PROSE))) if values.share_of(_PROSE) >= _SOME else 0.0
    )
    if persons >= _PERSONS:
        found["name"] = persons
    if not found:
        return None
    return Personal(column=name, kind="text", share=round(max(found.values()), 3), inside=tuple(found))


def _share_inside(detector: Detector, texts: pa.Array) -> float:
    import numpy as np
    import pyarrow.compute as pc

    mask = pc.match_substring_regex(texts, detector.inside).to_numpy(zero_copy_only=False)
    share = float(mask.mean())
    if detector.check is None:
        return share
    seen = pc.extract_regex(texts.take(np.flatnonzero(mask)[:CHECKED]), detector.inside).field("found")
    passed = sum(map(detector.check, seen.to_pylist())) / len(seen)
    return share * passed if passed >= _SOME else 0.0


def _form_of_names(values: Values) -> float:
    return 0.0 if values.is_number else values.share(values.matching(_PERSON) & values.shorter(_LONGEST_NAME))


def _form_of_phones(values: Values) -> float:
    import numpy as np

    mask = values.matching(_NUMBER)
    seen = values.some(mask)
    return values.share(mask) * float(np.mean([is_phone(text) for text in seen])) if seen else 0.0


def _form_of_papers(values: Values) -> float:
    is_short = values.is_number and values.share_of(r"^\d{6,}$") < _MOST
    has_digit = values.matching(_PAPER) & values.matching(r"\d")
    return 0.0 if is_short or _repeat(values) else values.share(has_digit)


def _form_of_secrets(values: Values) -> float:
    return 0.0 if values.is_number or _repeat(values) else values.share_of(r"^\S{6,}$")


def _form_of_places(values: Values) -> float:
    if values.is_number:
        return 0.0
    places = values.matching(_PLACE) & values.matching(r" |(?i:stra(?:ß|ss)e|weg|platz|allee|gasse)$")
    return values.share(places)


def _repeat(values: Values) -> bool:
    """Tell whether values come again and again, as those of categories do."""
    return len(values) < values.total / 2


_FORMS: dict[str, Callable[[Values], float]] = {
    "name": _form_of_names,
    "phone": _form_of_phones,
    "address": _form_of_places,
    "birthday": lambda values: values.share_of(_DATE),
    "national-id": _form_of_papers,
    "secret": _form_of_secrets,
}


def hidden_in(frame: pd.DataFrame) -> frozenset[str]:
    """Return the columns of a table at hand of which no value may be shown."""
    return frozenset(item.column for item in scan(frame))
