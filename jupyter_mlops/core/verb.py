"""A verb: one plain typed function from which every face is derived."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.types import Live, Short, Word, parts_of

Effect = Literal["read", "write"]
Role = Literal["viewer", "contributor", "approver", "admin"]
Function = TypeVar("Function", bound=Callable[..., object])

_ATTRIBUTE = "__verb__"
_EMPTY = inspect.Parameter.empty


@dataclass(frozen=True)
class Parameter:
    """One argument of a verb, as every face needs to know it.

    Parameters
    ----------
    is_word
        Given by position; the others are options.
    help
        The description of its type.
    """

    name: str
    annotation: object
    default: object
    is_word: bool

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        return self.default is _EMPTY

    @cached_property
    def _parts(self) -> tuple[object, ...]:
        return tuple(parts_of(self.annotation))

    @property
    def live(self) -> Live | None:
        """Its live kind, when it is an object in the core and a reference on the wire."""
        return next((part for part in self._parts if isinstance(part, Live)), None)

    @property
    def word(self) -> Word | None:
        """Its word of the vocabulary, when it has one."""
        return next((part for part in self._parts if isinstance(part, Word)), None)

    @property
    def help(self) -> str:
        """What it means, in one line."""
        fields = (part for part in self._parts if isinstance(part, FieldInfo) and part.description)
        return next((str(part.description) for part in fields), "")

    @property
    def example(self) -> str:
        """A value that it takes; `thing` where its type gives none."""
        fields = (part for part in self._parts if isinstance(part, FieldInfo) and part.examples)
        return next((str(example) for part in fields for example in part.examples or ()), "thing")

    @property
    def short(self) -> str | None:
        """Its one-letter form, when it has one."""
        return next((part.letter for part in self._parts if isinstance(part, Short)), None)

    @property
    def choices(self) -> tuple[str, ...]:
        """The values it can take, when they are few."""
        return next((get_args(part) for part in self._parts if get_origin(part) is Literal), ())

    @property
    def is_flag(self) -> bool:
        """Whether it is said by naming it."""
        return self.annotation is bool or bool in self._parts

    @property
    def is_repeated(self) -> bool:
        """Whether it may be given several times."""
        return any(get_origin(part) in {list, tuple} for part in self._parts)

    @cached_property
    def adapter(self) -> TypeAdapter[object]:
        """Validate a value given for it."""
        return TypeAdapter(self.annotation)  # type: ignore[arg-type]  # an annotation is what it takes


@dataclass(frozen=True)
class Verb:
    """A capability and what the door must know of it.

    Parameters
    ----------
    is_foreign
        It changes a store that is not ours, so that the ledger keeps intent, then outcome.
    is_long
        It may take more than a second, and reports progress.
    is_anywhere
        It works outside a project too.
    """

    name: str
    function: Callable[..., object]
    effect: Effect
    role: Role
    is_foreign: bool
    is_long: bool
    is_anywhere: bool

    @property
    def group(self) -> str:
        """The feature folder it lives in."""
        package = self.function.__module__.split(".")
        return package[1] if len(package) > 2 and package[0] == "jupyter_mlops" else "plugins"

    @property
    def summary(self) -> str:
        """The first line of its docstring: the help on every face."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @cached_property
    def _hints(self) -> dict[str, object]:
        return get_type_hints(self.function, include_extras=True)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its arguments after the project, in order."""
        given = list(inspect.signature(self.function).parameters.values())[1:]
        return tuple(
            Parameter(item.name, self._hints[item.name], item.default, item.kind is not item.KEYWORD_ONLY)
            for item in given
        )

    @property
    def cell(self) -> Parameter | None:
        """The argument that a cell magic fills with the cell."""
        return next((item for item in self.parameters if item.live and item.live.kind == "cell"), None)

    @property
    def needs_cell(self) -> bool:
        """Whether it makes no sense without one."""
        return self.cell is not None and self.cell.is_required

    @property
    def answer(self) -> object:
        """The type it answers with: a record, or a live table."""
        return self._hints["return"]

    @property
    def answers_table(self) -> bool:
        """Whether the answer is a live table, which travels as a preview."""
        return any(isinstance(part, Live) for part in parts_of(self.answer))

    def parameter(self, name: str) -> Parameter:
        """Return the argument called *name*.

        Raises
        ------
        Invalid
            The verb has none of that name.
        """
        for item in self.parameters:
            if item.name == name:
                return item
        names = [item.name for item in self.parameters]
        raise Invalid(
            f"{self.name} has no argument {name!r}.",
            hint=did_you_mean(name, names) or "It takes " + ", ".join(names),
        )


def verb(
    name: str,
    *,
    effect: Effect,
    role: Role | None = None,
    foreign: bool = False,
    long: bool = False,
    anywhere: bool = False,
) -> Callable[[Function], Function]:
    """Make a typed function a verb; it stays the plain function that it is.

    Parameters
    ----------
    effect
        `write` verbs are recorded in the ledger.
    role
        The least role that may call it; by default viewer to read, contributor to write.
    foreign
        It changes a store that is not ours.
    long
        It reports progress.
    anywhere
        It works outside a project too.
    """

    def mark(function: Function) -> Function:
        least = role or ("viewer" if effect == "read" else "contributor")
        setattr(function, _ATTRIBUTE, Verb(name, function, effect, least, foreign, long, anywhere))
        return function

    return mark


def verb_of(function: object) -> Verb | None:
    """Return the verb that *function* was made, or None."""
    found = getattr(function, _ATTRIBUTE, None)
    return found if isinstance(found, Verb) else None


class Registry(Mapping[str, Verb]):
    """The verbs by name."""

    def __init__(self, verbs: Iterable[Verb]) -> None:
        self._verbs: dict[str, Verb] = {}
        for item in verbs:
            if item.name in self._verbs:
                raise Invalid(f"Two verbs are called {item.name!r}.", hint="Rename one of them.")
            self._verbs[item.name] = item

    def __getitem__(self, name: str) -> Verb:
        return self._verbs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._verbs)

    def __len__(self) -> int:
        return len(self._verbs)

    def find(self, name: str) -> Verb:
        """Return the verb called *name*.

        Raises
        ------
        NotFound
            There is none.
        """
        if name in self._verbs:
            return self._verbs[name]
        raise NotFound(
            f"No verb {name!r}.", hint=did_you_mean(name, self._verbs) or "List them with `%mlops --help`."
        )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest of *known*, or an empty one."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else ""
