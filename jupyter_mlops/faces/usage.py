"""Help: the same words on every face, from the verbs themselves."""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import Parameter, Registry, Verb
from jupyter_mlops.faces.parser import option_of


class Usage(Record):
    """How something is said, and what it means."""

    title: str
    usage: str
    rows: tuple[tuple[str, str], ...]
    next: tuple[str, ...] = ()

    def card(self) -> Card:
        """Show the usage line and what each part means."""
        return Card(self.title, "info", facts=self.rows, notes=(self.usage,), next=self.next)


def overview(registry: Registry) -> Usage:
    """List every verb by its group."""
    rows = [(f"{verb.group}: {verb.name}", verb.summary) for verb in registry.values()]
    return Usage(
        title="jupyter_mlops",
        usage="%mlops VERB …   or   jupyter mlops VERB …",
        rows=tuple(rows),
        next=("%mlops VERB --help",),
    )


def of_verb(verb: Verb) -> Usage:
    """Say how *verb* is used."""
    rows = [(_shown(item), _meaning(item)) for item in verb.parameters]
    magic = "%%mlops" if verb.needs_cell else "%mlops"
    return Usage(
        title=verb.summary, usage=f"{magic} {signature(verb, in_cell=verb.needs_cell)}", rows=tuple(rows)
    )


def signature(verb: Verb, *, in_cell: bool = False) -> str:
    """Write the verb with its arguments: `promote VERSION [TO] [--note TEXT]`."""
    shown = (item for item in verb.parameters if not (in_cell and item is verb.cell))
    return " ".join([verb.name, *(_in_usage(item) for item in shown)])


def _in_usage(item: Parameter) -> str:
    if item.is_word:
        word = item.name.upper() + (" …" if item.is_repeated else "")
        return word if item.is_required else f"[{word}]"
    body = option_of(item) if item.is_flag else f"{option_of(item)} {item.name.upper()}"
    return body if item.is_required else f"[{body}]{' …' if item.is_repeated else ''}"


def _shown(item: Parameter) -> str:
    if item.is_word:
        return item.name.upper()
    return f"-{item.short}, {option_of(item)}" if item.short else option_of(item)


def _meaning(item: Parameter) -> str:
    parts: Iterable[str] = (
        item.help,
        f"One of {', '.join(map(str, item.choices))}." if item.choices else "",
        ""
        if item.is_required or item.is_flag or item.default in (None, "", ())
        else f"Default {item.default}.",
    )
    return " ".join(part for part in parts if part)


def in_shell(registry: Registry, verb: Verb | None) -> str:
    """Write the help of a verb, or of all of them, for a terminal."""
    if verb is not None:
        return "\n".join(
            [f"jupyter mlops {signature(verb)}", "", verb.summary, "", *_table(_arguments(verb))]
        )
    lines = [
        "jupyter mlops VERB …",
        "",
        "MLOps in the notebook, and here. `jupyter mlops VERB --help` says more.",
        "",
    ]
    width = max(len(name) for name in registry)
    for group in dict.fromkeys(item.group for item in registry.values()):
        lines.append(group)
        lines += [
            f"  {item.name:<{width}}  {item.summary}" for item in registry.values() if item.group == group
        ]
    return "\n".join(lines)


def _arguments(verb: Verb) -> list[tuple[str, str]]:
    return [(_shown(item), _meaning(item)) for item in verb.parameters] + [
        ("--json", "Answer in JSON."),
        ("--code", "Print the Python call instead of running it."),
    ]


def _table(rows: list[tuple[str, str]]) -> list[str]:
    width = max(len(left) for left, _ in rows)
    return [f"  {left:<{width}}  {right}" for left, right in rows]
