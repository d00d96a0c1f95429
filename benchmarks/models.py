"""Listing 1,000 models of three versions each, against MLflow's own search of the same store."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Turn, compare, report, times

if TYPE_CHECKING:
    from jupyter_mlops.core.project import Project

MODELS, VERSIONS = 1_000, 3
OURS, FIRST = "models: all versions, filtered and sorted", "models: by owner, first page"
PEER = "MLflow: search_model_versions, search_registered_models"


def store(folder: Path) -> Project:
    """Make a project whose MLflow store holds the models: two through MLflow, the others as rows like theirs."""
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.experiments.tracking import mlflow_store

    project = Project.create(folder)
    mlflow_store.prepare(project)
    from mlflow import MlflowClient

    uri = mlflow_store.address(project)
    client = MlflowClient(tracking_uri=uri)
    client.create_registered_model("model-0000")
    tags = {"jupyter_mlops.owner": "ada", "jupyter_mlops.snapshots": "train@1", "team": "one"}
    client.create_model_version("model-0000", folder.as_uri(), tags=tags)
    client.set_registered_model_alias("model-0000", "champion", "1")
    with sqlite3.connect(uri.removeprefix("sqlite:///")) as connection:
        for table in (
            "registered_models",
            "model_versions",
            "model_version_tags",
            "registered_model_aliases",
        ):
            _multiply(connection, table)
    return project


def _multiply(connection: sqlite3.Connection, table: str) -> None:
    """Repeat the one model's rows for all models and versions."""
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
    connection.execute(f"DELETE FROM {table}")
    versions = VERSIONS if table in {"model_versions", "model_version_tags"} else 1
    made = [
        {**row, "name": f"model-{model:04}", **({"version": version} if "version" in row else {})}
        for row in rows
        for model in range(MODELS)
        for version in range(1, versions + 1)
    ]
    names = ", ".join(rows[0])
    places = ", ".join(f":{name}" for name in rows[0])
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", made)


def ours(folder: Path) -> Turn:
    from jupyter_mlops.models.models import models

    project = store(folder)

    def look() -> object:
        found = models(project, "model-*", sort="name", limit=1_000)
        assert found.total == MODELS * VERSIONS
        assert found.versions[2].aliases == ("champion",)
        return found.card().text()

    return lambda _number: look


def first(folder: Path) -> Turn:
    from jupyter_mlops.models.models import models

    project = store(folder)
    return lambda _number: lambda: models(project, owner="ada", tag=("team=one",), latest=True).card().text()


def searched(folder: Path) -> Turn:
    from jupyter_mlops.experiments.tracking import mlflow_store

    uri = mlflow_store.address(store(folder))
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)

    def look() -> int:
        found, page = 0, None
        while page != "":
            versions = client.search_model_versions("name LIKE 'model-%'", max_results=200, page_token=page)
            found, page = found + len(versions), versions.token or ""
        page = None
        while page != "":
            page = client.search_registered_models(max_results=200, page_token=page).token or ""
        assert found == MODELS * VERSIONS
        return found

    return lambda _number: look


def main() -> None:
    repetitions = times()
    found = compare({OURS: ours, FIRST: first, PEER: searched}, repetitions)
    report(
        f"models: {MODELS:,} models of {VERSIONS} versions, SQLite",
        repetitions,
        found,
        Claim(OURS, found[OURS] / found[PEER], "×", 1.2, kind="target of issue 7"),
        Claim(FIRST, found[FIRST] / found[PEER], "×", 1.2, kind="target of issue 7"),
    )


if __name__ == "__main__":
    main()
