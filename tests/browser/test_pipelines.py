"""The section on pipelines, the pages of an execution and of a sweep, and the dialogs that make and schedule them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.server import PATIENCE_S
from tests.browser.test_accessibility import in_each_theme
from tests.notebooks.builder import write_notebook

NO_KERNEL = "Cannot read properties of null (reading 'kernel')"  # ipywidgets' own, of a notebook without one
WAITS = "import pathlib, time\nwhile not pathlib.Path('{name}').exists():\n    time.sleep(0.1)"
FILES = {
    "double": """
        description = "Twice as many."
        [parameters]
        count = { type = "int", default = 3, minimum = 1, description = "How many." }
        [steps.double]
        notebook = "double.ipynb"
        parameters = { count = "${parameters.count}" }
        outputs = ["twice"]
    """,
    "fragile": """
        [steps.look]
        notebook = "fragile.ipynb"
    """,
    "mystery": """
        [steps.look]
        notebook = "mystery.ipynb"
        keep_kernel_s = 120
    """,
    "release": """
        [steps.agree]
        approval = { message = "Shall it serve?" }
    """,
}


@pytest.fixture(scope="module", autouse=True)
def _files(lab):
    """Write pipelines of tiny notebooks."""
    write_notebook(lab.root / "double.ipynb", "twice = 2 * count", parameters="count: int = 3  # how many")
    write_notebook(lab.root / "fragile.ipynb", "x = 1", "open('mended.txt').read()")
    write_notebook(lab.root / "mystery.ipynb", "clue = 'butler'", "1 / 0")
    for name, text in FILES.items():
        (lab.root / f"{name}.pipeline.toml").write_text(text)


@pytest.fixture
def pipelines(desk):
    """Return the section, unfolded alone."""
    return desk.fold_others("Pipelines")


def pipeline(section, name):
    """Return the row of a pipeline."""
    return section.get_by_role("list", name="Pipelines").get_by_role("listitem").filter(has_text=name)


def newest(section):
    """Return the row of the newest execution."""
    return section.get_by_role("list", name="Executions").get_by_role("listitem").first


def stands(row, status):
    """Wait until an execution stands so."""
    expect(row.get_by_role("img", name=status, exact=True).first).to_be_visible()


def page_of(desk, execution):
    """Open an execution's page."""
    desk.command("jupyter-mlops:open-view", name="execution", args={"ref": execution})
    return desk.page.get_by_role("article", name="Execution")


def test_a_pipeline_is_run_with_its_form_and_goes_on_before_ones_eyes(desk, pipelines):
    pipeline(pipelines, "double").get_by_role("button").click()
    pipelines.get_by_text("1 parameter").click()
    pipelines.get_by_label("count", exact=True).fill("21")
    expect(pipelines.get_by_text("%mlops run double --param count=21 --detach")).to_be_visible()
    pipelines.get_by_role("button", name="Run", exact=True).click()
    stands(newest(pipelines), "succeeded")
    stands(pipeline(pipelines, "double"), "succeeded")
    newest(pipelines).get_by_role("button").click()
    pipelines.get_by_role("button", name="Open page").click()
    step = desk.page.get_by_role("article", name="Execution").get_by_role("region", name="double")
    expect(step.get_by_role("table", name="Outputs")).to_have_text("twice42")


def test_the_notebook_of_a_step_is_read_while_it_runs_and_then_cancelled(desk, pipelines):
    name = "patient.ipynb"
    write_notebook(desk.lab.root / name, "print('begun')", WAITS.format(name="never.txt"), "print('over')")
    page = page_of(desk, desk.lab.verb("run", target=name, detach=True)["ref"])
    cells = page.get_by_role("table", name="Cells of notebook")
    expect(cells.get_by_role("row", name="[2]")).to_contain_text("running")
    desk.forgives.append(NO_KERNEL)
    page.get_by_role("button", name="Open notebook").click()
    output = desk.page.locator(".jp-NotebookPanel:visible")
    expect(output.get_by_text("notebook is read-only")).to_be_visible()
    expect(output.locator(".jp-OutputArea-output")).to_have_text("begun")
    expect(output.get_by_text("No Kernel")).to_be_visible()
    newest(pipelines).get_by_role("button").click()
    pipelines.get_by_role("button", name="Cancel", exact=True).click()
    stands(newest(pipelines), "cancelled")


def test_an_execution_that_failed_says_where_and_is_retried(desk, pipelines):
    page = page_of(desk, desk.lab.verb("run", target="fragile", detach=True)["ref"])
    expect(page.get_by_role("alert")).to_contain_text("FileNotFoundError")
    (desk.lab.root / "mended.txt").write_text("yes")
    page.get_by_role("button", name="Retry", exact=True).click()
    stands(newest(pipelines), "succeeded")
    expect(page.get_by_role("region", name="look")).to_contain_text("succeeded")


def test_a_failed_step_is_looked_into_with_the_kernel_that_it_kept(desk, pipelines):
    execution = desk.lab.verb("run", target="mystery", detach=True)["ref"]
    stands(newest(pipelines).filter(has_text="mystery"), "failed")
    newest(pipelines).get_by_role("button").click()
    desk.forgives.append(NO_KERNEL)
    pipelines.get_by_role("button", name="Attach", exact=True).click()
    notebook = desk.page.locator(".jp-NotebookPanel:visible")
    expect(notebook.locator(".jp-CodeCell.jp-mod-active")).to_contain_text("1 / 0")
    expect(desk.page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    desk.command("notebook:insert-cell-below")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.type("print('the', clue)")
    desk.page.keyboard.press("Control+Enter")
    expect(notebook.locator(".jp-OutputArea-output").last).to_have_text("the butler")
    desk.lab.verb("attach", ref=execution, end=True)


def test_a_step_that_waits_for_people_is_approved(desk, pipelines):
    command = [sys.executable, "-m", "jupyter_mlops", "run", "release", "--detach"]
    environment = desk.lab.environment | dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), "ben")
    subprocess.run(
        command, cwd=desk.lab.root, env=environment, check=True, timeout=PATIENCE_S, stdout=subprocess.DEVNULL
    )
    row = newest(pipelines).filter(has_text="release")
    stands(row, "waits for approval")
    row.get_by_role("button").click()
    pipelines.get_by_role("button", name="Approve agree").click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Why?").fill("it is better")
    dialog.get_by_role("button", name="Approve").click()
    stands(row, "succeeded")


def test_the_executions_of_a_sweep_are_compared(desk, pipelines):
    expect(newest(pipelines)).to_be_visible()
    executions = pipelines.get_by_role("list", name="Executions").get_by_role("listitem")
    before = executions.count()
    group = desk.lab.verb("sweep", target="double", over=["count=2,5"])["ref"]
    expect(executions).to_have_count(before + 2)
    page = desk.page.get_by_role("article", name=f"Sweep {group}")
    newest(pipelines).get_by_role("button").click()
    expect(pipelines.get_by_role("table", name="Execution")).to_contain_text(group)
    pipelines.get_by_role("button", name="Open sweep").click()
    rows = page.get_by_role("table", name="Executions of the sweep").get_by_role("row")
    for given, twice in (("2", "4"), ("5", "10")):
        row = rows.filter(has=desk.page.get_by_role("cell", name=given, exact=True))
        expect(row.get_by_role("cell", name=twice, exact=True)).to_be_visible()
    page.get_by_role("button", name="Compare 2 runs").click()
    expect(desk.page.get_by_role("article", name="Comparison of runs")).to_be_visible()


def test_a_pipeline_is_made_of_the_notebook_in_front(desk):
    desk.notebook("weekly.ipynb", "rows = 10 * days", parameters="days: int = 7  # how many")
    section = desk.fold_others("This notebook")
    section.get_by_role("button", name="Make pipeline…").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_text("weekly.pipeline.toml would be made:")).to_be_visible()
    dialog.get_by_label("Name of the pipeline").fill("tidy")
    expect(dialog.get_by_text("tidy.pipeline.toml would be made:")).to_be_visible()
    expect(dialog.get_by_role("region", name="The file")).to_contain_text('days = "${parameters.days}"')
    dialog.get_by_role("button", name="Write").click()
    expect(pipeline(desk.fold_others("Pipelines"), "tidy")).to_be_visible()
    assert (desk.lab.root / "tidy.pipeline.toml").is_file()


def test_a_pipeline_is_scheduled_paused_and_left_alone_again(desk, pipelines):
    pipeline(pipelines, "double").get_by_role("button").click()
    pipelines.get_by_role("button", name="Schedule…").click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Cron").fill("61 6 * * *")
    expect(dialog.get_by_role("alert")).to_contain_text("minute '61' is not in 0–59")
    expect(dialog.get_by_role("button", name="Schedule")).to_be_disabled()
    dialog.get_by_label("How often").select_option("every working day")
    dialog.get_by_label("Time zone").fill("Europe/Vienna")
    expect(dialog.get_by_text("at 06:30 on Monday through Friday (Europe/Vienna)")).to_be_visible()
    expect(dialog.get_by_role("listitem")).to_have_count(5)
    dialog.get_by_label("count", exact=True).fill("8")
    dialog.get_by_role("button", name="Schedule").click()
    expect(pipeline(pipelines, "double")).to_contain_text("next")
    pipelines.get_by_text("double starts it at 06:30").click()
    pipelines.get_by_role("button", name="Pause", exact=True).click()
    expect(pipeline(pipelines, "double")).to_contain_text("paused")
    pipelines.get_by_role("button", name="Remove").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(pipelines.get_by_text("double starts it at 06:30")).to_be_hidden()


def test_axe_finds_no_serious_violation(desk, pipelines):
    desk.lab.verb("schedule", target="double", cron="30 6 * * *")
    desk.lab.verb("run", target="double", detach=True)
    pipeline(pipelines, "double").get_by_role("button").click()
    pipelines.get_by_text("1 parameter").click()
    pipelines.get_by_text("double starts it").click()
    newest(pipelines).get_by_role("button").click()
    expect(pipelines.get_by_role("table", name="Execution")).to_be_visible()
    assert in_each_theme(desk, "#jupyter-mlops-panel") == []
    pipelines.get_by_role("button", name="Open page").click()
    expect(desk.page.get_by_role("article").get_by_role("region", name="double")).to_be_visible()
    assert in_each_theme(desk, "article") == []
    pipelines.get_by_role("button", name="Schedule…").click()
    expect(desk.page.get_by_role("dialog").get_by_role("listitem")).to_have_count(5)
    assert in_each_theme(desk, ".jp-Dialog") == []
    desk.page.keyboard.press("Escape")
