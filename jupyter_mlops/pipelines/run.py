"""Run a notebook or a pipeline, and keep what it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NoReturn

from pydantic import Field, JsonValue

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Conflict, Invalid, Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import RunName, Short, Word
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable import frozen, state
from jupyter_mlops.pipelines.durable.account import Execution, account
from jupyter_mlops.pipelines.durable.foreground import conduct
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.durable.launch import Request, insert, launch
from jupyter_mlops.pipelines.file import definition, document, pipeline_file, secrecy
from jupyter_mlops.pipelines.file.parameters import assignments, check, read_parameters
from jupyter_mlops.pipelines.file.scalar import as_json
from jupyter_mlops.pipelines.scheduling import freshness

Target = Annotated[
    str,
    Word("notebook"),
    Field(description="A notebook of the project, like examples/train.ipynb, or a pipeline by name."),
]
Given = Annotated[
    tuple[str, ...],
    Field(
        description="NAME=VALUE for a parameter, NAME=env:VARIABLE for a secret one; may be given several times."
    ),
    Short("p"),
]
Detach = Annotated[bool, Field(description="Leave it to a worker, and answer at once.")]
_UNAVAILABLE = {"timeout", "kernel_died", "out_of_memory", "no_kernel", "cancelled", "not_saved"}


@verb("run", effect="write", foreign=True, long=True)
def run(
    project: Project,
    target: Target,
    *,
    param: Given = (),
    timeout: Annotated[
        float | None,
        Field(gt=0, description="Longest time a cell may take, in seconds; settings say otherwise."),
    ] = None,
    name: RunName | None = None,
    detach: Detach = False,
    key: Annotated[
        str | None,
        Field(max_length=200, description="Ask twice with the same key, and it runs once."),
    ] = None,
    priority: Annotated[
        int | None, Field(ge=1, le=100, description="1 is the most urgent, 100 the least.")
    ] = None,
) -> Execution:
    """Run a notebook or a pipeline in fresh kernels, as a recorded execution.

    Raises
    ------
    Invalid
        The target or a parameter is wrong, and nothing ran; or a cell raised.
    Refused
        A gate refused.
    Unavailable
        A kernel died, took too long, or was cancelled.
    """
    plan, values = prepare(project, target, assignments(param), name=name, timeout=timeout)
    request = Request(key=key, priority=priority)
    if detach:
        return begin(project, plan, values, request)
    return finish(project, plan, values, request)


def prepare(
    project: Project,
    target: str,
    given: Mapping[str, object],
    *,
    name: str | None = None,
    timeout: float | None = None,
) -> tuple[Frozen, dict[str, JsonValue]]:
    """Freeze what *target* names, and check the parameters given for it.

    Raises
    ------
    NotFound
        There is no such notebook or pipeline.
    Invalid
        It is broken, or a parameter is unknown, missing or ill-typed.
    """
    if not target.endswith(".ipynb") and is_pipeline(project, target):
        plan = frozen.freeze(project, definition.load(project.root, target))
        values = plan.definition.values(given)
        call.reads(f"pipeline:{plan.definition.name}", given=f"notebook:{target}")
    else:
        notebook = document.find(project.root, target)
        call.reads(f"notebook:{notebook.name}", given=f"notebook:{target}")
        parameters = read_parameters(notebook.node.cells)
        plain, secrets = secrecy.split(parameters, given)
        typed = check(parameters, plain, secrets)
        values = {key: as_json(key, value, is_filled=False) for key, value in typed.items()}
        plan = frozen.of_notebook(project, notebook, name or "", secrets)
    return plan.model_copy(update={"cell_timeout_s": timeout}), values


def is_pipeline(project: Project, target: str) -> bool:
    """Tell whether *target* names a pipeline file, by its path or by name."""
    known = [pipeline_file.name_of(path) for path in pipeline_file.find_all(project.root)]
    return target.endswith(pipeline_file.SUFFIX) or target in known


def begin(project: Project, plan: Frozen, values: Mapping[str, JsonValue], request: Request) -> Execution:
    """Leave an execution to a worker."""
    execution = launch(project, plan, values, request)
    with project.change() as connection:
        return account(connection, execution, project.clock.now())


def finish(project: Project, plan: Frozen, values: Mapping[str, JsonValue], request: Request) -> Execution:
    """Run an execution to its end here, and raise what became of it if that is not good.

    Raises
    ------
    Conflict
        One of the same key is under way elsewhere.
    """

    def start(worker: str) -> str:
        with project.store.write() as connection:
            known = state.of_key(connection, request.key) if request.key else None
            if known is not None:
                raise Conflict(f"{known} has this key already.", hint=f"Follow it: `%mlops follow {known}`.")
            held = Request(**{**vars(request), "held_by": worker})
            return insert(connection, project, plan, values, held)

    found = freshness.aged(project, conduct(project, start))
    call.makes(f"execution:{found.ref}")
    if not found.is_well:
        fail(found)
    return found


def fail(found: Execution) -> NoReturn:
    """Raise what the caller can do something about."""
    bad = next((step for step in found.steps if step.status in {"failed", "cancelled"}), None)
    what = found.notebook or found.pipeline
    reason = (bad.reason if bad else found.reason) or "Cancelled."
    within = "" if found.notebook or bad is None else f" at {bad.label}"
    joint = " " if reason.startswith("in cell") else ": "
    message = f"{what} failed{within}{joint}{reason.rstrip('.')}."
    again = f"go on from there with `%mlops retry {found.ref}`."
    hint = f"Open {bad.output}, mend what is wrong, and {again}" if bad and bad.output else again.capitalize()
    error = bad.error if bad else {}
    kind = _kind(error, is_cancelled=found.status == "cancelled")
    raise kind(message, hint=f"{error.get('hint') or ''} {hint}".lstrip())


def _kind(
    error: Mapping[str, object], *, is_cancelled: bool
) -> type[Invalid] | type[Refused] | type[Unavailable]:
    cause, name = error.get("cause"), error.get("name")
    if is_cancelled or cause in _UNAVAILABLE or "Unavailable" in {name} or error.get("code") == "unavailable":
        return Unavailable
    if name == "Refused" or error.get("code") == "refused":
        return Refused
    return Invalid
