"""The words and values that a pipeline file may hold, each checked where it stands."""

from __future__ import annotations

import json
import keyword
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, JsonValue, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError, to_json

from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.pipelines.file.placeholder import FORMS, is_path, paths_in, whole

_LARGEST = 65_536
_DEEPEST = 50
_STEP = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"(?:snapshot|version|file|url):\S.*")
_SECRET = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|keyring:[^/\s]+/\S+|file:\S.*")


def problem(what: str, hint: str = "") -> PydanticCustomError:
    """Return the error that says *what* is wrong with a value, and what to write instead."""
    context = {"what": what, "hint": hint}
    return PydanticCustomError("pipeline", "{what}", context)


def unknown_key(key: str, known: Iterable[str]) -> PydanticCustomError:
    """Return the error for a key that nobody knows."""
    names = list(known)
    return problem(f"{key!r} is no key here", did_you_mean(key, names) or f"Known are {', '.join(names)}.")


def Checked(check: Callable[[str], object]) -> AfterValidator:  # noqa: N802 - it is written as an annotation
    """Validate with a function that raises one of our own errors, so that the key is told with it."""

    def checked(value: str) -> str:
        try:
            check(value)
        except MlopsError as error:
            raise problem(error.message.rstrip("."), error.hint) from None
        return value

    return AfterValidator(checked)


def is_secret(value: str) -> bool:
    """Tell whether *value* refers to a secret."""
    return _SECRET.fullmatch(value) is not None


def _step(value: str) -> str:
    if _STEP.fullmatch(value) is None:
        raise problem(f"{value!r} is no name", "Use letters, digits, '_' and '-', like train-model.")
    return value


def _identifier(value: str) -> str:
    if not value.isidentifier() or keyword.iskeyword(value):
        raise problem(
            f"{value!r} is no name of a variable", "Use letters, digits and '_', like learning_rate."
        )
    return value


def _variable(value: str) -> str:
    if _VARIABLE.fullmatch(value) is None:
        raise problem(f"{value!r} is no name of an environment variable")
    if value.upper().startswith("JUPYTER_MLOPS_"):
        raise problem(f"{value} is one that jupyter_mlops sets itself", "Choose another name.")
    return value


def _location(value: str) -> str:
    if not value or value.startswith("/") or "\\" in value or re.match(r"[A-Za-z]:", value):
        raise problem(
            f"{value!r} is no path within the project", "Write it from this file's folder, with '/'."
        )
    return value


def _reference(value: str) -> str:
    if _REFERENCE.fullmatch(value) is None:
        raise problem(
            f"{value[:60]!r} is no reference to data",
            "Write snapshot:customers@latest, version:churn@champion, file:rates.csv or url:https://….",
        )
    return _plain(value)


def _secret(value: str) -> str:
    if not is_secret(value):
        raise problem(
            "a secret is given by reference, never by value",
            "Write env:NAME, keyring:SERVICE/NAME or file:PATH.",
        )
    return value


def _placeholder(value: str) -> str:
    path = whole(value)
    if path is None or not is_path(path):
        raise problem(f"{value[:60]!r} is no placeholder", f"Write {FORMS}.")
    return value


def _secret_or_parameter(value: str) -> str:
    return _placeholder(value) if whole(value) else _secret(value)


def _plain(value: str) -> str:
    for path in paths_in(value):
        if not is_path(path):
            raise problem(f"${{{path[:60]}}} is no placeholder", f"Write {FORMS}; a bare ${{ is $${{.")
    return value


def _value(given: object) -> JsonValue:
    """Return the value as JSON has it: dates as text, all of it finite and small."""
    made = _sized(given)
    for text in texts(made):
        _plain(text)
    return made


def _sized(given: object) -> JsonValue:
    made = _json(given, 0)
    size = len(json.dumps(made, ensure_ascii=False))
    if size > _LARGEST:
        raise problem(
            f"the value has {size:,} characters; at most {_LARGEST:,} can be given",
            "Keep it in a file or a snapshot, and give its name.",
        )
    return made


def _json(value: object, depth: int) -> JsonValue:
    if depth > _DEEPEST:
        raise problem(
            f"the value is nested more than {_DEEPEST} deep", "Keep it in a file, and give its path."
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise problem(
            f"{value} is no finite number", f'Write "{value}" as text where the notebook takes a float.'
        )
    if isinstance(value, bool | int | float | str | None):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item, depth + 1) for item in value]
    raise problem(
        f"a {type(value).__name__} is no value for a parameter", "Give text, a number, a list or a table."
    )


def texts(value: JsonValue) -> Iterator[str]:
    """Yield every text in *value*, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        yield from texts(list(value.values()))


def _cron(value: str) -> None:
    from jupyter_mlops.pipelines.file import cron

    cron.check(value)


def _zone(value: str) -> None:
    from jupyter_mlops.pipelines.file import zone

    zone.check_zone(value)


StepName = Annotated[str, AfterValidator(_step)]
Identifier = Annotated[str, AfterValidator(_identifier)]
Variable = Annotated[str, AfterValidator(_variable)]
Location = Annotated[str, AfterValidator(_location)]
Secret = Annotated[str, AfterValidator(_secret)]
Placeholder = Annotated[str, AfterValidator(_placeholder)]
SecretOrParameter = Annotated[str, AfterValidator(_secret_or_parameter)]
Reference = Annotated[str, AfterValidator(_reference)]
Plain = Annotated[str, AfterValidator(_plain)]
Value = Annotated[JsonValue, BeforeValidator(_value)]
Cron = Annotated[str, Checked(_cron)]
Zone = Annotated[str, Checked(_zone)]
_FILLED: TypeAdapter[JsonValue] = TypeAdapter(Value)
_VERBATIM: TypeAdapter[JsonValue] = TypeAdapter(Annotated[JsonValue, BeforeValidator(_sized)])


def as_json(name: str, value: object, *, is_filled: bool = True) -> JsonValue:
    """Return the value of a parameter as JSON has it, to be kept until it is used; NaN and infinities as text.

    Parameters
    ----------
    is_filled
        Placeholders in it will be filled, so that they must make sense.

    Raises
    ------
    Invalid
        It is too large, or no value that can be kept.
    """
    adapter = _FILLED if is_filled else _VERBATIM
    try:
        return adapter.validate_json(to_json(value, inf_nan_mode="strings"))
    except ValidationError as error:
        context = error.errors()[0].get("ctx", {})
        raise Invalid(f"{name}: {context.get('what')}.", hint=str(context.get("hint", ""))) from None
