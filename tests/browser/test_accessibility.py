"""Nothing serious is found by axe, in either theme."""

from pathlib import Path

import pytest

AXE = Path(__file__).parents[2] / "labextension/node_modules/axe-core/axe.min.js"
# jp-button is JupyterLab's own toolbar button, which carries an aria-pressed that axe does not allow there.
RULES = """
async () => {
  const part = { include: ['#jupyter-mlops-panel'], exclude: ['jp-button'] };
  const found = await axe.run(part, { resultTypes: ['violations'] });
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`));
}
"""


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("section", ["This notebook", "Runs", "Data", "Models", "Audit"])
def test_axe_finds_no_serious_violation(desk, section, theme):
    desk.theme(theme)
    part = desk.fold_others(section)
    names = part.locator("button.jp-Mlops-name")
    if section != "This notebook":
        names.first.click()
    desk.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    assert desk.page.evaluate(RULES) == []
