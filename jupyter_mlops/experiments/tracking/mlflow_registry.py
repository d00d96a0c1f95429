"""MLflow's registry: experiments, versions and aliases, each made once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import split_reference
from jupyter_mlops.experiments.tracking import mlflow_models
from jupyter_mlops.experiments.tracking.mlflow_reading import FINGERPRINT, KEY, TRUSTED, read_version

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion

_PAGE = 200


def experiment(client: MlflowClient, name: str, place: str | None, tags: Mapping[str, str]) -> str:
    """Return the id of the experiment called *name*; make it if nobody did."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    try:
        return str(client.create_experiment(name, place, dict(tags)))
    except MlflowException as error:
        made = client.get_experiment_by_name(name) if error.error_code == "RESOURCE_ALREADY_EXISTS" else None
        if made is None:
            raise
        return str(made.experiment_id)


def find(client: MlflowClient, name: str, key: str) -> ModelVersion | None:
    """Return the version of *name* that was made under *key*, or None."""
    for version in _search(client, name):
        if version.tags.get(KEY) == key:
            return read_version(version, _aliases(client, name))
    return None


def add(client: MlflowClient, name: str, run: MlflowRun, model: str, tags: Mapping[str, str]) -> ModelVersion:
    """Make the next version of *name* from what *run* calls *model*."""
    from mlflow.exceptions import MlflowException

    kept = mlflow_models.find(client, run, model)
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code not in {"RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS"}:
            raise
    carried = {key: kept.tags[key] for key in (TRUSTED, FINGERPRINT) if key in kept.tags}
    version = client.create_model_version(
        name,
        kept.artifact_location,
        run_id=run.info.run_id,
        tags={**carried, **tags},
        await_creation_for=0,
        model_id=kept.model_id,
    )
    return read_version(version, _aliases(client, name))


def tag(client: MlflowClient, version: ModelVersion, tags: Mapping[str, str]) -> ModelVersion:
    """Add tags to a version."""
    if _get(client, version.name, str(version.version)) is None:
        raise NotFound(f"No version {version.ref!r}.", hint=f"List them with `%mlops models {version.name}`.")
    for key, value in tags.items():
        client.set_model_version_tag(version.name, str(version.version), key, value)
    return resolve(client, version.ref)


def versions(client: MlflowClient, name: str | None) -> Sequence[ModelVersion]:
    """Return the versions of *name*, or of every model, newest first."""
    if name is None:
        aliases = _all_aliases(client)
        # Page by page: MLflow's own objects are heavy, and holding thousands of them keeps the collector busy.
        read = [read_version(version, aliases.get(version.name, {})) for version in _search(client, None)]
    else:
        found = list(_search(client, name))
        pointing = _aliases(client, name) if found else {}
        read = [read_version(version, pointing) for version in found]
    return sorted(read, key=lambda version: (version.created_at, version.version), reverse=True)


def pointing(client: MlflowClient, name: str | None) -> dict[str, dict[str, int]]:
    """Return where the aliases of *name*, or of every model, point."""
    try:
        found = _all_aliases(client) if name is None else {name: _aliases(client, name)}
    except NotFound:
        return {}
    return {
        model: {alias: int(number) for alias, number in aliases.items()}
        for model, aliases in found.items()
        if aliases
    }


def resolve(client: MlflowClient, ref: str) -> ModelVersion:
    """Return the version that *ref* names: a number, an alias or `latest`."""
    name, selector = split_reference(ref)
    if selector in {None, "latest"}:
        aliases, found = _aliases(client, name), list(_search(client, name))
        if found:
            return read_version(max(found, key=lambda version: int(version.version)), aliases)
        raise NotFound(f"No model {name!r} has a version.", hint="List them with `%mlops models`.")
    version = _get(client, name, str(selector))
    if version is None:
        _aliases(client, name)  # which says so where there is no such model
        raise NotFound(f"No version {ref!r}.", hint=f"List them with `%mlops models {name}`.")
    return read_version(version, dict.fromkeys(version.aliases, version.version))


def point(client: MlflowClient, name: str, alias: str, version: int | None) -> None:
    """Make *alias* point at *version*, or remove it with None."""
    if version is None:
        if alias in _aliases(client, name):
            client.delete_registered_model_alias(name, alias)
        return
    if _get(client, name, str(version)) is None:
        raise NotFound(f"No version '{name}@{version}'.", hint=f"List them with `%mlops models {name}`.")
    client.set_registered_model_alias(name, alias, str(version))


def _aliases(client: MlflowClient, name: str) -> dict[str, str]:
    from mlflow.exceptions import MlflowException

    try:
        return dict(client.get_registered_model(name).aliases)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            raise NotFound(f"No model {name!r}.", hint="List them with `%mlops models`.") from error
        raise


def _all_aliases(client: MlflowClient) -> dict[str, dict[str, str]]:
    """Return the aliases of every model, a page of models a question."""
    known: dict[str, dict[str, str]] = {}
    page = None
    while True:
        found = client.search_registered_models(max_results=_PAGE, page_token=page)
        known |= {model.name: dict(model.aliases) for model in found}
        page = found.token
        if not page:
            return known


def _get(client: MlflowClient, name: str, selector: str) -> MlflowVersion | None:
    """Return the version of a number or an alias, which MLflow answers with its aliases, or None."""
    from mlflow.exceptions import MlflowException

    try:
        if selector.isdecimal():
            return client.get_model_version(name, str(int(selector)))
        return client.get_model_version_by_alias(name, selector)
    except MlflowException as error:
        if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            return None
        raise


def _search(client: MlflowClient, name: str | None) -> Iterator[MlflowVersion]:
    query, page = "" if name is None else f"name = '{name}'", None
    while True:
        found = client.search_model_versions(query, max_results=_PAGE, page_token=page)
        yield from found
        page = found.token
        if not page:
            return


def known(client: MlflowClient, name: str) -> dict[str, str]:
    """Return the experiment called *name* with its id, if there is one."""
    found = client.get_experiment_by_name(name)
    return {} if found is None else {name: found.experiment_id}
