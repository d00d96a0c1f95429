"""Turn a typed line into a verb and what was given for its arguments; the magic and the command line share it."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.verb import Parameter, Registry, Verb, did_you_mean


@dataclass(frozen=True)
class Line:
    """What a line says.

    Parameters
    ----------
    given
        Text, lists of text and flags by argument; nothing is validated yet.
    """

    verb: Verb | None
    given: dict[str, object]
    wants_help: bool = False
    wants_json: bool = False
    wants_code: bool = False


class _Parser(argparse.ArgumentParser):
    """An argument parser that raises, and never exits or prints."""

    def error(self, message: str) -> NoReturn:
        raise Invalid(f"{self.prog}: {message}.", hint=f"See `%mlops {self.prog} --help`.")


def split(line: str) -> list[str]:
    """Split a line into words, quotes respected.

    Raises
    ------
    Invalid
        A quote is left open.
    """
    try:
        return shlex.split(line, comments=False)
    except ValueError as error:
        raise Invalid(f"{line.strip()!r} cannot be read: {error}.", hint="Close the quote.") from None


def parse(registry: Registry, words: Sequence[str], *, has_cell: bool = False) -> Line:
    """Read a line.

    Parameters
    ----------
    has_cell
        The cell fills the verb's cell argument, so the line does not.

    Raises
    ------
    NotFound
        There is no such verb.
    Invalid
        An option is unknown or a word is too many.
    """
    if not words or words[0] in {"-h", "--help", "help"}:
        found = registry.find(words[1]) if len(words) > 1 else None
        return Line(found, {}, wants_help=True)
    verb = registry.find(words[0])
    if "--help" in words or "-h" in words:
        return Line(verb, {}, wants_help=True)
    space, extra = parser(verb, has_cell=has_cell).parse_known_intermixed_args(list(words[1:]))
    if extra:
        options = [option_of(item) for item in verb.parameters]
        hint = did_you_mean(extra[0], options) or f"See `%mlops {verb.name} --help`."
        raise Invalid(f"{verb.name} does not take {extra[0]!r}.", hint=hint)
    given = vars(space)
    wants_json, wants_code = bool(given.pop("json")), bool(given.pop("code"))
    return Line(verb, given, wants_json=wants_json, wants_code=wants_code)


def parser(verb: Verb, *, has_cell: bool = False) -> argparse.ArgumentParser:
    """Return the parser of a verb's arguments."""
    made = _Parser(prog=verb.name, description=verb.summary, add_help=False, allow_abbrev=False)
    for item in verb.parameters:
        if has_cell and item.live is not None and item.live.kind == "cell":
            continue
        if item.is_word:
            _add_word(made, item)
        if not item.is_required or not item.is_word:
            _add_option(made, item)
    made.add_argument("--json", action="store_true", help="Answer in JSON.")
    made.add_argument("--code", action="store_true", help="Print the Python call instead of running it.")
    return made


def option_of(parameter: Parameter) -> str:
    """Return how an argument is written as an option: `--dry-run`."""
    return "--" + parameter.name.replace("_", "-")


def line_of(verb: Verb, given: dict[str, object]) -> str:
    """Write the line that says *given*: the inverse of `parse`."""
    words = [verb.name]
    for item in verb.parameters:
        if item.name in given and item.is_word:
            words += [shlex.quote(str(value)) for value in _several(given[item.name])]
        elif item.name in given:
            words += _option_words(item, given[item.name])
    return " ".join(words)


def _add_word(made: argparse.ArgumentParser, item: Parameter) -> None:
    many = "+" if item.is_required else "*"
    nargs = many if item.is_repeated else (None if item.is_required else "?")
    made.add_argument(item.name, nargs=nargs, default=argparse.SUPPRESS, help=item.help)


def _add_option(made: argparse.ArgumentParser, item: Parameter) -> None:
    names = [f"-{item.short}"] * bool(item.short) + [option_of(item)]
    if item.is_flag:
        made.add_argument(
            *names,
            dest=item.name,
            action=argparse.BooleanOptionalAction,
            default=argparse.SUPPRESS,
            help=item.help,
        )
        return
    action = "append" if item.is_repeated else "store"
    made.add_argument(*names, dest=item.name, action=action, default=argparse.SUPPRESS, help=item.help)


def _option_words(item: Parameter, value: object) -> Iterable[str]:
    if item.is_flag:
        return [option_of(item) if value else option_of(item).replace("--", "--no-", 1)]
    return [word for one in _several(value) for word in _option_value(item, str(one))]


def _option_value(item: Parameter, value: str) -> Iterable[str]:
    """Write a value so that it is not taken for an option itself."""
    if value.startswith("-"):
        return [shlex.quote(f"{option_of(item)}={value}")]
    return [option_of(item), shlex.quote(value)]


def _several(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else [value]
