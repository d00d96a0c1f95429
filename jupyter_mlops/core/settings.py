"""Settings: defaults, then the project's pyproject.toml, then the environment, then the server's admin."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.verb import Role

TABLE = "jupyter-mlops"
PREFIX = "JUPYTER_MLOPS_"


class QueueSetting(BaseModel):
    """How much of a queue may run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    concurrency: Annotated[int, Field(gt=0)] | None = None
    rate: Annotated[int, Field(gt=0)] | None = None
    per_s: Annotated[float, Field(gt=0)] = 60.0


class GateSetting(BaseModel):
    """What guards an alias; the checks themselves are read when the gate is asked.

    Parameters
    ----------
    data
        The snapshot to judge on.
    target
        Its column to predict.
    approvals
        How many people must approve.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: str = ""
    target: str = ""
    approvals: Annotated[int, Field(ge=0, le=20)] = 0
    checks: tuple[dict[str, object], ...] = ()


class Settings(BaseSettings):
    """What a project can be told; each field says what it is for."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix=PREFIX)

    store_url: Annotated[
        str, Field(description="Database of snapshots and the ledger; SQLite in .mlops by default.")
    ] = ""
    objects_url: Annotated[
        str,
        Field(
            description="Where the content of snapshots lies: .mlops/objects by default, or s3://bucket/prefix."
        ),
    ] = ""
    tracking_uri: Annotated[
        str, Field(description="MLflow's store of runs and models; SQLite in .mlops by default.")
    ] = ""
    tracker: Annotated[str, Field(description="Adapter that keeps runs and models.")] = "mlflow"
    runner: Annotated[str, Field(description="Adapter that runs notebooks.")] = "papermill"
    notifier: Annotated[str, Field(description="Adapter that tells people of executions.")] = "webhook"
    engine: Annotated[str, Field(description="Adapter that keeps the tasks of pipelines.")] = "dbos"
    worker: Annotated[
        Literal["auto", "off"],
        Field(description="Whether the Jupyter server starts a worker when there is something to do."),
    ] = "auto"
    worker_slots: Annotated[int, Field(gt=0, le=256, description="Steps that a worker performs at once.")] = 2
    queues: Annotated[
        dict[str, QueueSetting],
        Field(
            description="Limits of queues: concurrency over all workers, and rate beginnings in per_s seconds."
        ),
    ] = {}
    experiment: Annotated[
        str, Field(description="Experiment that runs are recorded in; the project's folder by default.")
    ] = ""
    roles: Annotated[
        dict[str, Role], Field(description="Role of each user: viewer, contributor, approver, admin.")
    ] = {}
    default_role: Annotated[Role, Field(description="Role of everybody whom roles does not name.")] = "admin"
    access: Annotated[
        dict[str, dict[str, Role]],
        Field(
            description="Roles on models and datasets by pattern, like churn*; the user * is everybody else."
        ),
    ] = {}
    checkpoint_key: Annotated[
        str,
        Field(
            description="Key that signs the ledger: file:PATH, env:NAME or keyring:SERVICE/NAME; one in .mlops by default."
        ),
    ] = ""
    checkpoint_copy: Annotated[
        tuple[str, ...],
        Field(
            description="Where signatures of the ledger are copied: a folder, git+FOLDER, a URL, smtp://HOST/ADDRESS, or command:LINE."
        ),
    ] = ()
    checkpoint_trust: Annotated[
        tuple[str, ...],
        Field(description="Public keys that may sign the ledger; the first that did by default."),
    ] = ()
    approval_sources: Annotated[
        tuple[str, ...],
        Field(description="Where approvers must be known from: jupyter, jupyterhub, ci, os; all when empty."),
    ] = ()
    gates: Annotated[
        dict[str, GateSetting],
        Field(
            description="What a version must pass, by alias, like champion, or pattern, like churn*@champion."
        ),
    ] = {}
    trusted: Annotated[
        tuple[str, ...],
        Field(description="Types besides scikit-learn's that models may hold, like mypackage.Scaler."),
    ] = ()
    connections: Annotated[
        dict[str, str],
        Field(
            description="Databases that queries may name, each the secret that holds its URL: shop = 'env:SHOP_URL'."
        ),
    ] = {}
    url_schemes: Annotated[
        tuple[str, ...], Field(description="Schemes of URLs that tables may be read from.")
    ] = ("https", "http", "s3", "gs", "az", "abfs")
    url_timeout_s: Annotated[
        float, Field(gt=0, le=3600, description="Longest wait for a URL or a database to say something.")
    ] = 20.0
    stream_mb: Annotated[
        float,
        Field(gt=0, description="Tables larger than this, in MB, are kept in pieces, not loaded whole."),
    ] = 200.0
    require_proven: Annotated[
        bool,
        Field(description="Whether register refuses a model whose cells a clean run may not repeat."),
    ] = False
    cell_timeout_s: Annotated[float, Field(gt=0, description="Longest time a cell of a run may take.")] = (
        3600.0
    )
    notebook_retention_days: Annotated[
        float,
        Field(
            gt=0,
            description="Executions of single notebooks are kept so long; a pipeline's file says its own.",
        ),
    ] = 90.0
    tracker_timeout_s: Annotated[
        float, Field(gt=0, le=5, description="Longest wait for one answer of the tracker.")
    ] = 3.0

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values only as `read` merges them, so that each one's origin is known."""
        return (init_settings,)


def read(root: Path, admin: Mapping[str, object] | None = None) -> tuple[Settings, dict[str, str]]:
    """Merge the sources of *root*'s settings, and say where each value came from.

    Raises
    ------
    Invalid
        A file cannot be read, a name is unknown, or a value is ill-typed.
    """
    values: dict[str, object] = {}
    origins: dict[str, str] = dict.fromkeys(Settings.model_fields, "default")
    for origin, source in _sources(root, admin or {}):
        values |= source
        origins |= dict.fromkeys(source, origin)
    try:
        return Settings.model_validate(values), origins
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        place = ".".join(map(str, first["loc"])) or name
        raise Invalid(
            f"The setting {place} from {origins.get(name, 'pyproject.toml')} is wrong: {first['msg']}.",
            hint="List what can be set with `jupyter mlops settings`.",
        ) from None


def table(root: Path) -> dict[str, object] | None:
    """Return `[tool.jupyter-mlops]` of *root*'s pyproject.toml, or None when it has none."""
    path = root / "pyproject.toml"
    if not path.is_file():
        return None
    try:
        tools = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError) as error:
        raise Invalid(f"{path} cannot be read: {error}.", hint="Mend the file.") from error
    found = tools.get(TABLE) if isinstance(tools, dict) else None
    return found if isinstance(found, dict) else None


def _sources(root: Path, admin: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
    declared = table(root) or {}
    own = EnvSettingsSource(Settings)()
    mlflow = os.environ.get("MLFLOW_TRACKING_URI")
    borrowed = {"tracking_uri": mlflow} if mlflow else {}
    return [
        ("pyproject.toml", {key.replace("-", "_"): value for key, value in declared.items()}),
        ("MLFLOW_TRACKING_URI", borrowed),
        ("environment", own),
        ("server", admin),
    ]
