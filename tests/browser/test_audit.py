"""The section on the ledger."""

from playwright.sync_api import expect

from tests.browser.test_accessibility import serious


def test_the_ledger_is_verified(desk):
    audit = desk.fold_others("Audit")
    audit.get_by_role("button", name="Verify", exact=True).click()
    expect(audit.get_by_role("status").filter(has_text="every one as it was written")).to_be_visible()


def test_lines_are_filtered_and_one_is_proven(desk):
    audit = desk.fold_others("Audit")
    desk.lab.verb("checkpoint")
    audit.get_by_text("Filter", exact=True).click()
    audit.get_by_label("Verb").select_option("rollback")
    audit.get_by_label("About").fill("tumour")
    expect(audit.locator("code", has_text="%mlops audit --did rollback --about tumour")).to_be_visible()
    rows = audit.get_by_role("listitem")
    expect(rows.filter(has_not_text="rollback")).to_have_count(0)
    rows.last.get_by_role("button").click()
    audit.get_by_role("button", name="Prove", exact=True).click()
    expect(audit.get_by_text("is in what was signed.")).to_be_visible()
    expect(audit.get_by_role("row", name="tamper-evidence")).to_contain_text("local only")
    assert serious(desk, "#jupyter-mlops-panel") == []


def test_what_is_done_in_the_panel_is_written_down(desk):
    audit = desk.fold_others("Audit")
    desk.lab.verb("promote", version="tumour@2", to="staging", note="not this one")
    expect(audit.get_by_role("listitem").first).to_contain_text("promote tumour@2")
    desk.lab.verb("promote", version="tumour@1", to="staging", note="seen in the panel")
    newest = audit.get_by_role("listitem").first
    expect(newest).to_contain_text("promote tumour@1")
    newest.get_by_role("button").click()
    expect(audit.get_by_role("row", name="why")).to_contain_text("seen in the panel")
