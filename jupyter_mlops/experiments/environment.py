"""Know the environment exactly and quickly: what is installed, and what a model needs of it."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import Distribution
from pathlib import Path

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record

_ALWAYS = ("numpy", "scipy", "sklearn", "skops")
_WALKED = 20_000
_METADATA = (".dist-info", ".egg-info")


class Environment(Record):
    """Exactly what was installed.

    Parameters
    ----------
    packages
        Pins like `numpy==2.4.6`, sorted.
    modules
        The pin that brings each top-level module.
    """

    python: str
    platform: str
    packages: tuple[str, ...]
    modules: dict[str, str] = {}

    @property
    def digest(self) -> str:
        """SHA-256 of interpreter, platform and pins."""
        content = "\n".join((self.python, self.platform, *self.packages))
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def requirements(self) -> str:
        """The pins as a requirements file, with what else was there as comments."""
        return "\n".join((f"# python {self.python}", f"# {self.platform}", *self.packages)) + "\n"


def environment(project: Project | None = None) -> Environment:
    """Return what is installed, read anew only when that has changed."""
    return _cached(_fingerprint(sys.path), project.folder / "cache" if project else None)


def requirements_for(estimator: object, project: Project | None = None) -> tuple[str, ...]:
    """Return the pins of the distributions that *estimator* needs to be loaded and to predict.

    Parameters
    ----------
    project
        Where what is installed is remembered from one process to the next.
    """
    modules = {*_ALWAYS, *modules_of(estimator)}
    if hasattr(estimator, "feature_names_in_"):
        modules.add("pandas")
    known = environment(project).modules
    return tuple(sorted({known[module] for module in modules if module in known}))


def modules_of(estimator: object) -> set[str]:
    """Return the top-level modules of the types that *estimator* holds."""
    return {type(part).__module__.partition(".")[0] for part in parts(estimator)} - {"builtins", "__main__"}


def parts(root: object) -> Iterator[object]:
    """Yield *root* and the objects within it, through attributes and containers; at most some thousands."""
    seen: set[int] = set()
    waiting: list[object] = [root]
    while waiting and len(seen) < _WALKED:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, str | bytes | int | float | None):
            continue
        seen.add(id(item))
        yield item
        waiting.extend(_within(item))


def _within(item: object) -> Iterable[object]:
    if isinstance(item, Mapping):
        return [*item.keys(), *item.values()]
    if isinstance(item, list | tuple | set | frozenset):
        return item
    if getattr(getattr(item, "dtype", None), "hasobject", False):
        return list(getattr(item, "flat", ()))
    if type(item).__module__.partition(".")[0] in {"numpy", "pandas", "scipy"}:
        return ()
    return vars(item).values() if hasattr(item, "__dict__") and not isinstance(item, type) else ()


def _fingerprint(folders: Iterable[str]) -> str:
    """Name the state of the import path by what is installed in its folders; files saved there don't count."""
    state = [sys.version]
    for folder in dict.fromkeys(folders):
        with suppress(OSError), os.scandir(folder or ".") as entries:
            found = (entry for entry in entries if entry.name.endswith(_METADATA))
            state += sorted(f"{entry.path} {entry.stat().st_mtime_ns}" for entry in found)
    return hashlib.sha256("\n".join(state).encode()).hexdigest()[:16]


@functools.lru_cache(maxsize=2)
def _cached(fingerprint: str, folder: Path | None) -> Environment:
    if folder is None:
        return _installed(fingerprint)
    path = folder / f"environment-{fingerprint}.json"
    with suppress(OSError, ValueError):
        return Environment.model_validate_json(path.read_bytes())
    found = _installed(fingerprint)
    with suppress(OSError):  # a cache that cannot be written costs time, nothing else
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(found.wire()), encoding="utf-8")
        fresh.replace(path)
    return found


@functools.lru_cache(maxsize=2)
def _installed(_fingerprint: str) -> Environment:
    """Read what is installed once, however many projects a process opens."""
    return _read()


def _read() -> Environment:
    pins: dict[str, str] = {}
    modules: dict[str, str] = {}
    for item, pin in _distributions():
        if pins.setdefault(_key(pin), pin) == pin:
            for module in _modules(item):
                modules.setdefault(module, pin)
    return Environment(
        python=platform.python_version(),
        platform=platform.platform(),
        packages=tuple(sorted(pins.values(), key=str.lower)),
        modules=modules,
    )


def _distributions() -> Iterator[tuple[Distribution, str]]:
    """Yield what is installed with its pin, in the order in which Python would import it."""
    for folder in dict.fromkeys(sys.path):
        found = (Distribution.at(Path(folder, name)) for name in _listed(folder) if name.endswith(_METADATA))
        pinned = ((item, _pin(item)) for item in found)
        yield from ((item, pin) for item, pin in pinned if pin)


def _pin(item: Distribution) -> str:
    """Return name and version; empty without a name. `Distribution.metadata` parses the long description too."""
    texts = (item.read_text(name) for name in ("METADATA", "PKG-INFO", ""))
    head = re.split(r"\r?\n\r?\n", next(filter(None, texts), ""), maxsplit=1)[0]
    said = dict(re.findall(r"^(Name|Version):[ \t]*(.*?)\s*$", head, re.MULTILINE))
    return f"{said['Name']}=={said.get('Version')}" if said.get("Name") else ""


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder or "."))  # noqa: PTH208
    except OSError:
        return []


def _modules(item: Distribution) -> Iterator[str]:
    top = item.read_text("top_level.txt")
    if top:
        yield from top.split()
        return
    record = item.read_text("RECORD") or ""
    for line in record.splitlines():
        name = line.partition(",")[0]
        head, slash, _ = name.partition("/")
        if slash and head.isidentifier():
            yield head
        elif not slash and name.endswith((".py", ".so")):
            yield name.partition(".")[0]


def _key(pin: str) -> str:
    return pin.partition("==")[0].lower().replace("_", "-").replace(".", "-")
