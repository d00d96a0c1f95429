"""Keep what each cell has changed, and put it back in another kernel."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, cast

from . import hidden, vault
from .freeze import Frozen, Unkept, freeze, thaw, use_namespace
from .groups import Group, Wire, joined
from .modules import Modules
from .names import Use, use_of
from .shelf import Shelf

_HISTORY = re.compile(r"_{1,3}|_i{1,3}|_i?\d+|_oh|_dh|_ih|_exit_code|In|Out")
_MB = 1 << 20
_ABSENT = object()
# References that counting them makes itself.
_COUNTING = max({sys.getrefcount(value) - 1 for _, value in {"": object()}.items()})


class Shell(Protocol):
    """The part of IPython's shell that this needs."""

    user_ns: dict[str, object]
    execution_count: int

    def transform_cell(self, raw_cell: str) -> str:
        """Make magics calls."""


class NoTime(BaseException):
    """It takes too long; no class's own code is to catch this."""


class Keeper:
    """Know what the notebook's variables were when they were last looked at.

    Parameters
    ----------
    home
        The folder of the user's own code.
    most_each, most
        Megabytes that one group, and all that is kept, may take.
    """

    def __init__(self, shell: Shell, folder: str, home: str, most_each: float, most: float) -> None:
        self._shell = shell
        self._modules = Modules(home)
        self._shelf = Shelf(folder, int(most * _MB), vault.is_in)
        self._most_each = int(most_each * _MB)
        self._seen: dict[str, int] = {}
        self._group: dict[str, Group] = {}
        self._hidden: list[object] = []
        self._secret_variables: dict[str, int] = {}
        self._initial = dict(shell.user_ns)
        hidden.begin()
        use_namespace(shell.user_ns)

    def checkpoint(self, code: str, seconds: float) -> dict[str, object]:
        """Keep what the cell of *code*, which has just run, may have changed; tell what that is, and what could not be."""
        began = time.monotonic()
        use = use_of(self._shell.transform_cell(code), self._shell.user_ns)
        now = self._variables()
        rebound = {name for name, value in now.items() if self._seen.get(name) != id(value)}
        touched = (self._touched(use, now) | rebound) - self._only_used(rebound)
        secrets = vault.names_of(now)
        gone = (self._seen.keys() - now.keys()) | (self._group.keys() & secrets.keys())
        changed = touched | self._late() | self._held(now)
        changed = (changed | self._mates(changed | gone)) & now.keys()
        changed -= self._only_used(rebound) | secrets.keys()
        groups = self._kept({name: now[name] for name in sorted(changed)}, began + seconds)
        self._remember(now, groups, gone)
        groups += self._secret_environment(touched)
        return {
            "touched": sorted(touched),
            "needs": sorted(touched - use.fresh),
            "groups": [group.wire() for group in groups],
            "gone": sorted(gone),
            "secrets": secrets,
            "imports": use.imports,
            "settings": use.settings,
            "hidden": self._keep_hidden(began + seconds + 1),
            "count": self._shell.execution_count,
            **self._modules.new(),
            "took": time.monotonic() - began,
        }

    def prepare(self, imports: Iterable[str], settings: Iterable[str], secrets: Mapping[str, str]) -> None:
        """Do again what no variable holds: imports, settings, secrets."""
        import importlib
        from contextlib import suppress

        names = self._shell.user_ns
        names.update({name: vault.secret(reference) for name, reference in secrets.items()})
        for module in imports:
            with suppress(Exception):  # one that was tried and found missing, for instance
                importlib.import_module(module)
        for setting in settings:
            with suppress(Exception):
                exec(compile(setting, "<settings>", "exec"), names)  # noqa: S102 - the notebook's own code

    def load(self, groups: Iterable[Wire], state: list[object], count: int) -> None:
        """Put back what was kept of these groups, of the interpreter's own state, and the number of the next cell."""
        self._shell.execution_count = count
        names = self._shell.user_ns
        builtins = names.get("__builtins__")
        for group in groups:
            names.update(self._thawed([blob[0] for blob in group["blobs"]]))
        names["__builtins__"] = builtins
        if state:
            hidden.restore(self._thawed([str(state[0])]))

    def settle(self, groups: Iterable[Wire], names: Iterable[str]) -> None:
        """Take what there is now for what there was after the last cell that was kept."""
        wanted = set(names)
        for name in self._variables().keys() - wanted:
            del self._shell.user_ns[name]
        self._seen = {name: id(value) for name, value in self._variables().items()}
        self._group = {name: group for group in map(Group.of, groups) for name in group.names}
        self._secret_variables = hidden.secret_variables()

    def _variables(self) -> dict[str, object]:
        return {
            name: value
            for name, value in self._shell.user_ns.items()
            if not _HISTORY.fullmatch(name) and self._initial.get(name, _ABSENT) is not value
        }

    def _touched(self, use: Use, now: Iterable[str]) -> set[str]:
        """Follow what the cell names through the groups that these belong to, and the names that their code looks up."""
        if use.is_opaque:
            return use.names | set(now) | self._seen.keys()
        touched: set[str] = set()
        todo = list(use.names)
        while todo:
            name = todo.pop()
            if name in touched:
                continue
            touched.add(name)
            group = self._group.get(name)
            if group is not None and not group.is_handle:
                todo += group.names | group.refers
        return touched & (self._seen.keys() | set(now))

    def _only_used(self, rebound: set[str]) -> set[str]:
        """Return the names of connections and the like, which stay what they are when they are used."""
        return {name for name, group in self._group.items() if group.is_handle and name not in rebound}

    def _late(self) -> set[str]:
        return {name for name, group in self._group.items() if group.is_late}

    def _held(self, now: Mapping[str, object]) -> set[str]:
        """Return the names of what somebody else holds too, a module perhaps, who may have changed it unseen."""
        history = [value for name, value in self._shell.user_ns.items() if _HISTORY.fullmatch(name)]
        known = Counter(map(id, [*history, *self._shell.user_ns.get("_oh", {}).values()]))  # type: ignore[attr-defined]
        known.update(id(value) for value in now.values() for _ in "12")  # once there, once here
        del history
        held = {name for name, value in now.items() if sys.getrefcount(value) > known[id(value)] + _COUNTING}
        return {name for name in held if not (name in self._group and self._group[name].why)}

    def _mates(self, names: Iterable[str]) -> set[str]:
        return {mate for name in names if name in self._group for mate in self._group[name].names}

    def _kept(self, values: Mapping[str, object], deadline: float) -> list[Group]:
        """Freeze the values, those together that share anything."""
        try:
            frozen = {name: self._frozen({name: value}, deadline, value) for name, value in values.items()}
            return [self._group_of(names, values, frozen, deadline) for names in joined(frozen)]
        except (NoTime, KeyboardInterrupt):
            why = f"{_listed(values)}: there was no time to keep it"
            return [Group(frozenset(values), why=why, is_late=True)]

    def _group_of(
        self, names: list[str], values: Mapping[str, object], frozen: Mapping[str, Frozen], deadline: float
    ) -> Group:
        parts = [frozen[name] for name in names]
        made = Group(frozenset(names), refers=frozenset().union(*(part.refers for part in parts)))
        for name in names:
            if vault.is_named_so(name, values[name]):
                frozen[name].why = "it looks secret"
        made.why = "; ".join(f"{name}: {frozen[name].why}" for name in names if frozen[name].why)
        made.is_handle = len(names) == 1 and parts[0].is_handle
        if not made.why:
            whole = (
                parts[0]
                if len(names) == 1
                else self._frozen({name: values[name] for name in names}, deadline)
            )
            made.why = whole.why
            self._put(made, whole, deadline)
        return made

    def _put(self, group: Group, frozen: Frozen, deadline: float) -> None:
        if group.why:
            return
        check = self._watch(deadline)
        try:
            parts: list[bytes | memoryview] = [frozen.stream, *frozen.buffers]
            group.blobs = [self._shelf.put(part, check) for part in parts]
        except OSError as error:
            group.why = error.strerror or str(error)

    def _frozen(self, value: object, deadline: float, subject: object = None) -> Frozen:
        return freeze(value, self._watch(deadline), value if subject is None else subject)

    def _watch(self, deadline: float) -> Callable[[int], None]:
        def check(size: int) -> None:
            if time.monotonic() > deadline:
                raise NoTime
            if size > self._most_each:
                raise Unkept(f"it takes more than {self._most_each // _MB:,} MB")

        return check

    def _thawed(self, names: list[str]) -> dict[str, object]:
        stream, *buffers = map(self._shelf.get, names)
        return cast("dict[str, object]", thaw(bytes(stream), buffers))

    def _remember(self, now: Mapping[str, object], groups: Iterable[Group], gone: Iterable[str]) -> None:
        self._seen = {name: id(value) for name, value in now.items()}
        self._group |= {name: group for group in groups for name in group.names}
        for name in gone:
            self._group.pop(name, None)

    def _secret_environment(self, touched: set[str]) -> list[Group]:
        """Tell of secrets that the cell has put into the environment: only running it again brings them back."""
        now = hidden.secret_variables()
        changed = {name for name, mark in now.items() if self._secret_variables.get(name) != mark}
        self._secret_variables = now
        names = {f"os.environ[{name!r}]" for name in changed}
        touched |= names
        return [Group(frozenset({name}), why=f"{name} is secret") for name in sorted(names)]

    def _keep_hidden(self, deadline: float) -> list[object]:
        made = Group(frozenset())
        try:
            self._put(made, self._frozen(hidden.capture(), deadline), deadline)
        except (NoTime, KeyboardInterrupt):
            return self._hidden
        self._hidden = list(made.blobs[0]) if len(made.blobs) == 1 else []
        return self._hidden


def _listed(names: Iterable[str]) -> str:
    first, *more = sorted(names)
    return f"{first} and {len(more)} more" if more else first
