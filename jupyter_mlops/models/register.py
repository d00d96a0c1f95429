"""Make a fitted estimator a version of a model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.session import Recorded
from jupyter_mlops.core.tracker import ModelFile, ModelVersion, Run, RunLog
from jupyter_mlops.core.types import Estimator, ModelName, RunRef, SnapshotRef, VersionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.experiments import provenance
from jupyter_mlops.experiments.fingerprint import fingerprint, run_of
from jupyter_mlops.experiments.recorder.writing import log_of_object
from jupyter_mlops.experiments.trust import Trust, trusted_types
from jupyter_mlops.models import proven, tags
from jupyter_mlops.models.fitted import check_fitted, class_of
from jupyter_mlops.models.promote import Note
from jupyter_mlops.models.safe import stamp


class Registered(Record):
    """A version of a model, and what it came from.

    Parameters
    ----------
    consented
        Types outside scikit-learn that somebody vouches for.
    fleeting
        Those of them that load only while a notebook defines them.
    labels
        The tags that people gave it.
    proven
        Whether a clean run of its cells would make it again: `yes`, or `no` and why.
    is_new
        False when it was there already.
    is_recorded
        False when no run kept it, so that it has no input example.
    """

    version: VersionRef
    run: RunRef | None
    estimator: str
    snapshots: tuple[SnapshotRef, ...] = ()
    consented: tuple[str, ...] = ()
    fleeting: tuple[str, ...] = ()
    note: str = ""
    owner: str = ""
    labels: dict[str, str] = {}
    proven: str = ""
    is_new: bool = True
    is_recorded: bool = True

    def card(self) -> Card:
        """Say which version it became, and how to let it serve."""
        facts = (
            ("class", self.estimator),
            ("run", self.run or ""),
            ("data", ", ".join(self.snapshots)),
            ("trusted", ", ".join(self.consented)),
            ("proven", self.proven),
            ("note", self.note),
            ("owner", self.owner),
            ("tags", ", ".join(f"{key}={value}" for key, value in self.labels.items())),
        )
        notes = [
            f"{name} loads only where a notebook defines it; move it to a module." for name in self.fleeting
        ]
        if not self.is_recorded:
            notes.append(
                "It has no input example: record the cell that fits it with `%%mlops record` to keep one."
            )
        return Card(
            f"Registered {self.version}" if self.is_new else f"{self.version} was there already",
            "warning" if self.fleeting else "ok" if self.is_new else "info",
            facts=tuple(fact for fact in facts if fact[1]),
            notes=tuple(notes),
            next=(
                *([f"%mlops prove {self.version}"] if self.proven.startswith("no") and self.run else []),
                f"%mlops promote {self.version}",
            ),
        )


@dataclass(frozen=True)
class _Subject:
    """What is to be registered; no estimator when a run keeps it and this process does not."""

    estimator: Estimator | None
    kind: str
    fingerprint: str
    trust: Trust
    recorded: Recorded | None


@verb("register", effect="write", foreign=True)
def register(
    project: Project,
    model: Estimator,
    name: ModelName,
    *,
    trust: Annotated[
        tuple[str, ...], Field(description="A type outside scikit-learn that you vouch for.")
    ] = (),
    run: Annotated[
        RunRef | None, Field(description="Run to keep it in, unless one keeps it already.")
    ] = None,
    note: Note = "",
    owner: Annotated[str, Field(max_length=200, description="Who answers for it; you by default.")] = "",
    tag: Annotated[tuple[str, ...], Field(description="A tag to find it by, like team=payments.")] = (),
) -> Registered:
    """Make a fitted estimator the next version of a model, with its run, its data and what it may load."""
    labels = tags.parsed(tag) | ({tags.OWNER: owner} if owner else {})
    subject = _subject(project, model, trust)
    source = None if run is None else project.tracker.run(run)
    if source is None and subject.recorded is not None:
        source = _known(project, subject.recorded.run)
    version = _existing(project, name, subject, source)
    if version is not None:
        version = project.tracker.tag(version, labels) if labels else version
        return _answer(project, subject, stamp(project, version), is_new=False, is_recorded=True)
    proof = proven.found(project, source, subject.estimator)
    proven.require(project, proof, name, source)
    source, kept_as = _kept(project, name, subject, source)
    version = project.tracker.register(
        name,
        source,
        kept_as,
        key=f"{name}:{source.id}:{subject.fingerprint or kept_as}",
        tags=_tags(project, subject, source, note) | labels | proof,
    )
    version = stamp(project, version)
    return _answer(project, subject, version, is_new=True, is_recorded=subject.recorded is not None)


def recorded_model(project: Project, run: Run) -> Recorded:
    """Return the one model that *run* keeps, as `register` takes it: by name, without loading it.

    Raises
    ------
    NotFound
        The run keeps none.
    Invalid
        It keeps several.
    """
    kept = [
        item.name for item in project.session.models.values() if run.id.startswith(item.run.removeprefix("@"))
    ]
    names = sorted({*kept, *_models_of(run)} or project.tracker.details(run).models)
    if not names:
        raise NotFound(
            f"Run {run.ref} keeps no model.", hint="Record the cell that fits it with `%%mlops record`."
        )
    if len(names) > 1:
        raise Invalid(
            f"Run {run.ref} keeps {len(names)} models: {', '.join(names)}.",
            hint="Register the variable instead.",
        )
    return Recorded(run.id, names[0])


def _subject(project: Project, model: object, trust: tuple[str, ...]) -> _Subject:
    if isinstance(model, Recorded):
        run = project.tracker.run(f"@{model.run.removeprefix('@')}")
        return _Subject(
            None,
            run.tags.get(tags.ESTIMATOR, ""),
            _models_of(run).get(model.name, ""),
            Trust((), (), ()),
            model,
        )
    check_fitted(model)
    trusted = trusted_types(model, {*project.settings.trusted, *trust})
    trusted.require()
    known = fingerprint(model)
    return _Subject(model, class_of(model), known, trusted, project.session.kept(known, run_of(model)))


def _models_of(run: Run) -> Mapping[str, str]:
    """Return the fingerprints of the models that the run says it keeps, by name."""
    try:
        found = json.loads(run.tags.get(tags.MODELS, "{}"))
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _known(project: Project, run: str) -> Run | None:
    try:
        return project.tracker.run(f"@{run.removeprefix('@')}")
    except NotFound:
        return None  # somebody deleted it since


def _existing(project: Project, name: ModelName, subject: _Subject, run: Run | None) -> ModelVersion | None:
    for version in project.tracker.versions(name):
        is_same = bool(subject.fingerprint) and version.tags.get(tags.FINGERPRINT) == subject.fingerprint
        if is_same and (run is None or version.tags.get(tags.RUN) == run.id):
            return version
    return None


def _kept(project: Project, name: ModelName, subject: _Subject, run: Run | None) -> tuple[Run, str]:
    """Return a run that keeps the model, and what it calls it; log it to one if none does."""
    recorded = subject.recorded
    if run is not None and recorded is not None and run.id.startswith(recorded.run.removeprefix("@")):
        call.reads(f"run:{run.ref}")
        return run, recorded.name
    if run is not None:
        call.reads(f"run:{run.ref}")
        _log(project, run, name, subject)
        return run, name
    return _own_run(project, name, subject), name


def _own_run(project: Project, name: ModelName, subject: _Subject) -> Run:
    tracker = project.tracker
    run = tracker.start(
        name,
        key=f"register:{name}:{subject.fingerprint}",
        experiment=project.settings.experiment or project.name,
        tags=provenance.origin(project, project.session.notebook),
    )
    if run.status == "finished":  # an earlier attempt got this far
        return run
    try:
        tracker.log(run, log_of_object(project, run, subject.estimator))
        _log(project, run, name, subject)
    except BaseException:
        tracker.finish(run, "failed")
        raise
    return tracker.finish(run, "finished")


def _log(project: Project, run: Run, name: str, subject: _Subject) -> None:
    from jupyter_mlops.experiments.environment import requirements_for

    model = ModelFile(
        name=name,
        estimator=subject.estimator,
        fingerprint=subject.fingerprint,
        requirements=requirements_for(subject.estimator, project),
        trusted=subject.trust.admitted,
    )
    known = {**_models_of(run), name: subject.fingerprint}
    described = {tags.ESTIMATOR: subject.kind, tags.MODELS: json.dumps(known)}
    project.tracker.log(run, RunLog(tags=described, models=(model,)))
    project.session.models[subject.fingerprint] = Recorded(run.id, name)


def _tags(project: Project, subject: _Subject, run: Run, note: str) -> dict[str, str]:
    consented = subject.trust.consented
    found = {
        tags.RUN: run.id,
        tags.SNAPSHOTS: proven.data(project, run, subject.estimator),
        tags.NOTEBOOK: run.tags.get(tags.NOTEBOOK) or project.session.notebook or "",
        tags.ESTIMATOR: subject.kind,
        tags.FINGERPRINT: subject.fingerprint,
        tags.CONSENTED: ", ".join(consented),
        tags.CONSENTED_BY: project.actor.name if consented else "",
        tags.NOTE: note,
        tags.OWNER: project.actor.name,
    }
    if subject.estimator is not None:
        found[tags.TRUSTED] = json.dumps(subject.trust.admitted)
    return {key: value for key, value in found.items() if value}


def _answer(project: Project, subject: _Subject, version: ModelVersion, **flags: bool) -> Registered:
    snapshots = tuple(
        part.strip() for part in version.tags.get(tags.SNAPSHOTS, "").split(",") if part.strip()
    )
    for snapshot in snapshots:
        call.reads(f"snapshot:{snapshot}")
    return Registered(
        version=version.ref,
        run=version.run,
        estimator=version.tags.get(tags.ESTIMATOR, subject.kind),
        snapshots=snapshots,
        consented=subject.trust.consented,
        fleeting=subject.trust.fleeting,
        note=version.tags.get(tags.NOTE, ""),
        owner=version.tags.get(tags.OWNER, ""),
        labels=tags.own(version.tags),
        proven=proven.said(version.tags),
        **flags,
    )
