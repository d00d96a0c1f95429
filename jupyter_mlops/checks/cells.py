"""The cells of a column, aligned with its rows, as rules judge them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, cast

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.data.sketch.reading import Kind, kind_of, nanoseconds

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    Mask = npt.NDArray[np.bool_]
    Array = npt.NDArray[np.float64]  # or integers, which compare the same

_SHOWN = 60
MASKED = "•••"


class Cells:
    """A column, read in the way that its kind of values can be judged.

    Parameters
    ----------
    is_personal
        Whether no value of it may be shown.
    """

    def __init__(self, name: str, series: pd.Series, is_personal: bool = False) -> None:
        self.name = name
        self.series = series
        self.is_personal = is_personal

    def __len__(self) -> int:
        return len(self.series)

    @cached_property
    def missing(self) -> Mask:
        """Where there is no value; NaN is none, also in the dtypes that tell it from a missing one."""
        import numpy as np

        found: Mask = self.series.isna().to_numpy(dtype=bool)
        if not isinstance(self.series.dtype, np.dtype) and self.series.dtype.kind == "f":
            found = found | np.isnan(self.series.to_numpy(dtype=np.float64, na_value=np.nan))
        return found

    @cached_property
    def kind(self) -> Kind:
        """What its values are."""
        return kind_of(self.series)

    @cached_property
    def ordered(self) -> Array:
        """Numbers, truths as 0 and 1, or nanoseconds; where one is missing the value means nothing.

        Raises
        ------
        Unknown
            Its values are neither numbers, truths, times nor durations.
        """
        if self.kind in {"time", "duration"}:
            return self._nanoseconds()
        if self.kind not in {"number", "truth"}:
            raise Unknown(f"{self.name!r} holds {self.described}, which have no order that can be judged")
        return self._numbers()

    @cached_property
    def words(self) -> tuple[pa.Array, npt.NDArray[np.int64]]:
        """Different texts, and for each row which one it is: −1 where it is missing.

        Raises
        ------
        Unknown
            Its values are not texts.
        """
        import numpy as np

        if self.kind != "text":
            raise Unknown(f"{self.name!r} holds {self.described}, not texts")
        texts, codes = self._texts()
        return texts, codes.astype(np.int64)

    @property
    def described(self) -> str:
        """What its values are, in words."""
        return {
            "number": "numbers",
            "truth": "truths",
            "time": "times",
            "duration": "durations",
            "text": "texts",
            "mixed": f"values of dtype {self.series.dtype}",
        }[self.kind]

    def by_word(self, judge: Callable[[pa.Array], pa.Array]) -> Mask:
        """Judge each different text once, and return the verdict of every row; False where it is missing."""
        import numpy as np

        texts, codes = self.words
        verdicts = np.append(judge(texts).to_numpy(zero_copy_only=False).astype(bool), False)
        found: Mask = verdicts[codes]
        return found

    def sample(self, rows: Sequence[int]) -> tuple[str, ...]:
        """Return the values of a few rows as text, masked where they are personal."""
        if self.is_personal:
            return (MASKED,) * len(rows)
        return tuple(_short(value) for value in self.series.iloc[list(rows)].tolist())

    def _numbers(self) -> Array:
        import numpy as np
        import pandas as pd

        dtype = self.series.dtype
        if isinstance(dtype, np.dtype) and dtype.kind in "biuf":
            return self.series.to_numpy()
        if isinstance(dtype, pd.CategoricalDtype | pd.SparseDtype) or pd.api.types.is_object_dtype(dtype):
            values = np.where(self.missing, np.nan, np.asarray(self.series, dtype=object))
            return values.astype(np.float64)
        found: Array
        plain = {"b": np.bool_, "i": np.int64, "u": np.uint64}
        if dtype.kind in plain:
            found = self.series.to_numpy(dtype=plain[dtype.kind], na_value=plain[dtype.kind](0))
        else:
            found = self.series.to_numpy(dtype=np.float64, na_value=np.nan)
        return found

    def _nanoseconds(self) -> Array:
        import numpy as np
        import pandas as pd

        dtype = self.series.dtype
        is_time = self.kind == "time"
        if dtype.kind in "mM" and not isinstance(dtype, pd.ArrowDtype):
            index = pd.DatetimeIndex(self.series) if is_time else pd.TimedeltaIndex(self.series)
        else:
            values = self.series.astype(object).where(~self.missing, None).tolist()
            index = pd.to_datetime(values, utc=True) if is_time else pd.to_timedelta(values)
        return cast("Array", nanoseconds(np.where(index.isna(), 0, index.asi8), index.unit))

    def _texts(self) -> tuple[pa.Array, npt.NDArray[np.signedinteger]]:
        """Return different texts, not all of which need occur, and the code of each row."""
        import numpy as np
        import pandas as pd
        import pyarrow as pa

        if isinstance(self.series.dtype, pd.CategoricalDtype):
            words = np.asarray(self.series.cat.categories, dtype=object)
            codes = self.series.cat.codes.to_numpy()
            return pa.array(words, type=pa.large_string()), cast("npt.NDArray[np.signedinteger]", codes)
        found = pa.array(self.series.array, from_pandas=True)
        whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
        encoded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return encoded.dictionary.cast(pa.large_string()), cast("npt.NDArray[np.signedinteger]", codes)


def _short(value: object) -> str:
    shown = str(value)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
