"""What is known of the variables while the history is replayed: what they are, and which of them hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jupyter_mlops.experiments.recorder.called import Function
from jupyter_mlops.experiments.recorder.namespace import MAIN, Bound

_HOLDERS = frozenset(["object", "stateful", "local", "view"])
_PLAIN = frozenset(["atom", "module", "library"])


@dataclass
class World:
    """What is known of the variables when a cell begins.

    Parameters
    ----------
    functions
        The notebook's functions and classes, by the name that they were defined under.
    origins
        What each variable is, as `namespace.Bound` says.
    partners
        Variables that may be, hold, or be held by another one.
    """

    functions: dict[str, Function] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    partners: dict[str, set[str]] = field(default_factory=dict)
    _identities: dict[str, int] = field(default_factory=dict)
    _holders: dict[int, set[str]] = field(default_factory=dict)

    def copy(self) -> World:
        """Return a world that may go on by itself."""
        return World(
            dict(self.functions),
            dict(self.origins),
            {name: set(found) for name, found in self.partners.items()},
            dict(self._identities),
            {identity: set(names) for identity, names in self._holders.items()},
        )

    def during(self, functions: Mapping[str, Function], bound: Mapping[str, str]) -> World:
        """Return the world as a cell sees it that defines *functions*, and whose variables are then *bound*."""
        defined = {name: f"{MAIN}{name}" for name in functions}
        return World(
            {**self.functions, **functions}, {**self.origins, **defined, **bound}, dict(self.partners)
        )

    def function(self, name: str) -> Function | None:
        """Return what calling *name* does, when it is the notebook's, or an instance of a class of it."""
        kind = self.origins.get(name, "")
        return self.functions.get(kind.removeprefix(MAIN) if kind.startswith(MAIN) else name)

    def readings(self) -> dict[str, frozenset[str]]:
        """Return for each variable that can be called what is read when it is."""
        found = {name: item.reads for name, item in self.functions.items()}
        for name in self.origins:
            function = self.function(name)
            if function is not None:
                found[name] = function.reads
        return found

    def together(self, names: Iterable[str]) -> set[str]:
        """Return *names* with all that may be the same objects, or parts of them."""
        found, waiting = set[str](), list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.partners.get(name, ())
        return found

    def share(self, name: str, other: str) -> bool:
        """Tell whether changing one may change the other: tables copy what they are made of, atoms never change."""
        mine, theirs = self.origins.get(name, "object"), self.origins.get(other, "object")
        if mine in _PLAIN or theirs in _PLAIN or mine in {"table", "array"}:
            return False
        return mine in _HOLDERS or mine.startswith(MAIN)

    def pair(self, name: str, other: str) -> None:
        """Let two variables hang together."""
        self.partners[name] = {*self.partners.get(name, ()), other}
        self.partners[other] = {*self.partners.get(other, ()), name}

    def learn(
        self, functions: Mapping[str, Function], bound: Mapping[str, Bound], gone: Iterable[str]
    ) -> None:
        """Take in what a cell defined, bound and deleted; what a name stood for before is forgotten."""
        self.functions.update(functions)
        self.origins.update({name: item.origin for name, item in bound.items()})
        for name in (*bound, *gone):
            for other in self.partners.pop(name, ()):
                self.partners[other] = self.partners.get(other, set()) - {name}
            self._holders.get(self._identities.pop(name, 0), set()).discard(name)
        for name, item in bound.items():
            self._identities[name] = item.identity
            holders = self._holders.setdefault(item.identity, set())
            for other in holders if item.origin not in _PLAIN else ():
                self.pair(name, other)
            holders.add(name)
