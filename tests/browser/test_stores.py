"""Stores that are away, or ahead of us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from tests.browser.conftest import Desk
from tests.browser.server import Lab

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], Lab]]:
    """JupyterLab on a project that holds one snapshot, started when asked."""
    project = Project.create(tmp_path / "shop")
    snapshot(project, pd.DataFrame({"a": [1]}), "customers")
    made = Lab(tmp_path / "home", project.root)

    def start() -> Lab:
        made.start()
        return made

    yield start
    made.stop()


def test_mlflow_that_does_not_answer_is_named_and_the_rest_goes_on(page, serve, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOBODY)
    desk = Desk(page, serve()).open()
    expect(desk.section("Runs").get_by_role("alert")).to_contain_text("refuses connections")
    expect(desk.section("Data").get_by_role("listitem").filter(has_text="customers")).to_be_visible()


def test_a_store_of_a_newer_version_says_so(page, serve):
    lab = serve()
    with Project(lab.root).store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    desk = Desk(page, lab).open()
    notice = desk.section("Data").get_by_role("alert")
    expect(notice).to_contain_text("newer")
    expect(notice).to_contain_text("pip install -U jupyter-mlops")
