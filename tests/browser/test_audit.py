"""The section on the ledger."""

from playwright.sync_api import expect


def test_the_ledger_is_verified(desk):
    audit = desk.fold_others("Audit")
    audit.get_by_role("button", name="Verify", exact=True).click()
    expect(audit.get_by_role("status").filter(has_text="every one as it was written")).to_be_visible()


def test_what_is_done_in_the_panel_is_written_down(desk):
    audit = desk.fold_others("Audit")
    desk.lab.verb("promote", version="tumour@2", to="staging", note="not this one")
    expect(audit.get_by_role("listitem").first).to_contain_text("promote tumour@2")
    desk.lab.verb("promote", version="tumour@1", to="staging", note="seen in the panel")
    newest = audit.get_by_role("listitem").first
    expect(newest).to_contain_text("promote tumour@1")
    newest.get_by_role("button").click()
    expect(audit.get_by_role("row", name="why")).to_contain_text("seen in the panel")
