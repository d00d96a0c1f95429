"""Say why two runs may differ, what to look at first on top."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Literal

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import RunRef
from jupyter_mlops.experiments.comparison.code import changes, statements
from jupyter_mlops.experiments.comparison.evidence import Evidence

Kind = Literal["code", "data", "parameters", "environment", "seeds", "git"]
_SHOWN = 6
_LARGE = 500_000
_MODULES = {"sklearn": "scikit-learn", "PIL": "pillow", "cv2": "opencv-python", "yaml": "pyyaml"}


class Cause(Record):
    """One thing in which two runs differ, and that may be why their results do.

    Parameters
    ----------
    weight
        From 0 to 1, what to look at first: a rule of thumb, not a measured effect.
    details
        What exactly differs, a line each.
    """

    kind: Kind
    before: RunRef
    after: RunRef
    weight: float
    headline: str
    details: tuple[str, ...] = ()


def causes(project: Project, before: Evidence, after: Evidence) -> tuple[Cause, ...]:
    """Return in what two runs differ, the weightiest first."""
    found = [
        *_code(before, after),
        *_modules(before, after),
        *_data(project, before, after),
        *_parameters(before, after),
        *_environment(before, after),
        *_seeds(before, after),
        *_git(before, after),
    ]
    return tuple(sorted(found, key=lambda cause: -cause.weight))


def _cause(kind: Kind, pair: tuple[Evidence, Evidence], weight: float, headline: str, *details: str) -> Cause:
    before, after = (one.run.ref for one in pair)
    more = len(details) - _SHOWN
    shown = (*details[:_SHOWN], f"… and {more} more") if more > 0 else details
    return Cause(
        kind=kind, before=before, after=after, weight=round(weight, 3), headline=headline, details=shown
    )


def _code(before: Evidence, after: Evidence) -> Iterator[Cause]:
    """Weigh code 0.6 to 0.95 by the share that differs; another form of the same not at all."""
    if not before.cells or not after.cells:
        return
    found = changes(before.cells, after.cells)
    pair = before, after
    if found.is_moved:
        yield _cause("code", pair, 0.6, "the same cells ran in another order")
    elif found.cells:
        noun = "cell means" if len(found.cells) == 1 else "cells mean"
        details = [str(cell) for cell in found.cells]
        yield _cause(
            "code", pair, 0.6 + 0.35 * found.share, f"{len(found.cells)} {noun} something else", *details
        )


def _modules(before: Evidence, after: Evidence) -> Iterator[Cause]:
    """Weigh a module of the user's own as a cell."""
    one, other = before.modules, after.modules
    for name in sorted(one.keys() & other.keys()):
        found = changes((one[name],), (other[name],))
        if found.share:
            details = [line for cell in found.cells for line in cell.lines]
            yield _cause(
                "code", (before, after), 0.6 + 0.35 * found.share, f"the module {name} differs", *details
            )
    for name in sorted(one.keys() ^ other.keys()) if before.is_recorded == after.is_recorded else ():
        said = "imports" if name in other else "does not import"
        yield _cause("code", (before, after), 0.5, f"{said} the module {name}")


def _data(project: Project, before: Evidence, after: Evidence) -> Iterator[Cause]:
    """Weigh data 0.5 to 0.95 by how far they moved, and by the share of rows that differ."""
    pair = before, after
    one, other = (_by_name(side) for side in pair)
    for name in sorted(one.keys() & other.keys()):
        digests = before.digests.get(one[name], ""), after.digests.get(other[name], "")
        if one[name] != other[name] and (not all(digests) or digests[0] != digests[1]):
            yield from _dataset(project, pair, one[name], other[name])
    for name in sorted(one.keys() ^ other.keys()) if before.is_recorded == after.is_recorded else ():
        said = (
            f"reads {other[name]}, which the first does not"
            if name in other
            else f"does not read {one[name]}"
        )
        yield _cause("data", pair, 0.85, said)


def _by_name(side: Evidence) -> dict[str, str]:
    return {ref.partition("@")[0]: ref for ref in side.snapshots}


def _dataset(project: Project, pair: tuple[Evidence, Evidence], one: str, other: str) -> Iterator[Cause]:
    from jupyter_mlops.data.diff import diff
    from jupyter_mlops.data.versions.resolve import resolve

    try:
        left, right = resolve(project, one), resolve(project, other)
        if left.digest == right.digest:
            return
        if max(left.rows, right.rows) > _LARGE:
            yield _cause("data", pair, 0.75, f"{one} → {other}: {left.rows:,} → {right.rows:,} rows")
            return
        found = diff(project, one, other, limit=0)
    except MlopsError as error:
        yield _cause("data", pair, 0.7, f"{one} → {other}", f"It cannot be looked at: {error.message}")
        return
    moved = max((column.shift for column in found.columns), default=0.0)
    share = (found.added + found.removed + found.changed) / max(1, found.rows_before, found.rows_after)
    schema = 0.2 * bool(found.schema_changes)
    weight = 0.5 + min(0.45, 0.45 * max(moved, min(1.0, share)) + schema)
    details = [*map(str, found.schema_changes)]
    details += [f"{column.column}: {column}" for column in found.columns if str(column)]
    yield _cause("data", pair, weight, found.headline, *details)


def _parameters(before: Evidence, after: Evidence) -> Iterator[Cause]:
    """Weigh parameters 0.8: somebody set them."""
    lines = _unlike(before.parameters, after.parameters)
    if lines:
        names = ", ".join(list(lines)[:_SHOWN]) + ("…" if len(lines) > _SHOWN else "")
        yield _cause("parameters", (before, after), 0.8, f"other parameters: {names}", *lines.values())


def _unlike(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Return a line for each name whose value differs."""
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return {name: f"{name}: {one.get(name, 'none')} → {other.get(name, 'none')}" for name in names}


def _environment(before: Evidence, after: Evidence) -> Iterator[Cause]:
    """Weigh what the code imports 0.35 to 0.65 by the part of the version that differs, the rest 0.1."""
    pair = before, after
    if before.python and after.python and before.python != after.python:
        weight = 0.2 if _step(before.python, after.python) == "patch" else 0.4
        yield _cause("environment", pair, weight, f"Python {before.python} → {after.python}")
    if before.platform and after.platform and before.platform != after.platform:
        yield _cause("environment", pair, 0.15, f"{before.platform} → {after.platform}")
    one, other = before.packages, after.packages
    if not one or not other:
        return
    lines = _unlike(one, other)
    imported = lines.keys() & (_imported(before) | _imported(after))
    if lines:
        ordered = sorted(lines, key=lambda name: (name not in imported, name))
        steps = {_step(one.get(name, ""), other.get(name, "")) for name in imported}
        weight = 0.65 if "major" in steps else 0.5 if "minor" in steps else 0.35 if steps else 0.1
        said = (
            f", {', '.join(sorted(imported))} among them" if imported else ", none of which the code imports"
        )
        headline = f"{len(lines)} other distributions{said}"
        yield _cause("environment", pair, weight, headline, *(lines[name] for name in ordered))


def _imported(side: Evidence) -> set[str]:
    """Return the distributions that the code imports, as far as their names tell."""
    found: set[str] = set()
    for cell in side.cells:
        for statement in statements(cell):
            found |= _roots(statement.text)
    return {_MODULES.get(root, root).lower().replace("_", "-") for root in found}


def _roots(text: str) -> set[str]:
    if "import" not in text:
        return set()
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return set()
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.partition(".")[0] for name in names}


def _step(one: str, other: str) -> str:
    """Return the part in which two versions differ first."""
    for part, left, right in zip(("major", "minor"), one.split("."), other.split("."), strict=False):
        if left != right:
            return part
    return "patch"


def _seeds(before: Evidence, after: Evidence) -> Iterator[Cause]:
    """Weigh seeds 0.3 where they differ, and chance as much where nobody set one."""
    lines = _unlike(before.seeds, after.seeds)
    unseeded = sorted({*before.unseeded, *after.unseeded})
    if lines:
        yield _cause("seeds", (before, after), 0.3, f"other seeds: {', '.join(lines)}", *lines.values())
    if unseeded:
        said = f"draws from {', '.join(unseeded)}, which nobody seeded, so that chance differs"
        yield _cause("seeds", (before, after), 0.3, said)
    elif not lines and "None" in before.seeds.values() and not (before.is_recorded and after.is_recorded):
        yield _cause("seeds", (before, after), 0.2, "no seed is set, so that chance differs")


def _git(before: Evidence, after: Evidence) -> Iterator[Cause]:
    """Weigh a commit 0.2, as it names what the cells may import; files that differ from it 0.15."""
    pair = before, after
    if before.commit and after.commit and before.commit != after.commit:
        yield _cause("git", pair, 0.2, f"commit {before.commit[:8]} → {after.commit[:8]}")
    elif before.is_dirty or after.is_dirty:
        yield _cause("git", pair, 0.15, "files differed from the commit, so that modules may differ unseen")
