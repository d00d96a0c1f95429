"""Complete verbs, options and names that exist, in cells and in the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Kind
from jupyter_mlops.core.verb import Parameter, Registry, Verb
from jupyter_mlops.faces.parser import option_of
from jupyter_mlops.project.names import known

if TYPE_CHECKING:
    from jupyter_mlops.faces.magic import MlopsMagics


def candidates(
    registry: Registry,
    words: Sequence[str],
    prefix: str,
    *,
    project: Callable[[Verb], Project] | None = None,
    variables: Mapping[str, object] | None = None,
    has_cell: bool = False,
) -> list[str]:
    """Return what may stand next.

    Parameters
    ----------
    words
        The whole words before the one being typed; the first is the verb.
    prefix
        What is typed of this one.
    project
        Opens the project whose names are completed; None completes none.
    """
    if not words:
        known: Iterable[str] = [name for name in registry if bool(registry[name].cell) or not has_cell]
        return sorted(name for name in known if name.startswith(prefix))
    verb = registry.get(words[0])
    if verb is None:
        return []
    if prefix.startswith("-"):
        options = [option_of(item) for item in verb.parameters if not (item.is_word and item.is_required)]
        return [option for option in [*options, "--json", "--code", "--help"] if option.startswith(prefix)]
    item = _expected(verb, words[1:], has_cell=has_cell)
    if item is None:
        return []
    return [name for name in _values(item, verb, prefix, project, variables) if name.startswith(prefix)]


def in_notebook(magics: MlopsMagics, event: object) -> list[str]:
    """Complete a line of a cell that starts with the magic."""
    from jupyter_mlops import catalog

    typed = str(getattr(event, "text_until_cursor", ""))
    words = typed.split()[1:]
    prefix = "" if typed.endswith(" ") else (words.pop() if words else "")
    return candidates(
        catalog.registry(),
        words,
        prefix,
        project=magics.project_for,
        variables=magics.shell.user_ns,
        has_cell=typed.lstrip().startswith("%%"),
    )


def _expected(verb: Verb, said: Sequence[str], *, has_cell: bool) -> Parameter | None:
    """Return the argument that the next word would be."""
    by_option = {option_of(item): item for item in verb.parameters}
    if said and said[-1] in by_option and not by_option[said[-1]].is_flag:
        return by_option[said[-1]]
    words = [item for item in verb.parameters if item.is_word and not (has_cell and item is verb.cell)]
    place = 0
    skip = False
    for word in said:
        if skip or word.startswith("-"):
            skip = not skip and word in by_option and not by_option[word].is_flag
        else:
            place += 1
    if place < len(words):
        return words[place]
    return words[-1] if words and words[-1].is_repeated else None


def _values(
    item: Parameter,
    verb: Verb,
    prefix: str,
    project: Callable[[Verb], Project] | None,
    variables: Mapping[str, object] | None,
) -> list[str]:
    if item.choices:
        return list(item.choices)
    found = _variables(item.live.kind, variables) if item.live is not None and variables is not None else []
    if item.live is not None and variables is not None and item.word is None:
        return found
    kind: Kind | None = (
        item.word.kind if item.word else ("snapshot" if item.live and item.live.kind == "table" else None)
    )
    if kind is None or project is None:
        return found
    try:
        return [*found, *known(project(verb), kind, prefix)]
    except MlopsError:
        return found


def _variables(kind: str, variables: Mapping[str, object]) -> list[str]:
    wanted = {"table": {"DataFrame"}, "maker": {"BaseEstimator", "function"}}.get(kind, {"BaseEstimator"})
    return sorted(
        name
        for name, value in variables.items()
        if not name.startswith("_") and any(base.__name__ in wanted for base in type(value).__mro__)
    )
