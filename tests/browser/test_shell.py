"""How the extension sits in JupyterLab."""

import re

from playwright.sync_api import expect


def test_the_panel_is_opened_from_the_launcher_and_the_toolbar_of_a_notebook(desk):
    title = "Show this notebook, runs, data, models, pipelines, approvals and audit"
    expect(desk.page.locator(f".jp-LauncherCard[title='{title}']")).to_be_visible()
    desk.notebook("toolbar.ipynb", "1 + 1")
    desk.command("application:toggle-left-area")
    expect(desk.panel).to_be_hidden()
    desk.page.locator(".jp-NotebookPanel-toolbar [data-jp-item-name='mlops']").click()
    expect(desk.panel).to_be_visible()


def test_a_notebook_is_run_from_the_file_browser(desk):
    desk.command("filebrowser:activate")
    desk.page.locator(".jp-DirListing-item", has_text="train.ipynb").click(button="right")
    expect(desk.page.locator(".lm-Menu-item", has_text="Run as a Recorded Run")).to_be_visible()
    desk.page.keyboard.press("Escape")


def test_the_status_bar_says_what_serves(desk):
    item = desk.page.locator("#jp-main-statusbar .jp-Mlops-standing")
    expect(item).to_contain_text("tumour@")


def test_a_reloaded_page_looks_as_it_did(desk):
    runs = desk.fold_others("Runs")
    # Not a run by its name: the page holds the rows in sight only, and other tests have run more than those.
    newest = runs.get_by_role("listitem").first.get_by_role("button")
    newest.click()
    expect(newest).to_have_attribute("aria-pressed", "true")
    models = desk.section("Models")
    models.get_by_role("button", name="tumour@1", exact=True).click()
    models.get_by_role("button", name="Open page").click()
    expect(desk.page.get_by_role("article", name="tumour")).to_be_visible()
    desk.page.wait_for_timeout(2_500)  # JupyterLab saves its layout after a while

    desk.open(reset=False)
    expect(desk.panel).to_be_visible()
    expect(newest).to_have_attribute("aria-pressed", "true")
    titles = desk.panel.locator(".jp-AccordionPanel-title[aria-expanded=true]")
    expect(titles).to_have_text([re.compile("Runs"), re.compile("Models")])
    expect(desk.page.get_by_role("article", name="tumour")).to_be_visible()


def test_everything_is_reached_by_the_keyboard(desk):
    runs = desk.fold_others("Runs")
    expect(runs.get_by_role("listitem").first).to_be_visible()
    runs.get_by_role("searchbox").focus()
    for _ in range(12):
        desk.page.keyboard.press("Tab")
        if desk.page.evaluate("document.activeElement.classList.contains('jp-Mlops-name')"):
            break
    desk.page.keyboard.press("Enter")
    expect(runs.locator(".jp-Mlops-name[aria-pressed=true]")).to_have_count(1)
