"""Nothing serious is found by axe, in either theme."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

AXE = Path(__file__).parents[2] / "labextension/node_modules/axe-core/axe.min.js"
# jp-button is JupyterLab's own toolbar button, which carries an aria-pressed that axe does not allow there;
# in jp-Mlops-plot stands what Plotly draws, and the same values stand in the tables below it.
RULES = """
async include => {
  const part = { include: [include], exclude: ['jp-button', '.jp-Mlops-plot'] };
  const found = await axe.run(part, { resultTypes: ['violations'] });
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`));
}
"""


THEMES = ("JupyterLab Light", "JupyterLab Dark")


@pytest.mark.parametrize("section", ["This notebook", "Runs", "Data", "Models", "Audit"])
def test_axe_finds_no_serious_violation(desk, section):
    part = desk.fold_others(section)
    names = part.locator("button.jp-Mlops-name")
    if section != "This notebook":
        names.first.click()
    assert in_each_theme(desk, "#jupyter-mlops-panel") == []


def test_axe_finds_none_in_the_pages_of_the_main_area_and_the_dialog(desk):
    runs = desk.fold_others("Runs")
    for name in ("trees", "linear"):
        runs.get_by_role("checkbox", name=name).first.check()
    runs.get_by_role("button", name="Compare 2 runs").click()
    expect(desk.page.get_by_role("table", name="Metrics")).to_contain_text("test_auc")
    assert in_each_theme(desk, "article") == []
    models = desk.fold_others("Models")
    models.get_by_role("button", name="tumour@2", exact=True).click()
    models.get_by_role("button", name="Promote", exact=True).click()
    assert in_each_theme(desk, ".jp-Dialog") == []
    desk.page.keyboard.press("Escape")


def in_each_theme(desk, part):
    """Return what axe finds in a part of the page, with the theme."""
    found = []
    for theme in THEMES:
        desk.theme(theme)
        found += [(theme, what) for what in serious(desk, part)]
    return found


def serious(desk, part):
    """Return what axe finds in a part of the page."""
    desk.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    return desk.page.evaluate(RULES, part)
