"""What came from what, as the ledger's lines say it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, Text, cast, or_, select

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.ledger import LEDGER

# What these name they point at or decide on; they derive nothing from it.
_DECIDE = ("promote", "rollback", "request", "approve", "deny", "rekey")
_MOVE = ("promote", "rollback")
# It keeps what a version said of a snapshot, with the run.
_JUDGE = "evaluate"
_KINDS = {"dataset": ("snapshot", "source"), "model": ("version",)}
_COLUMNS = ("seq", "at", "actor", "verb", "intent", "parent", "arguments", "inputs", "outputs")


@dataclass(frozen=True)
class Link:
    """One thing made from another, and the line that says so."""

    source: str
    target: str
    verb: str
    line: int
    at: str
    actor: str


@dataclass
class Graph:
    """Every thing that the ledger knows, by its reference, and what it was made from.

    Parameters
    ----------
    up, down
        The links that lead to a thing, and those that lead from it.
    aliases
        Which version each alias of a model was pointed at last: by `churn@champion`.
    """

    up: Mapping[str, list[Link]] = field(default_factory=lambda: defaultdict(list))
    down: Mapping[str, list[Link]] = field(default_factory=lambda: defaultdict(list))
    things: dict[str, None] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def find(self, ref: str) -> Sequence[str]:
        """Return the things that *ref* names: one, or all versions of a name.

        Raises
        ------
        NotFound
            The ledger knows of none.
        """
        kind, colon, rest = ref.partition(":")
        kinds, body = (_KINDS.get(kind, (kind,)), rest) if colon else ((), ref)
        body = self.aliases.get(body, body)
        known = [thing for thing in self.things if not kinds or thing.partition(":")[0] in kinds]
        found = [thing for thing in known if _fits(thing.partition(":")[2], body)]
        if body.endswith("@latest"):
            found = _newest(
                thing for thing in known if _fits(thing.partition(":")[2], body.removesuffix("@latest"))
            )
        if not found:
            raise NotFound(
                f"The ledger knows of nothing that is called {ref!r}.",
                hint="Name a version by its number, or a run by its digits; see `%mlops audit`.",
            )
        return found

    def walk(self, starts: Iterable[str], way: Mapping[str, list[Link]], depth: int) -> dict[str, int]:
        """Return what is reached on one way, and in how many steps, the nearest first."""
        reached = dict.fromkeys(starts, 0)
        waiting = deque(reached)
        while waiting:
            thing = waiting.popleft()
            for link in way.get(thing, ()) if reached[thing] < depth else ():
                after = link.target if way is self.down else link.source
                if after not in reached:
                    reached[after] = reached[thing] + 1
                    waiting.append(after)
        return reached


def read(connection: Connection) -> Graph:
    """Build the graph from the lines of calls that succeeded."""
    graph = Graph()
    made_within: dict[int, set[str]] = defaultdict(set)
    for row in _rows(connection):
        outputs = [thing for thing in _made(row) if thing not in made_within[row["intent"] or 0]]
        if row["parent"] is not None:
            made_within[row["parent"]].update(row["outputs"])
        graph.things |= dict.fromkeys(_made(row))
        if row["verb"] in _MOVE:
            _move(graph, row)
        if row["verb"] not in _DECIDE:
            for link in _links(row, outputs):
                _add(graph, link)
    return graph


def of_links(links: Iterable[Link]) -> Graph:
    """Build the graph of some links."""
    graph = Graph()
    for link in links:
        _add(graph, link)
    return graph


def reduced(links: Sequence[Link]) -> list[Link]:
    """Leave out the links that only repeat what a longer way says: a version's snapshot, where its run has it."""
    targets: dict[str, set[str]] = defaultdict(set)
    for link in links:
        targets[link.source].add(link.target)
    beyond: dict[str, set[str]] = {}

    def reach(thing: str) -> set[str]:
        if thing not in beyond:
            beyond[thing] = set()  # should the ledger ever say a circle, it ends here
            beyond[thing] = {far for after in targets[thing] for far in (after, *reach(after))}
        return beyond[thing]

    return [
        link
        for link in links
        if not any(link.target in reach(other) for other in targets[link.source] - {link.target})
    ]


def _rows(connection: Connection) -> Iterable[RowMapping]:
    """Yield the lines that made something; a call within a call comes before the one around it."""
    columns = [LEDGER.c[name] for name in _COLUMNS]
    made = or_(cast(LEDGER.c.outputs, Text) != "[]", LEDGER.c.verb.in_((*_MOVE, _JUDGE)))
    query = select(*columns).where(LEDGER.c.outcome == "ok", made).order_by(LEDGER.c.seq)
    return connection.execution_options(yield_per=1_000).execute(query).mappings()


def _made(row: RowMapping) -> Sequence[str]:
    """Return what a call made; judging a version on a snapshot makes its predictions of it."""
    if row["verb"] != _JUDGE:
        return list(row["outputs"])
    judged, data = (
        [thing.partition(":")[2] for thing in row["inputs"] if thing.startswith(kind)]
        for kind in ("version:", "snapshot:")
    )
    return [f"predictions:{version} of {snapshot}" for version in judged for snapshot in data]


def _links(row: RowMapping, outputs: Sequence[str]) -> Iterator[Link]:
    for target in outputs:
        for source in (*_sources(row), *row["inputs"]):
            if source != target and source not in row["outputs"]:
                yield Link(source, target, row["verb"], row["seq"], row["at"], row["actor"])


def _sources(row: RowMapping) -> Iterator[str]:
    """Yield the file, URL or query that a table was read from; a live table says no more than its shape."""
    said = row["arguments"].get("table")
    if isinstance(said, str) and said and not said.startswith("<"):
        known = {thing.partition(":")[2] for thing in row["inputs"]}
        if said not in known and "@" not in said:
            yield f"source:{said}"


def _add(graph: Graph, link: Link) -> None:
    same = [known for known in graph.up[link.target] if known.source == link.source]
    if not same:
        graph.up[link.target].append(link)
        graph.down[link.source].append(link)
        graph.things |= dict.fromkeys((link.source, link.target))


def _move(graph: Graph, row: RowMapping) -> None:
    for thing in row["outputs"]:
        name, _, _ = thing.removeprefix("version:").partition("@")
        graph.aliases[f"{name}@{row['arguments'].get('to', 'champion')}"] = thing.removeprefix("version:")


def _fits(body: str, wanted: str) -> bool:
    if not wanted:
        return False
    if wanted.startswith("@"):
        return body.startswith(wanted)
    return body == wanted or ("@" not in wanted and body.partition("@")[0] == wanted)


def _newest(things: Iterable[str]) -> list[str]:
    """Return the highest number of each kind."""
    newest: dict[str, str] = {}
    for thing in things:
        kind, _, body = thing.partition(":")
        if _number(body) >= _number(newest.get(kind, "")):
            newest[kind] = thing
    return list(newest.values())


def _number(body: str) -> int:
    number = body.rpartition("@")[2]
    return int(number) if number.isdecimal() else -1
