"""Turn MLflow's words into ours, and keep its noise out of the notebook."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from jupyter_mlops.core.errors import Conflict, Invalid, MlopsError, NotFound, Refused, Unavailable
from jupyter_mlops.core.redact import redact

_hushed: ContextVar[bool] = ContextVar("jupyter_mlops_hushed", default=False)
_MISSING = {"RESOURCE_DOES_NOT_EXIST", "NOT_FOUND", "ENDPOINT_NOT_FOUND"}
_TAKEN = {"RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS", "RESOURCE_CONFLICT", "ABORTED"}
_STRANGER = {"UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED"}
_LOGIN = "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
_WRONG = {"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "MALFORMED_REQUEST", "INVALID_STATE"}


@contextmanager
def translated(store: str) -> Iterator[None]:
    """Raise what MLflow raises within as one of our five errors, and let it log nothing."""
    from mlflow.exceptions import MlflowException

    token = _hushed.set(True)
    try:
        yield
    except MlflowException as error:
        raise translate(error, store) from error
    finally:
        _hushed.reset(token)


def translate(error: Exception, store: str) -> MlopsError:
    """Return the error that says the same in our words."""
    code = str(getattr(error, "error_code", ""))
    said = redact(str(getattr(error, "message", error))).partition("\n")[0].rstrip(".")[:500]
    if "out-of-date database schema" in said:
        return Unavailable(
            f"The store {store} was made by another version of MLflow.",
            hint="Back it up, then run `mlflow db upgrade` with its URI.",
        )
    if code in _MISSING:
        return NotFound(
            f"The tracker says: {said}.", hint="List what there is with `%mlops runs` or `%mlops models`."
        )
    if code in _TAKEN or "Changing param values is not allowed" in said:
        return Conflict(f"The tracker says: {said}.", hint="Look, then try again under another name.")
    if code in _STRANGER:
        return Refused(
            f"The tracker {store} does not know you: the user name or the password is wrong, or missing.",
            hint=f"Set {_LOGIN}.",
        )
    if code == "PERMISSION_DENIED":
        return Refused(
            f"The tracker {store} does not let you do that.",
            hint=f"Ask its admin for the permission; who you are there, {_LOGIN} say.",
        )
    if code in _WRONG:
        return Invalid(f"The tracker says: {said}.", hint="Change what it names.")
    return Unavailable(
        f"The tracker {store} failed: {said}.", hint="Try again, or see `jupyter mlops doctor`."
    )


def hush() -> None:
    """Let MLflow's log handlers drop what is logged during our calls."""
    logger = logging.getLogger("mlflow")
    for handler in logger.handlers:
        if _is_audible not in handler.filters:
            handler.addFilter(_is_audible)
    if _is_audible not in logger.filters:
        logger.addFilter(_is_audible)


def _is_audible(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.CRITICAL or not _hushed.get()
