"""The section on the notebook in front of you."""

from playwright.sync_api import expect

RECORDED = """%%mlops record forest
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
X, y = make_classification(200, random_state=7)
forest = RandomForestClassifier(20, random_state=7).fit(X, y)
auc = forest.score(X, y)"""


def test_a_cell_that_is_run_shows_its_run_without_a_reload(desk):
    desk.notebook("fresh.ipynb", "%load_ext jupyter_mlops", RECORDED)
    runs = desk.fold_others("Runs")
    before = runs.get_by_role("listitem").filter(has_text="forest").count()
    desk.command("notebook:run-all-cells")
    expect(runs.get_by_role("listitem").filter(has_text="forest")).to_have_count(before + 1)


def test_without_a_notebook_it_shows_how_the_project_stands(desk):
    section = desk.fold_others("This notebook")
    expect(section.get_by_role("row", name="serving")).to_contain_text("tumour@")


def test_a_notebook_shows_its_newest_run_and_the_data_that_it_read(desk):
    section = desk.fold_others("This notebook")
    desk.command("docmanager:open", path="train.ipynb")
    expect(section.get_by_role("row", name="status")).to_contain_text("finished")
    expect(section.get_by_role("row", name="data")).to_contain_text("biopsies@1")


def test_a_notebook_is_run_with_the_parameters_of_its_form(desk):
    desk.notebook(
        "sum.ipynb", "print(count * 2)", parameters="count: int = 3  # how many\nfast: bool = False"
    )
    section = desk.fold_others("This notebook")
    section.get_by_label("count", exact=True).fill("5")
    expect(section.get_by_text("%mlops run sum.ipynb --param count=5")).to_be_visible()
    section.get_by_role("button", name="Run", exact=True).click()
    expect(section.get_by_text("run is done.")).to_be_visible()


def test_a_long_run_is_cancelled(desk):
    desk.notebook("slow.ipynb", "import time\ntime.sleep(120)")
    section = desk.fold_others("This notebook")
    section.get_by_role("button", name="Run", exact=True).click()
    section.get_by_role("button", name="Cancel").click()
    expect(section.get_by_text("run was cancelled.")).to_be_visible()


def test_a_run_that_fails_says_where_and_what_to_do(desk):
    desk.notebook("broken.ipynb", "1 / 0")
    section = desk.fold_others("This notebook")
    section.get_by_role("button", name="Run", exact=True).click()
    expect(section.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    expect(section.get_by_role("alert")).to_contain_text("Open .mlops/runs")
