"""Make a pipeline of a notebook."""

from __future__ import annotations

import difflib
import os
import posixpath
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Conflict, Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import PipelineName, Word
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.file import definition, document, pipeline_file, pipeline_text
from jupyter_mlops.pipelines.file.document import Notebook
from jupyter_mlops.pipelines.file.edits import edits
from jupyter_mlops.pipelines.file.infer import Plan, infer
from jupyter_mlops.pipelines.file.vocabulary import registry_of

SCHEMA = "pipeline.schema.json"
NotebookPath = Annotated[
    str, Word("notebook"), Field(description="A notebook of the project, like examples/train.ipynb.")
]


class StepPlan(Record):
    """One step of a plan.

    Parameters
    ----------
    cells
        Its name in the cells' tags; None when it runs the whole notebook.
    takes
        Variables that it takes over, and the step that each comes from.
    """

    name: str
    cells: str | None = None
    needs: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    takes: dict[str, str] = {}
    outputs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()

    def taken(self) -> dict[str, list[str]]:
        """Return the variables that it takes over, by the step that they come from."""
        found: dict[str, list[str]] = {}
        for name, source in self.takes.items():
            found.setdefault(source, []).append(name)
        return found


class PipelinePlan(Record):
    """A pipeline as a notebook's cells say it, and the file that it becomes.

    Parameters
    ----------
    text
        The whole file, as it is or would be written.
    diff
        How that differs from the file that is there, as a unified diff.
    is_changed
        Whether the file that is there differs.
    is_edited
        Whether somebody has changed that file by hand.
    """

    name: PipelineName
    notebook: NotebookPath
    file: str
    steps: tuple[StepPlan, ...]
    parameters: tuple[str, ...] = ()
    text: str
    diff: str = ""
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    is_changed: bool
    is_edited: bool
    is_written: bool

    def card(self) -> Card:
        """Show the steps and the file, and what to type next."""
        rows = tuple(
            (
                step.name,
                ", ".join(step.needs),
                "; ".join(f"{', '.join(names)} of {source}" for source, names in step.taken().items()),
                ", ".join(step.outputs),
                ", ".join((*step.reads, *(f"→ {item}" for item in step.makes))),
            )
            for step in self.steps
        )
        shown = self.diff if self.diff else self.text
        lines = () if self.is_written or not self.is_changed else tuple(shown.splitlines())
        return Card(
            self._title(),
            "warning" if self.problems else "ok" if self.is_written else "info",
            (("parameters", ", ".join(self.parameters)),) if self.parameters else (),
            ("step", "needs", "takes", "gives", "data"),
            rows,
            notes=(*self.problems, *self.notes, *lines),
            next=self._next(),
        )

    def _title(self) -> str:
        if self.is_written:
            return f"Wrote {self.file}"
        if not self.is_changed:
            return f"{self.file} says what {self.notebook} says already"
        return f"{self.file} would be {'changed' if self.diff else 'made'}; nothing is written yet"

    def _next(self) -> tuple[str, ...]:
        if self.is_written or not self.is_changed:
            return (f"%mlops run {self.name}",)
        force = " --force" if self.is_edited else ""
        return (f"%mlops pipeline {self.notebook} {self.name} --write{force}",)


@verb("pipeline", effect="write")
def pipeline(
    project: Project,
    notebook: NotebookPath,
    name: PipelineName,
    *,
    write: Annotated[
        bool, Field(description="Write the file; without it, only show what would be written.")
    ] = False,
    force: Annotated[bool, Field(description="Write it though somebody has changed it by hand.")] = False,
) -> PipelinePlan:
    """Infer a pipeline from a notebook's cells, and write its file once you have seen it.

    Raises
    ------
    Invalid
        A cell is no Python, or the steps cannot be told apart.
    Conflict
        The file was changed by hand; `--force` keeps what the hand wrote, and brings the rest up to date.
    """
    source = document.find(project.root, notebook)
    call.reads(f"notebook:{source.name}", given=f"notebook:{notebook}")
    _check_language(source)
    path = _file(project.root, source.path, name)
    plan = infer(source.node.cells, source.path.stem, _relative(source.path.parent, path.parent))
    draft = _Draft(project, path, _relative(source.path, path.parent))
    made = draft.made(plan, name, source.name)
    if not write or not made.is_changed:
        return made
    if made.is_edited and not force:
        raise Conflict(
            f"{made.file} was changed by hand.",
            hint=f"See what would change without --write, then say `%mlops pipeline {notebook} {name} --write --force`.",
        )
    draft.write(made.text)
    return made.model_copy(update={"is_written": True})


class _Draft:
    """A pipeline file, as it is and as it would be."""

    def __init__(self, project: Project, path: Path, notebook: str) -> None:
        self._project = project
        self._path = path
        self._notebook = notebook
        self._schema = project.folder / SCHEMA
        self._before = self._read()

    def made(self, plan: Plan, name: str, notebook: str) -> PipelinePlan:
        """Return what the file would become."""
        schema, _, rest = pipeline_text.parts("\n" if self._before is None else self._before)
        wanted = edits(pipeline_file.parse(rest), plan, self._notebook)
        schema = schema or pipeline_text.schema_line(_relative(self._schema, self._path.parent))
        after = pipeline_text.edited(rest, wanted)
        text = pipeline_text.headed(after, schema, self._notebook)
        verbs = registry_of(self._project)
        _, problems = definition.inspect(self._project.root, self._path, text=text, registry=verbs)
        return PipelinePlan(
            name=name,
            notebook=notebook,
            file=pipeline_file.shown(self._project.root, self._path),
            steps=tuple(_shown(plan)),
            parameters=tuple(map(str, plan.parameters)),
            text=text,
            diff=_diff(self._before, text, self._path.name),
            notes=tuple(wanted.notes),
            problems=tuple(map(str, problems)),
            is_changed=after != rest or self._before is None,
            is_edited=self._before is not None and not pipeline_text.is_ours(self._before),
            is_written=False,
        )

    def write(self, text: str) -> None:
        """Write the file, and the schema that it names."""
        pipeline_file.write(self._path, text, self._before)
        self._schema.write_text(files("jupyter_mlops.pipelines").joinpath(SCHEMA).read_text("utf-8"), "utf-8")

    def _read(self) -> str | None:
        if not self._path.exists():
            return None
        try:
            text = pipeline_file.read(self._path)
            pipeline_file.parse(text)
        except Invalid as error:
            raise Invalid(f"{self._path.name}: {error.message}.", hint=error.hint) from None
        return text


def _check_language(source: Notebook) -> None:
    spec = source.node.metadata.get("kernelspec", {})
    language = str(spec.get("language") or "python").lower()
    if language not in {"python", "ipython"}:
        raise Invalid(
            f"{source.name} is written in {language}; only Python is read.",
            hint=f"Write the file by hand: [steps.NAME] notebook = {source.path.name!r}.",
        )


def _file(root: Path, notebook: Path, name: str) -> Path:
    """Return the file of that name, wherever it lies in the project, or one beside the notebook."""
    known = [path for path in pipeline_file.find_all(root) if pipeline_file.name_of(path) == name]
    return pipeline_file.locate(root, name) if known else notebook.with_name(name + pipeline_file.SUFFIX)


def _shown(plan: Plan) -> list[StepPlan]:
    return [
        StepPlan(
            name=step.name,
            cells=step.cells,
            needs=tuple(step.needs),
            parameters=tuple(step.parameters),
            takes=step.passes,
            outputs=tuple(step.outputs),
            reads=tuple(step.reads),
            makes=tuple(step.makes),
        )
        for step in plan.steps
    ]


def _diff(before: str | None, after: str, name: str) -> str:
    if before is None:
        return ""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=1)
    return "\n".join(lines)


def _relative(path: Path, folder: Path) -> str:
    return posixpath.normpath(Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix())
