"""The vocabulary: one word names one thing on every face."""

from __future__ import annotations

import re
import types
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import AfterValidator, Field

from jupyter_mlops.core.errors import Invalid

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.base import BaseEstimator

    from jupyter_mlops.core.code import Code

Kind = Literal[
    "dataset",
    "snapshot",
    "model",
    "version",
    "run",
    "alias",
    "notebook",
    "pipeline",
    "schedule",
    "execution",
    "approval",
    "verb",
    "any",
]

_NAME = re.compile(r"[^\W](?:[\w.-]*\w)?")
_VERSION = re.compile(r"(?P<name>[^@]+?)(?:@(?P<selector>[^@]+))?")


@dataclass(frozen=True)
class Word:
    """Mark a type as a word of the vocabulary, so that faces complete it and the door keeps lineage."""

    kind: Kind
    is_lineage: bool = True

    def reference(self, value: str) -> str:
        """Return *value* with its kind, as the ledger keeps it: `snapshot:customers@3`."""
        return f"{self.kind}:{value}"


@dataclass(frozen=True)
class Short:
    """Give an option a one-letter form: `-p`."""

    letter: str


@dataclass(frozen=True)
class Live:
    """Mark a parameter as a live object: a variable in a notebook, a reference on the wire.

    Parameters
    ----------
    streams
        A table that is larger than memory is given in batches.
    """

    kind: Literal["table", "model", "cell", "value", "maker"]
    streams: bool = False


def check_name(value: str) -> str:
    """Accept letters, digits, `_`, `.` and `-`, at most 128 of them; refuse paths and marks."""
    name = unicodedata.normalize("NFC", value)
    if len(name) > 128:
        raise Invalid(f"The name {name[:20] + '…'!r} has {len(name)} characters.", hint="Use at most 128.")
    if not _NAME.fullmatch(name) or ".." in name:
        raise Invalid(
            f"{name!r} is not a name.", hint="Use letters, digits, '_', '-' and '.', like sales-2026."
        )
    return name


def split_reference(reference: str) -> tuple[str, str | None]:
    """Split `customers@3` into its name and its selector; the selector of a bare name is None."""
    match = _VERSION.fullmatch(reference.strip())
    if match is None:
        raise Invalid(f"{reference!r} is not a reference.", hint="Write NAME, NAME@3 or NAME@latest.")
    return check_name(match["name"]), match["selector"]


def _check_reference(value: str) -> str:
    split_reference(value)
    return value.strip()


def check_run(value: str) -> str:
    """Accept `@` and the first digits of an id, or `@latest`."""
    token = value.strip().removeprefix("@")
    if not re.fullmatch(r"[0-9a-f]{4,32}", token) and token != "latest":
        raise Invalid(
            f"{value!r} does not name a run.", hint="Write @ and 4 or more digits of its id, or @latest."
        )
    return f"@{token}"


def _check_any(value: str) -> str:
    if value.strip().endswith(".ipynb"):
        return value.strip()
    kind, colon, rest = value.strip().partition(":")
    if colon and kind not in {"dataset", "model"}:
        raise Invalid(
            f"{value!r} is not a reference.", hint="Write NAME@3, dataset:NAME, model:NAME or @RUN."
        )
    body = rest if colon else kind
    _ = check_run(body) if body.startswith("@") else _check_reference(body)
    return value.strip()


DatasetName = Annotated[
    str,
    Word("dataset", is_lineage=False),
    AfterValidator(check_name),
    Field(description="Name of a dataset, like customers.", examples=["customers"]),
]
SnapshotRef = Annotated[
    str,
    Word("snapshot"),
    AfterValidator(_check_reference),
    Field(
        description="A snapshot: customers, customers@3, @latest, a digest prefix, or a date.",
        examples=["customers@3"],
    ),
]
ModelName = Annotated[
    str,
    Word("model", is_lineage=False),
    AfterValidator(check_name),
    Field(description="Name of a registered model, like churn.", examples=["churn"]),
]
VersionRef = Annotated[
    str,
    Word("version"),
    AfterValidator(_check_reference),
    Field(description="A model version: churn@3, churn@champion or churn@latest.", examples=["churn@3"]),
]
RunRef = Annotated[
    str,
    Word("run"),
    AfterValidator(check_run),
    Field(description="A run: @ and the first digits of its id.", examples=["@8c1d22f0"]),
]
Alias = Annotated[
    str,
    Word("alias", is_lineage=False),
    AfterValidator(check_name),
    Field(
        description="A name that points at one version: champion serves, challenger waits.",
        examples=["champion"],
    ),
]
AnyRef = Annotated[
    str,
    Word("any"),
    AfterValidator(_check_any),
    Field(
        description="A dataset, snapshot, model, version, run or notebook: customers@3, churn@champion, @8c1d.",
        examples=["customers@3"],
    ),
]
PipelineName = Annotated[
    str,
    Word("pipeline", is_lineage=False),
    AfterValidator(check_name),
    Field(description="Name of a pipeline, like retrain.", examples=["retrain"]),
]
ExecutionRef = Annotated[
    str,
    Word("execution"),
    AfterValidator(check_name),
    Field(description="An execution: its id or the end of it, a pipeline's name for its last, or latest."),
]
ApprovalRef = Annotated[
    str,
    Word("approval"),
    AfterValidator(_check_reference),
    Field(
        description="A request for approval: the first digits of its id, or the version it is about.",
        examples=["3f9a12cd"],
    ),
]
RunName = Annotated[str, AfterValidator(check_name), Field(description="A name to find the run by.")]


@dataclass(frozen=True)
class Figure:
    """A picture that a cell showed."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Execution:
    """What came of executing a cell: the names it bound, the pictures it showed, the user's own error."""

    error: BaseException | None = None
    traceback: str = ""
    figures: tuple[Figure, ...] = ()


if TYPE_CHECKING:
    Table: TypeAlias = pd.DataFrame
    Estimator: TypeAlias = BaseEstimator
    Cell: TypeAlias = Code
    NamedValue: TypeAlias = Mapping[str, object]
    Subject: TypeAlias = str | pd.DataFrame
    Maker: TypeAlias = object
    AnyTable: TypeAlias = object
else:
    Table = Annotated[
        object, Live("table"), Field(description="A DataFrame; on the command line a file or snapshot.")
    ]
    AnyTable = Annotated[
        object,
        Live("table", streams=True),
        Field(
            description="A table: a variable; elsewhere a file, files like data/*.csv, a URL or 'sql:SHOP:select …'."
        ),
    ]
    Estimator = Annotated[
        object, Live("model"), Field(description="A fitted estimator; elsewhere a run's, like @8c1d.")
    ]
    Cell = Annotated[
        object, Live("cell"), Field(description="The cell's own code; on the command line a script.")
    ]
    Subject = Annotated[
        object,
        Word("snapshot"),
        Live("table"),
        Field(description="A snapshot, like customers@3, or a table: a variable, elsewhere a file."),
    ]
    Maker = Annotated[
        object,
        Live("maker"),
        Field(
            description="A function or fitted transformer; elsewhere FILE.py:FUNCTION or a model's version."
        ),
    ]

    NamedValue = Annotated[
        object, Live("value"), Field(description="NAME=VALUE: a notebook's variable, or a plain value.")
    ]

Reporter = Callable[[int, int, str], None]


def parts_of(annotation: object) -> Iterator[object]:
    """Yield the parts of an annotation: unions and Annotated opened, containers kept with their items."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *extras = get_args(annotation)
        yield from parts_of(inner)
        yield from extras
    elif origin in {Union, types.UnionType}:
        for part in get_args(annotation):
            yield from parts_of(part)
    elif origin in {list, tuple, dict}:
        yield annotation
        for part in get_args(annotation):
            yield from parts_of(part)
    else:
        yield annotation
