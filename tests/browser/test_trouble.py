"""What goes wrong, and how the page bears it."""

import signal

from playwright.sync_api import expect

HOSTILE = '<img src=x onerror="window.hacked = true">\u202e'


def test_hostile_names_are_shown_as_text_everywhere(desk):
    desk.lab.hostile(HOSTILE)
    desk.command("jupyter-mlops:refresh")
    runs = desk.fold_others("Runs")
    row = runs.get_by_role("listitem").filter(has_text="<img src=x")
    expect(row).to_be_visible()
    row.get_by_role("button").click()
    desk.lab.verb("promote", version="tumour@2", to="staging")
    desk.lab.verb("promote", version="tumour@1", to="staging", note=HOSTILE)
    audit = desk.fold_others("Audit")
    newest = audit.get_by_role("listitem").first
    expect(newest).to_contain_text("promote tumour@1")
    newest.get_by_role("button").click()
    expect(audit.get_by_role("row", name="why")).to_contain_text("<img src=x")
    assert desk.page.evaluate("window.hacked") is None
    assert desk.panel.locator("img").count() == 0


def test_a_killed_server_leaves_the_last_answer_and_its_return_goes_on(desk):
    models = desk.fold_others("Models")
    row = models.get_by_role("listitem").filter(has_text="tumour@2")
    expect(row).to_be_visible()
    desk.forgives.append("Failed to fetch")  # JupyterLab's own, of a server that is gone
    desk.lab.stop(signal.SIGKILL)
    desk.command("jupyter-mlops:refresh")
    expect(models.get_by_text("The server does not answer.")).to_be_visible()
    expect(row).to_be_visible()
    desk.lab.start()
    expect(models.get_by_text("The server does not answer.")).to_be_hidden()
    desk.lab.verb("promote", version="tumour@2", to="revived")
    expect(row).to_contain_text("revived")


def test_a_server_of_another_version_is_named_and_nothing_can_be_changed(desk):
    def lie(route):
        answer = route.fetch()
        body = answer.json()
        body["record"]["version"] = "9.9.9"
        route.fulfill(response=answer, json=body)

    desk.page.route("**/jupyter-mlops/v1/status**", lie)
    desk.command("jupyter-mlops:refresh")
    expect(desk.panel.get_by_role("alert").first).to_contain_text("jupyter-mlops 9.9.9")
    models = desk.fold_others("Models")
    models.get_by_role("button", name="tumour@2", exact=True).click()
    promote = models.get_by_role("button", name="Promote", exact=True)
    expect(promote).to_have_attribute("aria-disabled", "true")


def test_a_viewer_is_told_why_nothing_may_be_promoted(desk):
    def demote(route):
        answer = route.fetch()
        body = answer.json()
        body["record"]["role"] = "viewer"
        route.fulfill(response=answer, json=body)

    desk.page.route("**/jupyter-mlops/v1/status**", demote)
    desk.command("jupyter-mlops:refresh")
    models = desk.fold_others("Models")
    models.get_by_role("button", name="tumour@2", exact=True).click()
    promote = models.get_by_role("button", name="Promote", exact=True)
    expect(promote).to_have_attribute("title", "It takes the role approver; yours is viewer.")


def test_ten_thousand_runs_stay_a_few_rows_in_the_page(desk):
    run = desk.lab.verb("runs", limit=1)["runs"][0]

    def many(route):
        asked = route.request.post_data_json
        start, limit = int(asked.get("page") or 0), asked["limit"]
        rows = [run | {"id": f"{n:08d}{'0' * 24}", "name": f"run-{n}"} for n in range(start, start + limit)]
        following = str(start + limit) if start + limit < 10_000 else None
        route.fulfill(json={"runs": rows, "query": "", "limit": limit, "next_page": following})

    desk.page.route("**/jupyter-mlops/v1/runs**", many)
    desk.command("jupyter-mlops:refresh")
    runs = desk.fold_others("Runs")
    expect(runs.get_by_role("button", name="run-0", exact=True)).to_be_visible()
    reel = runs.get_by_role("list")
    for _ in range(25):
        reel.evaluate("node => node.scrollTo(0, node.scrollHeight)")
        desk.page.wait_for_timeout(60)
    assert runs.get_by_role("listitem").count() < 80
    assert int(runs.get_by_role("listitem").last.get_attribute("aria-posinset") or 0) > 1_000
