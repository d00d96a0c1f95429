"""A typed parameter of a pipeline."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.pipelines.file.annotation import Unknown, resolve
from jupyter_mlops.pipelines.file.parameters import NotebookParameter, typed
from jupyter_mlops.pipelines.file.scalar import Value, as_json, is_secret, problem
from jupyter_mlops.pipelines.file.secrecy import looks_secret
from jupyter_mlops.pipelines.file.spec import Spec

SECRET = "secret"
_BY_REFERENCE = 'Declare it in the file with type = "secret", and give env:NAME.'
_SCALARS = (bool, int, float, str, list)


def _type(text: str) -> str:
    if text != SECRET:
        _resolved(text)
    return text


class ParameterSpec(Spec):
    """What can be given to a pipeline: a type, as a notebook would annotate it, and a default.

    Parameters
    ----------
    type
        As in a notebook's parameters cell: int, float | None, list[str], Literal["fast", "exact"], date;
        or `secret`, whose values are references to secrets.
    default
        Without one a value must be given, unless the type takes None.
    """

    type: Annotated[
        str,
        AfterValidator(_type),
        Field(description="int, float, str, bool, date, list[int], int | None …, or secret."),
    ] = "any"
    default: Annotated[Value, Field(description="The value, where none is given.")] = None
    choices: Annotated[tuple[Value, ...], Field(description="The only values it takes.")] = ()
    minimum: Annotated[float | None, Field(description="Least value.")] = None
    maximum: Annotated[float | None, Field(description="Greatest value.")] = None
    description: Annotated[str, Field(max_length=2_000, description="What it means.")] = ""

    @property
    def is_secret(self) -> bool:
        """Whether its values are references to secrets."""
        return self.type == SECRET

    @property
    def annotation(self) -> object:
        """The type itself; `Any` when everything will do."""
        return str if self.is_secret else _resolved(self.type)

    @property
    def is_required(self) -> bool:
        """Whether a value must be given."""
        return self.default is None and (self.is_secret or not _takes_none(self.type))

    def value(self, name: str, given: object) -> JsonValue:
        """Return *given*, a value or the text a person typed, as JSON has it.

        Raises
        ------
        Invalid
            It is of another type, or out of bounds.
        """
        if self.is_secret:
            return _reference(name, given)
        if looks_secret(given):
            raise Invalid(
                f"{name} is given what looks like a secret, and it would be written down.", hint=_BY_REFERENCE
            )
        found = typed(NotebookParameter(name, self.type, _resolved(self.type)), given)
        self._check_bounds(name, found)
        made = as_json(name, found)
        if self.choices and made not in self.choices:
            known = ", ".join(map(str, self.choices))
            raise Invalid(f"{name}={made!r} is none of its choices.", hint=f"Choose from {known}.")
        return made

    def _check_bounds(self, name: str, value: object) -> None:
        if not isinstance(value, int | float):
            return
        if not math.isfinite(value):
            raise Invalid(f"{name}={value} is no finite number.", hint="Declare it as str to pass it on.")
        if self.minimum is not None and value < self.minimum:
            raise Invalid(f"{name}={value} is below its minimum, {self.minimum:g}.", hint="Give more.")
        if self.maximum is not None and value > self.maximum:
            raise Invalid(f"{name}={value} is above its maximum, {self.maximum:g}.", hint="Give less.")

    @model_validator(mode="before")
    @classmethod
    def _infer_type(cls, given: object) -> object:
        if not isinstance(given, Mapping) or "type" in given:
            return given
        if given.get("default") is None:
            raise problem("it has neither a type nor a default", 'Write type = "float", or default = 0.1.')
        return {**given, "type": type(given["default"]).__name__}

    @model_validator(mode="after")
    def _check_default(self) -> Self:
        if self.default is None:
            return self
        if looks_secret(self.default):
            return self  # said with the file's other problems
        try:
            self.value("default", self.default)
        except MlopsError as error:
            raise problem(error.message.rstrip("."), error.hint) from None
        return self


def _short(given: object) -> object:
    return given if isinstance(given, Mapping | ParameterSpec) else {"default": given}


ParameterEntry = Annotated[
    ParameterSpec,
    BeforeValidator(
        _short, json_schema_input_type=ParameterSpec | bool | int | float | str | list[JsonValue]
    ),
]


def _resolved(text: str) -> object:
    try:
        return Any if text == "any" else resolve(ast.parse(text, mode="eval").body)
    except (Unknown, SyntaxError, ValueError, RecursionError):
        raise problem(
            f"{text[:60]!r} is no type", "Write int, float, str, bool, date, list[int], int | None …"
        ) from None


def _takes_none(text: str) -> bool:
    adapter: TypeAdapter[object] = TypeAdapter(_resolved(text))  # type: ignore[arg-type]  # an annotation
    try:
        adapter.validate_python(None)
    except ValidationError:
        return False
    return True


def _reference(name: str, given: object) -> JsonValue:
    if isinstance(given, str) and is_secret(given):
        return given
    raise Invalid(
        f"{name} takes a reference to a secret, not a value.",
        hint="Write env:NAME, keyring:SERVICE/NAME or file:PATH.",
    )
