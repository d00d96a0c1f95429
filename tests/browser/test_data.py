"""The section on datasets and their versions."""

from playwright.sync_api import expect


def test_a_version_is_loaded_into_the_notebook(desk):
    desk.notebook("load.ipynb", "1 + 1")
    data = desk.fold_others("Data")
    data.get_by_role("button", name="biopsies", exact=True).click()
    data.get_by_role("button", name="biopsies@1", exact=True).click()
    data.get_by_role("button", name="Load here").click()
    cell = desk.page.locator(".jp-Notebook .jp-CodeCell").nth(1)
    expect(cell).to_contain_text("biopsies = %mlops load biopsies@1")
    expect(cell.locator(".jp-InputPrompt")).to_have_text("[1]:", timeout=60_000)
    expect(cell.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)


def test_a_version_tells_who_made_it(desk):
    data = desk.fold_others("Data")
    data.get_by_role("button", name="biopsies", exact=True).click()
    data.get_by_role("button", name="biopsies@1", exact=True).click()
    expect(data.get_by_role("row", name="made by")).to_be_visible()
