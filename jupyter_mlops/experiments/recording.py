"""One recording under way: the cell runs, and nothing of it is lost, whatever the tracker does."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field

from jupyter_mlops.core.errors import Invalid, MlopsError, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.session import Recorded as Remembered
from jupyter_mlops.core.tracker import Artifact, ModelFile, Run, RunLog, RunStatus
from jupyter_mlops.core.types import Cell, Execution, Figure
from jupyter_mlops.experiments import provenance, spool
from jupyter_mlops.experiments.environment import environment, requirements_for
from jupyter_mlops.experiments.estimators import example_for, fitted
from jupyter_mlops.experiments.fingerprint import fingerprint
from jupyter_mlops.experiments.recorder.proof import proof_of_cell
from jupyter_mlops.experiments.recorder.writing import Writing, write_up
from jupyter_mlops.experiments.trust import trusted_types

_ENDINGS = {
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/jpeg": ".jpg",
    "text/html": ".html",
    "application/vnd.plotly.v1+json": ".plotly.json",
}


@dataclass
class Recording:
    """A cell, its run, and what came of them.

    Parameters
    ----------
    models
        Names of the models that the run keeps.
    notes
        What the reader should know.
    trouble
        Why not everything could be written; it waits in the spool.
    snapshots
        Those that the cells read which the run rests on.
    """

    project: Project
    run: Run
    cell: Cell
    took_s: float = 0.0
    models: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    trouble: str = ""
    snapshots: tuple[str, ...] = ()
    _unsent: list[RunLog] = field(default_factory=list)
    _fingerprints: dict[str, str] = field(default_factory=dict)
    _classes: list[str] = field(default_factory=list)

    def execute(self) -> Execution:
        """Run the cell while libraries log to the run; what fails of ours later leaves its result alone."""
        execution: Execution | None = None
        begun = self.project.clock.monotonic()
        try:
            with self.project.tracker.autolog(self.run):
                execution = self.cell.execute()
        except MlopsError as error:
            if execution is None:
                self._finish("failed")
                raise
            self.trouble = error.message
        except BaseException:
            self._finish("killed")
            raise
        self.took_s = self.project.clock.monotonic() - begun
        self._send_journal()
        return execution

    def write(self, execution: Execution) -> None:
        """Write what the cell made and close the run, or spool it for the next start."""
        status = _status(execution.error)
        try:
            if execution.error is None:
                self._keep_models()
            account = self._account(execution)
            files = [*self._artifacts(execution), *account.artifacts]
            self._send(RunLog(tags=self._tags() | account.tags, artifacts=files))
        except BaseException:
            self._finish("killed")
            raise
        self._finish(status)
        self._send_nested()
        if self.trouble:
            kept = spool.keep(self.project, self.run, status, self._unsent, self.took_s)
            self.notes.append(
                f"The tracker failed: {self.trouble} What it lacks waits in {kept}; the next record sends it."
            )
        if account.notice:
            self.notes.append(account.notice)

    def _send_journal(self) -> None:
        """Send what the cell logged while the tracker was away, if it is back."""
        missed = spool.journalled(self.project, self.run)
        if missed is not None and self._send(missed):
            spool.drop(self.project, self.run)
            self.notes.append("The tracker was away for a while; what was logged meanwhile has been sent.")

    def _send_nested(self) -> None:
        """Send the runs that began within the cell while the tracker was away; if it went again, they wait on."""
        if not self.trouble and spool.waiting(self.project):
            with suppress(MlopsError):
                spool.replay(self.project)

    def _send(self, log: RunLog) -> bool:
        """Write *log* unless the tracker failed before; tell whether it was written."""
        if not self.trouble:
            try:
                self.project.tracker.log(self.run, log)
            except MlopsError as error:
                if log.models and isinstance(error, Invalid | Refused):
                    raise
                self.trouble = error.message
            except OSError as error:
                self.trouble = f"{error.strerror or error}."
            else:
                return True
        self._unsent.append(log)
        return False

    def _finish(self, status: RunStatus) -> None:
        """Close the run, unless the tracker failed; its failure hides nothing else."""
        try:
            if not self.trouble:
                self.run = self.project.tracker.finish(self.run, status)
        except MlopsError as error:
            self.trouble = error.message

    def _keep_models(self) -> None:
        for name, estimator in fitted(self.cell.source, self.cell.namespace).items():
            try:
                model = self._model(name, estimator)
                if model is not None:
                    self._keep(model)
            except (Invalid, Refused) as error:
                self.notes.append(f"{name} is not kept. {error}")

    def _keep(self, model: ModelFile) -> None:
        if self._send(RunLog(models=(model,))):
            self.project.session.keep(model.fingerprint, Remembered(self.run.id, model.name))
        self.models.append(model.name)
        self._fingerprints[model.name] = model.fingerprint
        self._classes.append(_class_of(model.estimator))

    def _model(self, name: str, estimator: object) -> ModelFile | None:
        """Return what keeps the estimator, or None when it brings code that nobody consented to."""
        trust = trusted_types(estimator, self.project.settings.trusted)
        if trust.foreign:
            consent = " ".join(f"--trust {kind}" for kind in trust.foreign)
            self.notes.append(
                f"{name} is not kept: it brings code of its own. Keep it with `%mlops register {name} NAME {consent}`."
            )
            return None
        with self.project.tracker.autolog(None):  # trying the example is ours, not the user's
            example = example_for(estimator, self.cell.namespace)
        return ModelFile(
            name=name,
            estimator=estimator,
            fingerprint=fingerprint(estimator),
            requirements=requirements_for(estimator, self.project),
            trusted=trust.admitted,
            example=example,
        )

    def _account(self, execution: Execution) -> Writing:
        """Return how the run came about: what the session's cells did, and whether that is proven."""
        failed = (
            "" if execution.error is None else f"the recorded cell failed: {type(execution.error).__name__}"
        )
        proof = proof_of_cell(self.project, failed)
        account = write_up(self.project, self.run, self.cell.source, proof)
        self.snapshots = account.snapshots
        return account

    def _tags(self) -> dict[str, str]:
        tags = {
            provenance.SNAPSHOTS: ", ".join(self.snapshots),
            provenance.ENVIRONMENT: environment(self.project).digest,
            provenance.MODELS: json.dumps(self._fingerprints) if self._fingerprints else "",
            provenance.ESTIMATOR: self._classes[0] if len(self._classes) == 1 else "",
        }
        return {key: value for key, value in tags.items() if value}

    def _artifacts(self, execution: Execution) -> list[Artifact]:
        files = [
            Artifact("source.py", _bytes(redact(self.cell.source))),
            Artifact("requirements.txt", _bytes(environment(self.project).requirements)),
        ]
        if execution.error is not None:
            files.append(Artifact("traceback.txt", _bytes(redact(execution.traceback))))
        return files + [_picture(number, figure) for number, figure in enumerate(execution.figures, 1)]


def _status(error: BaseException | None) -> RunStatus:
    if error is None:
        return "finished"
    return "killed" if isinstance(error, KeyboardInterrupt) else "failed"


def _picture(number: int, figure: Figure) -> Artifact:
    safe = "".join(char if char.isalnum() or char in "-_" else "-" for char in figure.name.partition(".")[0])
    return Artifact(
        f"figures/{number:02d}-{safe[:80] or 'figure'}{_ENDINGS.get(figure.mime, '.bin')}", figure.content
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _class_of(model: object) -> str:
    return f"{type(model).__module__}.{type(model).__qualname__}"
