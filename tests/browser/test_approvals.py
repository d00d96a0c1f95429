"""The inbox of requests for approval."""

from __future__ import annotations

import re
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
    expect(title).to_contain_text(re.compile(r"Approvals \(\d+\)"))
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

    waiting = title.inner_text()
    own.click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Why?").fill("seen the report")
    dialog.get_by_role("button", name="Approve").click()
    expect(title).not_to_have_text(waiting)
    expect(inbox.get_by_role("table", name="Votes")).to_contain_text("seen the report")
    inbox.get_by_text(re.compile(r"\d+ settled request")).click()
    settled = inbox.get_by_role("list", name="Settled requests").get_by_role("listitem")
    ours = settled.filter(has_text="tumour@2 → champion")
    expect(ours.get_by_role("img", name="approved")).to_be_visible()
