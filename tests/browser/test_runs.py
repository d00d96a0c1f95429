"""The section on runs, and the page that compares them."""

from playwright.sync_api import expect


def test_runs_are_searched_by_name_and_by_metric(desk):
    runs = desk.fold_others("Runs")
    expect(runs.get_by_role("listitem").first).to_be_visible()
    runs.get_by_role("searchbox").fill("metrics.test_auc < 0.1")
    expect(runs.get_by_role("status").filter(has_text="No run matches")).to_be_visible()
    runs.get_by_role("searchbox").fill("trees")
    expect(runs.get_by_role("button", name="trees", exact=True)).to_be_visible()


def test_a_run_shows_the_data_that_it_read(desk):
    runs = found(desk, "trees")
    runs.get_by_role("button", name="trees", exact=True).click()
    expect(runs.get_by_role("row", name="data")).to_contain_text("biopsies@1")


def test_two_runs_are_compared_in_the_main_area(desk):
    runs = found(desk, "metrics.test_auc > 0.5")
    for name in ("trees", "linear"):
        runs.get_by_role("checkbox", name=name).first.check()
    runs.get_by_role("button", name="Compare 2 runs").click()
    page = desk.page.get_by_role("article", name="Comparison of runs")
    expect(page.get_by_role("table", name="Metrics")).to_contain_text("test_auc")
    expect(page.locator(".jp-Mlops-plot .main-svg").first).to_be_visible()


def test_the_line_of_an_action_goes_into_the_notebook(desk):
    desk.notebook("insert.ipynb", "1 + 1")
    runs = found(desk, "trees")
    runs.get_by_role("button", name="trees", exact=True).click()
    runs.get_by_role("button", name="Insert into notebook: %mlops show").click()
    expect(desk.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(2)
    expect(desk.page.locator(".jp-Notebook .jp-CodeCell").nth(1)).to_contain_text("%mlops show @")


def found(desk, query):
    """Return the section with the runs that a query finds: the page holds no more than the rows in sight."""
    runs = desk.fold_others("Runs")
    runs.get_by_role("searchbox").fill(query)
    return runs
