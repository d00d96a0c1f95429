"""The section on models, and the page of one."""

from playwright.sync_api import expect


def test_a_version_is_promoted_with_a_note_and_rolled_back(desk):
    models = desk.fold_others("Models")
    newest = models.get_by_role("listitem").filter(has_text="tumour@2")
    oldest = models.get_by_role("listitem").filter(has_text="tumour@1")

    newest.get_by_role("button", name="tumour@2").click()
    models.get_by_role("button", name="Promote", exact=True).click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Why?").fill("it's better")
    expect(dialog.locator("code")).to_have_text("""%mlops promote tumour@2 --note 'it'"'"'s better'""")
    dialog.get_by_role("button", name="Promote").click()
    expect(newest).to_contain_text("champion")
    expect(oldest).not_to_contain_text("champion")

    models.get_by_role("button", name="Roll back", exact=True).click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(oldest).to_contain_text("champion")


def test_a_dialog_that_is_left_changes_nothing(desk):
    models = desk.fold_others("Models")
    models.get_by_role("button", name="tumour@2", exact=True).click()
    models.get_by_role("button", name="Promote", exact=True).click()
    desk.page.get_by_role("dialog").press("Escape")
    assert desk.lab.verb("models", name="tumour")["versions"][0]["aliases"] == []


def test_the_page_of_a_model_tells_its_versions_and_who_moved_its_aliases(desk):
    models = desk.fold_others("Models")
    models.get_by_role("button", name="tumour@1", exact=True).click()
    models.get_by_role("button", name="Open page").click()
    page = desk.page.get_by_role("article", name="tumour")
    expect(page.get_by_role("table", name="Versions").get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("table", name="History")).to_contain_text("first model")
    graph = page.get_by_role("region", name="Lineage of version:tumour as a graph")
    expect(graph.get_by_role("link", name="biopsies@1")).to_be_visible()
    page.get_by_role("button", name="Judge", exact=True).click()
    report = page.get_by_role("region", name="Gate report")
    expect(report.get_by_role("status")).to_contain_text("no gate guards champion")


def test_a_promotion_by_somebody_else_is_seen_within_a_second(desk):
    models = desk.fold_others("Models")
    row = models.get_by_role("listitem").filter(has_text="tumour@2")
    expect(row).to_be_visible()
    desk.lab.verb("promote", version="tumour@2", to="challenger")
    expect(row).to_contain_text("challenger", timeout=2_000)
