"""Walk through the whole life cycle on real data, in a minute."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import door, progress
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Conflict, Unavailable
from jupyter_mlops.core.project import FOLDER, Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb, verb_of

NOTEBOOK = "train.ipynb"


class Step(Record):
    """One step of the walk: the line that was said, and the answer."""

    line: str
    answer: str


class Demo(Record):
    """The steps that were taken, and where."""

    root: str
    steps: tuple[Step, ...]

    def card(self) -> Card:
        """Show each line and its answer."""
        notes = tuple(f"{step.line}\n{_indented(step.answer)}" for step in self.steps)
        steps = (f"jupyter lab {self.root}/{NOTEBOOK}", f"cd {self.root} && jupyter mlops status")
        return Card(f"The life cycle ran to its end in {self.root}", notes=notes, next=steps)


@verb("demo", effect="write", foreign=True, long=True, anywhere=True)
def demo(
    project: Project,
    *,
    folder: Annotated[str, Field(description="A new folder for the demo's project.")] = "mlops-demo",
) -> Demo:
    """Run the whole life cycle on bundled data: snapshot, train, compare, register, promote, roll back, audit."""
    root = (Path.cwd() / folder).absolute()
    if root.exists() and any(path.name not in {FOLDER, NOTEBOOK} for path in root.iterdir()):
        raise Conflict(
            f"{root} holds other things.", hint="Name another folder: `jupyter mlops demo --folder NAME`."
        )
    stage = Project.create(root, actor=project.actor)
    shutil.copyfile(bundled(NOTEBOOK), root / NOTEBOOK)
    steps = _script(stage)
    told = []
    for number, (line, say) in enumerate(steps):
        progress.report(number, len(steps), line)
        told.append(Step(line=line, answer=say().card().text()))
    progress.report(len(steps), len(steps), "done")
    return Demo(root=str(root), steps=tuple(told))


def bundled(name: str) -> Path:
    """Return the path of an example, wherever the package is installed.

    Raises
    ------
    Unavailable
        The package was installed without its examples.
    """
    package = Path(str(files("jupyter_mlops")))
    for place in (package / "examples" / name, package.parent / "examples" / name):
        if place.is_file():
            return place
    raise Unavailable(f"The example {name} is not installed.", hint="Reinstall jupyter-mlops.")


def _script(stage: Project) -> tuple[tuple[str, Callable[[], Record]], ...]:
    from jupyter_mlops.data.datasets import datasets
    from jupyter_mlops.experiments.runs import runs
    from jupyter_mlops.governance.audit import audit
    from jupyter_mlops.models.models import models
    from jupyter_mlops.pipelines.run import run
    from jupyter_mlops.project.history import history

    def say(function: object, **arguments: object) -> Callable[[], Record]:
        return lambda: _say(stage, function, arguments)

    return (
        (f"jupyter mlops run {NOTEBOOK}", say(run, target=NOTEBOOK)),
        ("jupyter mlops datasets", say(datasets)),
        ("jupyter mlops runs", say(runs)),
        ("jupyter mlops models", say(models)),
        ("jupyter mlops history tumour", say(history, ref="tumour")),
        ("jupyter mlops audit --verify", say(audit, verify=True)),
    )


def _say(stage: Project, function: object, arguments: Mapping[str, object]) -> Record:
    found = verb_of(function)
    answer = door.enter(stage, found, arguments, face="python") if found is not None else None
    if not isinstance(answer, Record):
        raise TypeError(f"{function!r} is no verb that answers with a Record")
    return answer


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
