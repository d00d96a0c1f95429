"""Write what a reference names for other tools."""

from __future__ import annotations

from typing import Annotated, cast

from pydantic import Field

from jupyter_mlops.core import call, plugins
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.exporter import Destination, Export, Exporter
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import AnyRef
from jupyter_mlops.core.verb import verb

Target = Annotated[
    str,
    Field(
        description="What to make of it: parquet, csv, jsonl, arrow, delta, or what is plugged in.",
        examples=["parquet"],
    ),
]
Path = Annotated[
    str | None, Field(description="File or folder of the project; by default named after the thing.")
]


@verb("export", effect="write", foreign=True, long=True)
def export(
    project: Project,
    ref: AnyRef,
    path: Path = None,
    *,
    to: Target,
    overwrite: Annotated[bool, Field(description="Replace what is there.")] = False,
) -> Export:
    """Write what a reference names as files that other tools read, whole or not at all."""
    factory = plugins.load("exporters", to)
    if not callable(factory):
        raise Unavailable(f"The exporter {to!r} is not callable.", hint="Its entry point must name a class.")
    made = cast("Exporter", factory()).export(project, ref, Destination(project, path, overwrite))
    of_digest = f", sha256 {made.digest}" if made.digest else ""
    call.because(f"wrote {made.ref} to {made.path} as {to}: {made.what}, {made.size_bytes} bytes{of_digest}")
    return made
