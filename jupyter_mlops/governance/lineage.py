"""Tell what a thing came from, and what came from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import Word
from jupyter_mlops.core.verb import verb
from jupyter_mlops.governance import graph
from jupyter_mlops.governance.graph import Graph, Link

LedgerRef: TypeAlias = Annotated[
    str,
    Word("any"),
    Field(
        min_length=1,
        max_length=1_000,
        description="What the ledger knows: customers@3, a name for all its versions, churn@champion, @8c1d, a file.",
        examples=["customers@3"],
    ),
]
_SHOWN = 200
_REDUCED = 2_000


class Thing(Record):
    """One thing in the lineage.

    Parameters
    ----------
    ref
        With its kind, like `snapshot:customers@3`.
    steps
        How far from what was asked: negative for what it came from.
    told
        Which line of the ledger made it, when and by whom.
    """

    ref: str
    kind: str
    name: str
    steps: int
    told: str


class Derivation(Record):
    """One thing made from another, by the verb on that line of the ledger."""

    source: str
    target: str
    verb: str
    line: int


class Lineage(Record):
    """What a thing came from, and what came from it.

    Parameters
    ----------
    of
        What was asked.
    things
        What it came from first, the farthest first; itself; then what came from it.
    models
        The versions that came from it: the models that saw it.
    """

    of: str
    way: Literal["both", "up", "down"]
    things: tuple[Thing, ...]
    links: tuple[Derivation, ...]
    models: tuple[str, ...]

    def card(self) -> Card:
        """Draw both ways as a tree, and say what a change would touch."""
        touched = Counter(thing.kind for thing in self.things if thing.steps > 0)
        kinds = ", ".join(f"{count} {_counted(kind, count)}" for kind, count in touched.items())
        seen_by, touches = ", ".join(self.models) or "none", kinds or "nothing"
        facts = (("models that saw it", seen_by), ("a change would touch", touches))
        rows = tuple(self._rows())
        notes = (f"The tree shows {_SHOWN} of {len(rows)} lines.",) if len(rows) > _SHOWN else ()
        shown = facts if self.way != "up" else ()
        return Card(f"Lineage of {self.of}", "info", shown, ("what", "by", "line"), rows[:_SHOWN], notes)

    def figure(self) -> dict[str, object] | None:
        """Draw it from left to right."""
        from jupyter_mlops.governance.lineage_figure import draw

        return draw(self)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        asked = [thing for thing in self.things if thing.steps == 0]
        up = _by(self.links, "target")
        down = _by(self.links, "source")
        for thing in asked:
            yield (thing.name, "", "")
            seen: set[str] = set()
            for way, mark in ((up, "←"), (down, "→")):
                yield from self._branches(thing.ref, way, mark, 1, seen)

    def _branches(
        self, ref: str, way: Mapping[str, list[Derivation]], mark: str, depth: int, seen: set[str]
    ) -> Iterator[tuple[str, ...]]:
        for link in way.get(ref, ()):
            after = link.source if mark == "←" else link.target
            again = after in seen and way.get(after)
            name = after.partition(":")[2] + (" …" if again else "")
            yield ("│ " * (depth - 1) + f"{mark} {name}", link.verb, str(link.line))
            if not again:
                seen.add(after)
                yield from self._branches(after, way, mark, depth + 1, seen)


@verb("lineage", effect="read")
def lineage(
    project: Project,
    ref: LedgerRef,
    *,
    up: Annotated[bool, Field(description="Only what it came from.")] = False,
    down: Annotated[
        bool, Field(description="Only what came from it: which models saw it, what a change touches.")
    ] = False,
    depth: Annotated[int, Field(ge=1, le=100, description="How many steps to go.")] = 20,
) -> Lineage:
    """Tell what a thing came from and what came from it: source, snapshot, run, version, deployment."""
    with project.store.read() as connection:
        whole = graph.read(connection)
    starts = whole.find(ref)
    way: Literal["both", "up", "down"] = "both" if up == down else "up" if up else "down"
    before = whole.walk(starts, whole.up, depth) if way != "down" else {}
    after = whole.walk(starts, whole.down, depth) if way != "up" else {}
    around = dict.fromkeys((*before, *starts, *after))
    links = [link for thing in around for link in whole.up.get(thing, ()) if _is_within(link, before, after)]
    if len(links) <= _REDUCED:
        links = graph.reduced(links)
    steps = _steps(starts, links)
    models = (thing for thing in after if thing.startswith("version:") and thing not in starts)
    return Lineage(
        of=ref,
        way=way,
        things=tuple(_thing(whole, thing, count) for thing, count in steps.items()),
        links=tuple(
            Derivation(source=link.source, target=link.target, verb=link.verb, line=link.line)
            for link in links
        ),
        models=tuple(thing.removeprefix("version:") for thing in models),
    )


def _is_within(link: Link, before: Mapping[str, int], after: Mapping[str, int]) -> bool:
    """Whether both ends are on the same way: what else came from a source is another story."""
    return (link.source in before and link.target in before) or (
        link.source in after and link.target in after
    )


def _steps(starts: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """Return how far each thing is from what was asked, what came first in front."""
    found = graph.of_links(links)
    before, after = found.walk(starts, found.up, len(links)), found.walk(starts, found.down, len(links))
    steps = {thing: -count for thing, count in before.items()} | after
    return dict(sorted(steps.items(), key=lambda item: item[1]))


def _thing(whole: Graph, ref: str, steps: int) -> Thing:
    kind, _, name = ref.partition(":")
    made = next(iter(whole.up.get(ref, ())), None)
    told = f"{kind} {name}"
    if made is not None:
        told += f": {made.verb} by {made.actor}, {made.at[:16].replace('T', ' ')}, line {made.line}"
    return Thing(ref=ref, kind=kind, name=name, steps=steps, told=told)


def _counted(kind: str, count: int) -> str:
    return kind if count == 1 or kind.endswith("s") else f"{kind}s"


def _by(links: Iterable[Derivation], end: str) -> Mapping[str, list[Derivation]]:
    found: dict[str, list[Derivation]] = {}
    for link in links:
        found.setdefault(getattr(link, end), []).append(link)
    return found
