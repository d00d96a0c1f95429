"""Pictures of each section and page, light and dark, in build/screenshots."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SCREENSHOTS
from tests.notebooks.builder import write_notebook

RETRAIN = """
description = "Retrain on this month's biopsies, and let the new model serve once somebody agrees."
[parameters]
trees = { type = "int", default = 100, minimum = 1, description = "How many trees." }
[steps.data]
verb = "datasets"
[steps.train]
notebook = "retrain_forest.ipynb"
parameters = { trees = "${parameters.trees}" }
needs = ["data"]
outputs = ["auc"]
[steps.serving]
verb = "models"
needs = ["data"]
[steps.agree]
needs = ["train", "serving"]
approval = { message = "AUC ${steps.train.outputs.auc}: shall it serve?" }
"""
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


@pytest.fixture
def shoot(desk):
    """Take a picture of the page in each theme, under a name."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def take(name):
        for word, theme in THEMES.items():
            desk.theme(theme)
            desk.page.screenshot(path=SCREENSHOTS / f"{name}-{word}.png")

    return take


def test_the_panel_beside_a_notebook(desk, shoot):
    desk.command("docmanager:open", path="train.ipynb")
    desk.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    section = desk.fold_others("This notebook")
    desk.wide()
    expect(section.get_by_label("trees", exact=True)).to_be_visible()  # the server's first answer
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
    expect(desk.page.locator(".jp-Mlops-plot .main-svg").first).to_be_visible()
    expect(desk.page.get_by_text("WebGL is not supported")).to_have_count(0)
    shoot("compare")


@pytest.fixture(scope="module")
def waiting(lab):
    """A pipeline that is scheduled, and waits for somebody to agree."""
    cells = ("auc = 0.9 + trees / 10_000", "print('AUC', auc)")
    write_notebook(lab.root / "retrain_forest.ipynb", *cells, parameters="trees: int = 100")
    (lab.root / "retrain.pipeline.toml").write_text(RETRAIN)
    lab.verb("schedule", target="retrain", cron="30 6 * * MON-FRI", zone="Europe/Vienna")
    return lab.verb("run", target="retrain", param=["trees=250"], detach=True)["ref"]


def test_a_pipeline_and_an_execution(desk, shoot, waiting):
    section = desk.fold_others("Pipelines")
    row = section.get_by_role("list", name="Executions").get_by_role("listitem").filter(has_text="retrain")
    expect(row.get_by_role("img", name="waits for approval")).to_be_visible()
    section.get_by_role("button", name="retrain", exact=True).first.click()
    section.get_by_text("1 parameter").click()
    expect(section.get_by_text("Asking the server…")).to_be_hidden()
    shoot("pipelines-narrow")
    section.get_by_text("1 parameter").click()
    desk.wide()
    desk.command("jupyter-mlops:open-view", name="execution", args={"ref": waiting})
    page = desk.page.get_by_role("article", name="Execution")
    page.get_by_text("5 of 5 cells done").click()
    expect(page.get_by_role("table", name="Cells of train")).to_be_visible()
    shoot("execution")


def test_the_dialogs_that_make_and_schedule_a_pipeline(desk, shoot):
    desk.command("docmanager:open", path="train.ipynb")
    section = desk.fold_others("This notebook")
    section.get_by_role("button", name="Make pipeline…").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_text("train.pipeline.toml would be made:")).to_be_visible()
    shoot("make-pipeline")
    dialog.get_by_role("button", name="Cancel").click()  # the notebook may have taken the keyboard
    section.get_by_role("button", name="Schedule…").click()
    expect(dialog.get_by_role("listitem")).to_have_count(5)
    shoot("schedule")
    dialog.get_by_role("button", name="Cancel").click()
