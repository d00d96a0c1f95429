"""What an execution runs: the pipeline and its notebooks as they were when it was asked for."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.git import checkout
from jupyter_mlops.core.objects import Objects
from jupyter_mlops.core.project import Project, confined
from jupyter_mlops.core.record import Record
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.file.definition import Definition
from jupyter_mlops.pipelines.file.document import Notebook
from jupyter_mlops.pipelines.file.vocabulary import check_verbs

STEP = "notebook"


class Frozen(Record):
    """A pipeline that no edit of its files changes any more.

    Parameters
    ----------
    notebooks
        Path from the project's root, and the object that holds its bytes.
    is_notebook
        It is one notebook without a pipeline file: its step's run is the execution's.
    cell_timeout_s
        Longest time a cell may take, where it is not as settings say.
    revision
        The commit that was checked out, with a `+` where files differed from it; no part of its identity.
    """

    definition: Definition
    notebooks: dict[str, str] = {}
    is_notebook: bool = False
    cell_timeout_s: float | None = None
    revision: str = ""

    @property
    def digest(self) -> str:
        """Identity of the pipeline and of every notebook in it."""
        known = {"definition": self.definition.digest, "notebooks": self.notebooks}
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def objects(project: Project) -> Objects:
    """Return where the bytes of frozen notebooks lie."""
    return Objects(project.folder / "notebooks")


def of_notebook(
    project: Project, notebook: Notebook, name: str = "", secrets: Mapping[str, str] | None = None
) -> Frozen:
    """Return a pipeline whose one step is *notebook*, whose parameters are the step's.

    Parameters
    ----------
    secrets
        Parameters that are given by reference, and where the value of each is found.
    """
    title = name or re.sub(r"[^\w-]+", "-", notebook.path.stem).strip("-") or "notebook"
    address = _keep(project, notebook)
    step = {"name": STEP, "notebook": notebook.name, "secrets": dict(secrets or {})}
    definition = Definition.model_validate({"name": title, "steps": [step]})
    return Frozen(
        definition=definition,
        notebooks={notebook.name: address},
        is_notebook=True,
        revision=_revision(project),
    )


def freeze(project: Project, definition: Definition) -> Frozen:
    """Keep the notebooks of *definition* as they are now.

    Raises
    ------
    NotFound
        A notebook is missing.
    Invalid
        A notebook is broken, or a step calls a verb that is not there or takes something else.
    """
    check_verbs(project, definition)
    kept: dict[str, str] = {}
    for step in definition.steps:
        if step.notebook is not None and step.notebook not in kept:
            notebook = document.read(confined(project.root, step.notebook), step.notebook)
            kept[step.notebook] = _keep(project, notebook)
    return Frozen(definition=definition, notebooks=kept, revision=_revision(project))


def _keep(project: Project, notebook: Notebook) -> str:
    store = objects(project)
    address = store.put(notebook.path.read_bytes())
    store.place.touch(address)  # an old one that nobody needed would be removed before it is referred to
    return address


def _revision(project: Project) -> str:
    found = checkout(project.root)
    return "" if found is None else str(found)


def thaw(project: Project, frozen: Frozen, name: str) -> Notebook:
    """Return the notebook *name* as it was frozen.

    Raises
    ------
    Unavailable
        Its bytes are lost or damaged.
    """
    if name not in frozen.notebooks:
        raise Unavailable(f"The notebook {name!r} was not kept.", hint="Run the pipeline anew.")
    return document.parse(objects(project).get(frozen.notebooks[name]), project.root / name, name)
