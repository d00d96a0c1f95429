from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from jupyter_mlops.core.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.apprise_notifier import AppriseNotifier
from jupyter_mlops.pipelines.durable.notice import Notice
from jupyter_mlops.pipelines.durable.webhook import WebhookNotifier, checked


class Listener:
    """An HTTP server that keeps what it is sent, and answers as told."""

    def __init__(self) -> None:
        self.heard: list[dict[str, object]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append(json.loads(body))
                code = outer.answers.pop(0) if outer.answers else 200
                self.send_response(code)
                if code == 302:
                    self.send_header("Location", outer.address + "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    made = Listener()
    monkeypatch.setenv("OPS_URL", made.address + "/token-1234")
    yield made
    made.server.shutdown()
    made.thread.join()


def notice(to: str = "env:OPS_URL") -> Notice:
    return Notice(
        event="failure",
        title="retrain failed",
        body="train: 1/0",
        execution="e1",
        pipeline="retrain",
        to=(to,),
    )


class TestWebhook:
    def test_it_posts_what_slack_shows(self, project: Project, listener: Listener) -> None:
        """The text, and the facts for whoever reads JSON; no address is in it."""
        WebhookNotifier(project).send(notice())
        (body,) = listener.heard
        assert body["text"] == "retrain failed\ntrain: 1/0"
        assert (body["event"], body["execution"]) == ("failure", "e1")
        assert "OPS_URL" not in json.dumps(body)

    def test_it_tries_again(self, project: Project, listener: Listener) -> None:
        """After an answer that may pass, waiting longer each time."""
        waits: list[float] = []
        listener.answers = [503, 500]
        WebhookNotifier(project, waits.append).send(notice())
        assert len(listener.heard) == 3
        assert 1 <= waits[0] <= 3
        assert 2 <= waits[1] <= 6

    @pytest.mark.parametrize(("code", "tries"), [(503, 3), (404, 1), (302, 1)])
    def test_it_gives_up(self, project: Project, listener: Listener, code: int, tries: int) -> None:
        """Soon, and without following anybody elsewhere; the address itself is not told."""
        listener.answers = [code] * 5
        with pytest.raises(Unavailable, match=f"env:OPS_URL answered {code}") as caught:
            WebhookNotifier(project, lambda _: None).send(notice())
        assert len(listener.heard) == tries
        assert "token-1234" not in str(caught.value)

    def test_nobody_there(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """One sentence."""
        monkeypatch.setenv("OPS_URL", "http://127.0.0.1:9")
        with pytest.raises(Unavailable, match="does not answer"):
            WebhookNotifier(project, lambda _: None).send(notice())

    def test_an_address_that_is_not_set(self, project: Project) -> None:
        """It says where to set it."""
        with pytest.raises(NotFound, match="env:NOTHING holds no secret"):
            WebhookNotifier(project).send(notice("env:NOTHING"))

    @pytest.mark.parametrize(
        "address", ["http://example.com/x", "nonsense", "slack://a/b", "file:///etc/passwd"]
    )
    def test_addresses_of_other_kinds(self, address: str) -> None:
        """Only encrypted ones, or those of this machine."""
        with pytest.raises(Invalid, match="env:IT"):
            checked(address, "env:IT")


class TestApprise:
    def test_it_carries_a_notice(
        self, project: Project, listener: Listener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """To any address that apprise knows."""
        monkeypatch.setenv("OPS_URL", listener.address.replace("http", "json"))
        AppriseNotifier(project).send(notice())
        assert listener.heard[0]["title"] == "retrain failed"

    def test_an_address_that_it_does_not_know(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The address itself is not told."""
        monkeypatch.setenv("OPS_URL", "carrierpigeon://secret")
        with pytest.raises(Unavailable, match="env:OPS_URL") as caught:
            AppriseNotifier(project).send(notice())
        assert "pigeon" not in str(caught.value)
