"""A gate that a version does not pass: what the panel shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.error import HTTPError

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SCREENSHOTS, Desk
from tests.browser.test_accessibility import serious

GATE = """
[tool.jupyter-mlops.gates."tumour@guarded"]
data = "biopsies@1"
target = "target"
approvals = 1
checks = [
  {check = "metric", name = "accuracy", at_least = 0.9999, confident = true},
  {check = "no-leak"},
  {check = "size", mb = 50},
]
"""


@pytest.fixture
def guarded(desk: Desk) -> Iterator[Desk]:
    """A gate before an alias that no other story asks for."""
    settings = desk.lab.root / "pyproject.toml"
    before = settings.read_text() if settings.exists() else None
    settings.write_text((before or "") + GATE)
    yield desk
    if before is None:
        settings.unlink()
    else:
        settings.write_text(before)


def test_findings_are_shown_with_their_evidence_and_the_promotion_is_refused(guarded):
    models = guarded.fold_others("Models")
    models.get_by_role("button", name="tumour@1", exact=True).click()
    models.get_by_role("button", name="Open page").click()
    page = guarded.page.get_by_role("article", name="tumour")
    page.get_by_role("combobox", name="Version").select_option("tumour@1")
    page.get_by_role("textbox", name="Alias").fill("guarded")
    page.get_by_role("button", name="Judge", exact=True).click()

    report = page.get_by_role("region", name="Gate report")
    expect(report.get_by_role("status")).to_contain_text("fails the gate of guarded")
    findings = report.get_by_role("table", name="Findings")
    threshold = findings.get_by_role("row").filter(has_text="metric")
    expect(threshold.get_by_role("img", name="error")).to_be_visible()
    expect(threshold).to_contain_text("0.9999")
    leak = findings.get_by_role("row").filter(has_text="no-leak").first
    expect(leak).to_contain_text("569")
    expect(report.get_by_role("table", name="Judged")).to_contain_text("0 of 1")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        guarded.theme(theme)
        assert serious(guarded, ".jp-Mlops-page") == []
    report.scroll_into_view_if_needed()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    guarded.page.screenshot(path=SCREENSHOTS / "gate-refused.png")
    with pytest.raises(HTTPError, match="403"):
        guarded.lab.verb("promote", version="tumour@1", to="guarded")


def test_the_last_report_is_shown_again_as_it_was_kept(guarded):
    guarded.lab.verb("gate", version="tumour@2", to="guarded")
    models = guarded.fold_others("Models")
    models.get_by_role("button", name="tumour@1", exact=True).click()
    models.get_by_role("button", name="Open page").click()
    page = guarded.page.get_by_role("article", name="tumour")
    page.get_by_role("combobox", name="Version").select_option("tumour@2")
    page.get_by_role("textbox", name="Alias").fill("guarded")
    page.get_by_role("button", name="Last report", exact=True).click()
    expect(page.get_by_role("region", name="Gate report")).to_contain_text("no-leak")
