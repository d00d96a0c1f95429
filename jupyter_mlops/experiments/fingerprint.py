"""Know a fitted estimator again by what it holds."""

from __future__ import annotations

from pickle import PicklingError

from jupyter_mlops.core.errors import Invalid


def fingerprint(estimator: object) -> str:
    """Return a hash of everything that *estimator* holds: 32 hexadecimal digits, `joblib.hash`'s where that works.

    Raises
    ------
    Invalid
        It holds something that cannot be pickled.
    """
    import numpy as np
    from joblib.hashing import NumpyHasher

    class Hasher(NumpyHasher):  # type: ignore[misc]
        """Take masked arrays apart: joblib fails on those in a search's cv_results_."""

        def save(self, obj: object) -> None:
            if isinstance(obj, np.ma.MaskedArray):
                obj = ("masked", np.asarray(obj.data), np.ma.getmaskarray(obj))
            super().save(obj)

    try:
        return str(Hasher(hash_name="md5").hash(estimator))
    except (PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid(
            f"{type(estimator).__name__} cannot be kept: {error}.",
            hint="Let it hold only numbers, text, arrays and estimators.",
        ) from error
