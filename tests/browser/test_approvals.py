"""The inbox of requests for approval."""

from __future__ import annotations

import subprocess
import sys

from playwright.sync_api import expect

from tests.browser.conftest import TITLE
from tests.browser.server import PATIENCE_S
from tests.browser.test_accessibility import serious


def test_what_somebody_else_asks_is_approved_and_ones_own_is_not(desk):
    title = desk.panel.locator(TITLE, has_text="Approvals")
    command = [sys.executable, "-m", "jupyter_mlops", "request", "tumour@2", "--message", "fewer alarms"]
    environment = desk.lab.environment | dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), "ben")
    subprocess.run(
        command, cwd=desk.lab.root, env=environment, check=True, timeout=PATIENCE_S, stdout=subprocess.DEVNULL
    )
    expect(title).to_contain_text("Approvals (1)")
    desk.lab.verb("request", subject="tumour@1", to="staging", message="mine")

    inbox = desk.fold_others("Approvals")
    inbox.get_by_role("button", name="tumour@1 → staging").click()
    own = inbox.get_by_role("button", name="Approve…", exact=True)
    expect(own).to_have_attribute("title", "You asked for it, so somebody else decides.")
    expect(own).to_have_attribute("aria-disabled", "true")
    inbox.get_by_role("button", name="tumour@2 → champion").click()
    expect(inbox.get_by_role("row", name="why")).to_contain_text("fewer alarms")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        desk.theme(theme)
        assert serious(desk, "#jupyter-mlops-panel") == []

    own.click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Why?").fill("seen the report")
    dialog.get_by_role("button", name="Approve").click()
    expect(title).not_to_contain_text("(1)")
    expect(inbox.get_by_role("table", name="Votes")).to_contain_text("seen the report")
    inbox.get_by_text("1 settled request").click()
    settled = inbox.get_by_role("list", name="Settled requests")
    expect(settled.get_by_role("img", name="approved")).to_be_visible()
