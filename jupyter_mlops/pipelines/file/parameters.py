"""The notebook's parameters: the cell tagged `parameters`, read without running it."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.core.redact import is_secret_name
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.pipelines.file import secrecy
from jupyter_mlops.pipelines.file.annotation import SCALARS, Unknown, name_of, resolve
from jupyter_mlops.pipelines.file.literal import checked_name, literal

TAG = "parameters"
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_TYPE_COMMENT = re.compile(r"type:\s*(?P<type>[\w.]+(?:\[[^\]]*\])?)\s*(?P<help>.*)")
_LONGEST = 100_000


@dataclass(frozen=True)
class NotebookParameter:
    """One assignment of the parameters cell.

    Parameters
    ----------
    type
        As its author wrote it, or as inferred from the default.
    annotation
        The type itself; `Any` when nothing tells.
    default
        The value, when it is a literal.
    source
        The default as written; None when a value must be given.
    is_computed
        The default is no literal: only the kernel knows it.
    """

    name: str
    type: str
    annotation: object
    default: object = None
    source: str | None = None
    is_computed: bool = False
    help: str = ""

    @property
    def is_required(self) -> bool:
        """Whether the notebook gives it no value."""
        return self.source is None

    @property
    def is_secret(self) -> bool:
        """Whether its name says that its value is a secret; numbers are none."""
        return is_secret_name(self.name) and isinstance(self.default, str | bytes | None)

    def __str__(self) -> str:
        is_hidden = self.source and (self.is_secret or secrecy.looks_secret(self.source))
        source = "***" if is_hidden else self.source
        shown = f"{self.name}: {self.type}" + ("" if source is None else f" = {source}")
        return f"{shown} ({self.help})" if self.help else shown


def read_parameters(cells: Sequence[Mapping[str, object]]) -> tuple[NotebookParameter, ...]:
    """Read the first cell tagged `parameters`; none without such a cell.

    Raises
    ------
    Invalid
        The cell is no Python.
    """
    source = next((str(cell.get("source", "")) for cell in cells if _is_tagged(cell)), "")
    body = _statements(source)
    comments = _comments(source) if body else {}
    found = {item.name: item for statement in body for item in _parameters_of(statement, comments)}
    return tuple(found.values())


def assignments(given: Iterable[str]) -> dict[str, str]:
    """Split `NAME=VALUE` words.

    Raises
    ------
    Invalid
        One has no `=`, or a name comes twice.
    """
    found: dict[str, str] = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals:
            raise Invalid(f"{word!r} is no parameter.", hint="Write NAME=VALUE, like alpha=0.1.")
        if name.strip() in found:
            raise Invalid(f"{name.strip()!r} is given twice.", hint="Give it once.")
        found[name.strip()] = value
    return found


def check(
    parameters: Sequence[NotebookParameter], given: Mapping[str, object], secrets: Collection[str] = ()
) -> dict[str, object]:
    """Return the values given, as the notebook's own types.

    Parameters
    ----------
    secrets
        Names that are given by reference: only the kernel will know their values.

    Raises
    ------
    Invalid
        A name is unknown, a value ill-typed or secret, or a required one is missing; it tells all of
        them, and what would be accepted.
    """
    known = {item.name: item for item in parameters}
    values: dict[str, object] = {}
    problems = []
    for name, value in given.items():
        try:
            values[name] = _value(known, name, value)
        except MlopsError as error:
            problems.append(str(error).rstrip("."))
    problems += [f"{name} is given as a value and as a secret" for name in secrets if name in given]
    missing = {item.name for item in parameters if item.is_required}.difference(given, secrets)
    problems += [f"{item.name} is missing" for item in parameters if item.name in missing]
    problems += secrecy.in_defaults(parameters)
    if not problems:
        return values
    accepted = "; ".join(map(str, parameters)) or "no parameters: tag a cell of assignments with 'parameters'"
    raise Invalid("; ".join(problems) + ".", hint=f"The notebook takes {accepted}.")


def _is_tagged(cell: Mapping[str, object]) -> bool:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
    return cell.get("cell_type") == "code" and isinstance(tags, list) and TAG in tags


def _statements(source: str) -> list[ast.stmt]:
    cause = ""
    for text in (source, _MAGIC.sub("pass", source)):
        try:
            return ast.parse(text).body
        except (SyntaxError, ValueError) as error:
            line = f" at its line {error.lineno}" if isinstance(error, SyntaxError) else ""
            cause = cause or f"{line}: {getattr(error, 'msg', error)}"
    raise Invalid(f"The parameters cell is no Python{cause}.", hint="Mend the cell tagged 'parameters'.")


def _value(known: Mapping[str, NotebookParameter], name: str, given: object) -> object:
    if name not in known:
        raise Invalid(f"{name!r} is no parameter of the notebook.", hint=did_you_mean(name, known))
    parameter = known[checked_name(name)]
    secrecy.check(parameter, given)
    value = typed(parameter, given)
    literal(value)  # refuses what cannot be written
    return value


def typed(parameter: NotebookParameter, given: object) -> object:
    """Return *given*, a value or the text a person typed, as the parameter's type."""
    if parameter.annotation is Any:
        return next(_readings(given), given) if isinstance(given, str) else given
    adapter: TypeAdapter[object] = TypeAdapter(parameter.annotation)  # type: ignore[arg-type]
    if type(given).__module__ == "numpy" and hasattr(given, "item"):
        given = given.item()
    readings = _readings_of(given) if isinstance(given, str) else [given]
    cause = ""
    for reading in readings:
        try:
            return adapter.validate_python(reading)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            cause = cause or (f": {errors[0]['msg']}" if len(errors) == 1 else "")
    shown = repr(given)[:80]
    raise Invalid(f"{parameter.name}={shown} is no {parameter.type}{cause}.")


def _readings_of(text: str) -> list[object]:
    """Return what *text* may mean, likeliest first: None wherever it is allowed, else the text itself."""
    return [None, text] if text in {"None", "null"} else [text, *_readings(text)]


def _readings(text: str) -> Iterator[object]:
    """Yield what *text* says as a Python literal, and as JSON."""
    readers: tuple[Callable[[str], object], ...] = (ast.literal_eval, json.loads)
    for read in readers if len(text) <= _LONGEST else ():
        try:
            yield read(text.strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue


def _comments(source: str) -> dict[int, tuple[str, bool]]:
    """Return the comments by line: the text, and whether it stands alone."""
    found: dict[int, tuple[str, bool]] = {}
    for token in tokenize.generate_tokens(io.StringIO(source + "\n").readline):
        if token.type == tokenize.COMMENT:
            alone = token.line[: token.start[1]].strip() == ""
            found[token.start[0]] = (token.string.lstrip("#: ").strip(), alone)
    return found


def _help(statement: ast.stmt, comments: Mapping[int, tuple[str, bool]]) -> str:
    trailing = comments.get(statement.end_lineno or statement.lineno)
    if trailing is not None:
        return trailing[0]
    above: list[str] = []
    line = statement.lineno - 1
    while line in comments and comments[line][1]:
        above.insert(0, comments[line][0])
        line -= 1
    return " ".join(filter(None, above))


def _parameters_of(
    statement: ast.stmt, comments: Mapping[int, tuple[str, bool]]
) -> Iterator[NotebookParameter]:
    help_ = _help(statement, comments)
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield _parameter(statement.target.id, statement.value, statement.annotation, help_)
    elif isinstance(statement, ast.Assign):
        hint = _TYPE_COMMENT.fullmatch(help_)
        annotation = (
            ast.parse(hint["type"], mode="eval").body if hint and _is_expression(hint["type"]) else None
        )
        for name, value in _assigned(statement):
            yield _parameter(name, value, annotation, hint["help"] if hint else help_)


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def _assigned(statement: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    for target in statement.targets:
        if isinstance(target, ast.Name):
            yield target.id, statement.value
        elif isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
            pairs = zip(target.elts, statement.value.elts, strict=False)
            yield from ((left.id, right) for left, right in pairs if isinstance(left, ast.Name))


def _parameter(
    name: str, value: ast.expr | None, annotation: ast.expr | None, help_: str
) -> NotebookParameter:
    default, is_computed = _default(value)
    kind, type_ = _kind(annotation, value, default, is_computed)
    source = None if value is None else ast.unparse(value)
    return NotebookParameter(name, kind, type_, default, source, is_computed, help_)


def _default(value: ast.expr | None) -> tuple[object, bool]:
    if value is None:
        return None, False
    try:
        return ast.literal_eval(value), False
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None, True


def _kind(
    annotation: ast.expr | None, value: ast.expr | None, default: object, is_computed: bool
) -> tuple[str, object]:
    """Return the type as text and as a type: from the annotation, else from the default."""
    if annotation is not None:
        try:
            return _text(annotation), resolve(annotation)
        except Unknown:
            return _text(annotation), Any
    if isinstance(value, ast.Call) and name_of(value.func) in SCALARS:
        return name_of(value.func), SCALARS[name_of(value.func)]
    if (
        is_computed
        or default is None
        or not isinstance(default, bool | int | float | str | bytes | list | tuple | dict | set)
    ):
        return "any", Any
    return type(default).__name__, type(default)


def _text(annotation: ast.expr) -> str:
    return (
        annotation.value
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)
        else ast.unparse(annotation)
    )
