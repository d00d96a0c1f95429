"""A server that is not in a project yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.browser.server import Lab


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Lab]:
    """JupyterLab on a folder that is no project."""
    root = tmp_path / "empty"
    (root / ".git").mkdir(parents=True)
    made = Lab(tmp_path / "home", root)
    made.start()
    yield made
    made.stop()


def test_a_server_without_a_project_offers_to_make_one(page, bare):
    desk = Desk(page, bare).open()
    desk.section("This notebook").get_by_role("button", name="Make this folder a project").click()
    expect(desk.panel.get_by_text("No project here yet.")).to_have_count(0)
    assert (bare.root / ".mlops").is_dir()
