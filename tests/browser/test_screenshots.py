"""Pictures of each section and page, light and dark, in build/screenshots."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SCREENSHOTS

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


@pytest.fixture(params=THEMES)
def shoot(request, desk):
    """Take a picture of the page in a theme, under a name."""
    desk.theme(THEMES[request.param])
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return lambda name: desk.page.screenshot(path=SCREENSHOTS / f"{name}-{request.param}.png")


def test_the_panel_beside_a_notebook(desk, shoot):
    desk.command("docmanager:open", path="train.ipynb")
    desk.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    section = desk.fold_others("This notebook")
    desk.wide()
    expect(section.get_by_label("trees", exact=True)).to_be_visible()
    shoot("notebook")


@pytest.mark.parametrize(
    ("section", "name"), [("Runs", "trees"), ("Models", "tumour@2"), ("Data", "biopsies")]
)
def test_a_section_with_something_chosen(desk, shoot, section, name):
    part = desk.fold_others(section)
    desk.wide()
    part.get_by_role("button", name=name, exact=True).first.click()
    if section == "Data":
        part.get_by_role("button", name="biopsies@1", exact=True).click()
    expect(part.locator(".jp-Mlops-facts").first).to_be_visible()
    shoot(section.lower())


def test_the_ledger_verified(desk, shoot):
    audit = desk.fold_others("Audit")
    desk.wide()
    audit.get_by_role("button", name="Verify", exact=True).click()
    expect(audit.get_by_text("every one as it was written").first).to_be_visible()
    shoot("audit")


def test_the_pages_of_the_main_area(desk, shoot):
    models = desk.fold_others("Models")
    models.get_by_role("button", name="tumour@1", exact=True).click()
    models.get_by_role("button", name="Open page").click()
    expect(desk.page.get_by_role("table", name="Versions")).to_be_visible()
    shoot("model")
    runs = desk.fold_others("Runs")
    for name in ("trees", "linear"):
        runs.get_by_role("checkbox", name=name).first.check()
    runs.get_by_role("button", name="Compare 2 runs").click()
    expect(desk.page.locator(".jp-Mlops-plot .main-svg").first).to_be_visible(timeout=30_000)
    shoot("compare")
