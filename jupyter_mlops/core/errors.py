"""Say what went wrong, by what the caller can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from jupyter_mlops.core.record import Record


class MlopsError(Exception):
    """Carry one sentence of cause, with the offending value, and one runnable next step."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def docs(self) -> str:
        """Name the page and anchor that explain this class of error."""
        return f"reference/errors.html#{self.code}"

    def wire(self) -> dict[str, object]:
        """Return the error as plain JSON types."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "docs": self.docs}

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def _render_traceback_(self) -> list[str]:
        """Show one sentence in a notebook instead of a traceback: IPython asks for it."""
        lines = [f"{type(self).__name__}: {self.message}"]
        return [*lines, f"  → {self.hint}"] if self.hint else lines


class Invalid(MlopsError):
    """What was asked makes no sense: change the input."""

    code = "invalid"
    status = 422
    exit_code = 2


class NotFound(MlopsError):
    """What was named does not exist: name another, or make it."""

    code = "not-found"
    status = 404
    exit_code = 3


class NoProject(NotFound):
    """There is no project here yet: make one. Faces tell it from other things not found, to offer that."""

    code = "no-project"

    @property
    def docs(self) -> str:
        """Name the page and anchor that explain this class of error."""
        return f"reference/errors.html#{NotFound.code}"


class Conflict(MlopsError):
    """Somebody else changed it meanwhile, or it exists already: look, then try again."""

    code = "conflict"
    status = 409
    exit_code = 4


class Refused(MlopsError):
    """A gate or a role says no: mend what it names, or ask who may.

    Parameters
    ----------
    report
        What the gate found, when a gate refused.
    """

    code = "refused"
    status = 403
    exit_code = 5

    def __init__(self, message: str, *, hint: str = "", report: Record | None = None) -> None:
        super().__init__(message, hint=hint)
        self.report = report


class Unavailable(MlopsError):
    """Something we lean on does not answer, or has no room: mend it, then try again."""

    code = "unavailable"
    status = 503
    exit_code = 6


class Interrupted(Unavailable):
    """The connection broke in the middle: nobody has said whether it was done. The door looks, and tries once more."""
