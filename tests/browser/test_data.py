"""The section on datasets and their versions."""

import pandas as pd
from playwright.sync_api import expect

from tests.browser.test_accessibility import serious


def test_a_version_is_loaded_into_the_notebook(desk):
    desk.notebook("load.ipynb", "1 + 1")
    data = desk.fold_others("Data")
    data.get_by_role("button", name="biopsies", exact=True).click()
    data.get_by_role("button", name="biopsies@1", exact=True).click()
    data.get_by_role("button", name="Load here").click()
    cell = desk.page.locator(".jp-Notebook .jp-CodeCell").nth(1)
    expect(cell).to_contain_text("biopsies = %mlops load biopsies@1")
    expect(cell.locator(".jp-InputPrompt")).to_have_text("[1]:")
    expect(cell.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)


def test_a_version_tells_who_made_it(desk):
    data = desk.fold_others("Data")
    data.get_by_role("button", name="biopsies", exact=True).click()
    data.get_by_role("button", name="biopsies@1", exact=True).click()
    expect(data.get_by_role("row", name="made by")).to_be_visible()


def test_the_page_of_a_dataset_tells_all_and_what_sets_two_versions_apart(desk):
    table = pd.DataFrame(
        {"id": range(40), "age": range(40), "mail": [f"u{n}@example.org" for n in range(40)]}
    )
    keep(desk, table)
    desk.lab.verb("expect", refs=["people@1"], write=True)
    table.loc[3, "age"] = 900
    keep(desk, table.drop(index=0).assign(city="Graz"))

    data = desk.fold_others("Data")
    row = data.get_by_role("listitem").filter(has_text="people")
    expect(row.get_by_role("img", name="against its contract")).to_be_visible()
    row.get_by_role("button").click()
    data.get_by_role("button", name="people@2", exact=True).click()
    data.get_by_role("button", name="Open page", exact=True).click()
    page = desk.page.get_by_role("article", name="people")
    expect(page.get_by_role("row", name="personal")).to_contain_text("mail (email)")
    expect(page.locator(".jp-Mlops-plot .main-svg").first).to_be_visible()
    page.get_by_role("button", name="Validate", exact=True).click()
    expect(page.get_by_role("table", name="Findings")).to_contain_text("column 'city' is new")
    expect(page.get_by_role("link", name="people@1")).to_be_visible()
    assert serious(desk, "article") == []

    page.get_by_role("button", name="Diff…", exact=True).click()
    found = desk.page.get_by_role("article", name="Difference of two versions")
    expect(found.get_by_role("table", name="Changes of the schema")).to_contain_text("city")
    expect(found.get_by_role("table", name="Rows that differ").locator("ins")).to_have_text("900")
    assert serious(desk, "article[aria-label='Difference of two versions']") == []


def keep(desk, table):
    table.to_csv(desk.lab.root / "people.csv", index=False)
    desk.lab.verb("snapshot", table="people.csv", name="people")
