"""Know a fitted estimator again by what it holds."""

from __future__ import annotations

from pickle import PicklingError

from jupyter_mlops.core.errors import Invalid

_RUN = "_mlflow_run_id"
_FLEETING = frozenset([_RUN, "_stop_words_id"])
_TREES = ("sklearn.neighbors._kd_tree", "sklearn.neighbors._ball_tree")
_COUNTERS = slice(7, 11)


def fingerprint(estimator: object) -> str:
    """Return a hash of everything that *estimator* was fitted to: 32 hexadecimal digits, mostly `joblib.hash`'s.

    What using it leaves behind is not in it, nor the run that MLflow writes into it: equal fits have the same.

    Raises
    ------
    Invalid
        It holds something that cannot be pickled.
    """
    from joblib.hashing import NumpyHasher

    class Hasher(NumpyHasher):  # type: ignore[misc]
        """Hash what lasts of an object in its place."""

        def save(self, obj: object) -> None:
            super().save(_lasting(obj))

    try:
        return str(Hasher(hash_name="md5").hash(estimator))
    except (PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid(
            f"{type(estimator).__name__} cannot be kept: {error}.",
            hint="Let it hold only numbers, text, arrays and estimators.",
        ) from error


def run_of(estimator: object) -> str | None:
    """Return the id of the run that saw *estimator* being fitted, as MLflow wrote it there."""
    found = getattr(estimator, "__dict__", {}).get(_RUN)
    return found if isinstance(found, str) else None


def _lasting(held: object) -> object:
    """Return *held* without what is not of its fit."""
    import numpy as np

    if isinstance(held, np.ma.MaskedArray):  # joblib fails on those in a search's cv_results_
        return ("masked", np.asarray(held.data), np.ma.getmaskarray(held))
    if type(held) is np.ndarray and not (held.flags.c_contiguous or held.flags.f_contiguous):
        return np.ascontiguousarray(held)  # SciPy's splines do so when they are first asked
    if isinstance(held, dict) and not _FLEETING.isdisjoint(held):
        return {key: value for key, value in held.items() if key not in _FLEETING}
    state = held.__getstate__() if type(held).__module__ in _TREES and not isinstance(held, type) else None
    if isinstance(state, tuple):  # a tree counts how often it was asked
        return (type(held), *state[: _COUNTERS.start], *state[_COUNTERS.stop :])
    return held
