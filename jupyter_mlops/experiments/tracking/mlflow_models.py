"""Keep fitted estimators in MLflow's own form, without its inference, and load them back safely."""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, NotFound, Refused
from jupyter_mlops.core.tracker import PICKLE, KeptFile, ModelFile, ModelVersion
from jupyter_mlops.experiments.tracking.mlflow_autolog import silence
from jupyter_mlops.experiments.tracking.mlflow_reading import FINGERPRINT, TRUSTED

_SAFE = "skops"

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel
    from mlflow.entities import Run as MlflowRun


def keep(client: MlflowClient, run: MlflowRun, model: ModelFile) -> None:
    """Save *model* as a logged model of *run*, whole or not at all; once, whatever the retries."""
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus

    if any(kept.tags.get(FINGERPRINT) == model.fingerprint for kept in _kept(client, run, model.name)):
        return
    with tempfile.TemporaryDirectory(prefix="jupyter_mlops-") as folder:
        tags = {FINGERPRINT: model.fingerprint, TRUSTED: json.dumps(model.trusted)}
        path = Path(folder) / "model"
        made = client.create_logged_model(run.info.experiment_id, model.name, run.info.run_id, tags=tags)
        status = LoggedModelStatus.FAILED
        try:
            _save(model, path, made)
            client.log_model_artifacts(made.model_id, str(path))
            client.log_outputs(run.info.run_id, [LoggedModelOutput(made.model_id, step=0)])
            status = LoggedModelStatus.READY
        finally:
            client.finalize_logged_model(made.model_id, status)


def find(client: MlflowClient, run: MlflowRun, name: str) -> LoggedModel:
    """Return what *run* calls *name*.

    Raises
    ------
    NotFound
        The run keeps no whole model of that name.
    """
    found = _kept(client, run, name)
    if not found:
        known = ", ".join(sorted({model.name for model in _kept(client, run)})) or "none"
        raise NotFound(f"Run @{run.info.run_id[:8]} keeps no model {name!r}.", hint=f"It keeps: {known}.")
    return max(found, key=lambda model: model.creation_timestamp)


def load(source: str, tracking_uri: str, version: ModelVersion, admitted: Collection[str]) -> object:
    """Return the estimator kept at *source*, letting in only what the version's tags name, and what is admitted.

    Raises
    ------
    Refused
        It is a pickle, or holds types that nobody trusted.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    path, form = _model_file(source, tracking_uri, version.ref)
    if form != _SAFE:
        if PICKLE not in admitted:
            raise Refused(
                f"{version.ref} is {PICKLE}.", hint="Record the model here and register that instead."
            )
        return _unpickled(path, version.ref)
    try:
        return skops.io.load(path, trusted=[*_trusted(version), *admitted])
    except UntrustedTypesFoundException as error:
        raise Refused(
            f"{version.ref} holds types that nobody trusted here: {error}.",
            hint="Register it from the notebook with `--trust TYPE`.",
        ) from error


def brings(source: str, tracking_uri: str, name: str) -> Sequence[str]:
    """Return the types that the file at *source* names besides those that the safe format loads by itself, or `PICKLE`."""
    import skops.io

    path, form = _model_file(source, tracking_uri, name)
    if form != _SAFE:
        return (PICKLE,)
    try:
        return list(skops.io.get_untrusted_types(file=path))
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise Invalid(f"{name} is damaged: {error}.", hint="Register it anew.") from error


def _trusted(version: ModelVersion) -> list[str]:
    try:
        return list(map(str, json.loads(version.tags.get(TRUSTED, "[]"))))
    except (TypeError, ValueError):
        return []


def _model_file(source: str, tracking_uri: str, name: str) -> tuple[Path, str]:
    """Return the file that holds the estimator, and in which form."""
    from mlflow.artifacts import download_artifacts
    from mlflow.models import Model

    folder = Path(download_artifacts(artifact_uri=source, tracking_uri=tracking_uri))
    flavour = Model.load(str(folder)).flavors.get("sklearn")
    if flavour is None:
        raise Invalid(f"{name} is not a scikit-learn model.", hint=_otherwise(name))
    path = (folder / str(flavour["pickled_model"])).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Refused(f"{name} points outside its own folder.", hint="Do not load it.")
    return path, str(flavour.get("serialization_format"))


def _otherwise(name: str) -> str:
    address = f"models:/{name.replace('@', '/')}"
    return (
        f"Load it yourself, if you trust its files: `mlflow.pyfunc.load_model('{address}')`. "
        "To compare it, keep a table of truth and prediction as mlops/predictions.parquet of its run."
    )


def _unpickled(path: Path, name: str) -> object:
    """Run the code that a pickle is: somebody vouched for it."""
    import pickle

    try:
        with path.open("rb") as file:
            return pickle.load(file)  # noqa: S301 - the ledger says who consented to these very bytes
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:300].rstrip(".")
        raise Invalid(
            f"{name} cannot be unpickled here: {said}.",
            hint="Install what it was made with; its requirements.txt names it.",
        ) from error


def files(source: str, tracking_uri: str) -> Sequence[KeptFile]:
    """Return the files kept at *source* with their digests, by path; MLflow's own note of a load is none of them.

    Raises
    ------
    NotFound
        Nothing is there any more.
    """
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException
    from mlflow.store.artifact.models_artifact_repo import REGISTERED_MODEL_META_FILE_NAME

    try:
        folder = Path(download_artifacts(artifact_uri=source, tracking_uri=tracking_uri))
    except (OSError, MlflowException) as error:
        if isinstance(error, MlflowException) and error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        raise NotFound(f"The files of {source} are gone.", hint="Bring them back from a backup.") from error
    found = []
    note = folder / REGISTERED_MODEL_META_FILE_NAME  # MLflow writes it there when it loads a version
    for path in sorted(item for item in folder.rglob("*") if item.is_file() and item != note):
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        found.append(KeptFile(path.relative_to(folder).as_posix(), path.stat().st_size, digest))
    return found


def _kept(client: MlflowClient, run: MlflowRun, name: str | None = None) -> list[LoggedModel]:
    """Return the run's whole models, called *name* when one is given."""
    from mlflow.entities import LoggedModelStatus

    ids = [output.model_id for output in (run.outputs.model_outputs if run.outputs else ())]
    models = [client.get_logged_model(model_id) for model_id in ids]
    return [
        model for model in models if model.status == LoggedModelStatus.READY and name in {None, model.name}
    ]


def _save(model: ModelFile, path: Path, made: LoggedModel) -> None:
    import mlflow.sklearn
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model

    with warnings.catch_warnings(), silence(), _explained(model, MlflowException):
        warnings.simplefilter("ignore")
        mlflow.sklearn.save_model(
            model.estimator,
            str(path),
            mlflow_model=Model(
                artifact_path=made.artifact_location,
                model_uuid=made.model_id,
                run_id=made.source_run_id,
                model_id=made.model_id,
            ),
            serialization_format="skops",
            skops_trusted_types=list(model.trusted),
            pip_requirements=list(model.requirements),
            signature=_signature(model),
            input_example=model.example,
        )


@contextmanager
def _explained(model: ModelFile, vendor: type[Exception]) -> Iterator[None]:
    """Say of which model MLflow's safe format complains."""
    try:
        yield
    except vendor as error:
        kind = type(model.estimator).__name__
        if "untrusted types" in str(error):
            raise Refused(
                f"The model {model.name!r} ({kind}) holds types that nobody trusted.",
                hint="Register it with `--trust TYPE`.",
            ) from error
        raise Invalid(
            f"The model {model.name!r} ({kind}) cannot be kept: {error.__cause__ or error}.",
            hint="Define its classes and functions at the top level of a module.",
        ) from error


def _signature(model: ModelFile) -> object:
    """Infer the signature from the example and what the estimator makes of it; False lets MLflow infer none."""
    from mlflow.models import infer_signature

    predict = getattr(model.estimator, "predict", None)
    if model.example is None or predict is None:
        return False
    return infer_signature(model.example, predict(model.example))
