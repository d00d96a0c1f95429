"""mail: a checkpoint as an attachment, through a server that is really there."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from jupyter_mlops.core import copies, destinations, mail
from jupyter_mlops.core.checkpoint import Checkpoint
from jupyter_mlops.core.errors import Invalid, Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance.verification import verify
from tests.unit.governance import ledgers
from tests.unit.governance.conftest import set_up
from tests.unit.governance.ledgers import write

MADE = Checkpoint(7, datetime(2026, 11, 1, tzinfo=UTC), "note of 7\n", (), ())


class _Session(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs: it greets, takes what is said, and keeps the message."""

    def handle(self) -> None:
        assert isinstance(self.server, Mailbox)
        self.wfile.write(b"220 mail\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.received.append(message_from_bytes(body, policy=policy.default))
            refuses = word == b"RCPT" and b"nobody" in line
            answer = b"550 no such user" if refuses else b"221 bye" if word == b"QUIT" else b"250 well"
            self.wfile.write(answer + b"\r\n")


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.received: list[EmailMessage] = []
        self.host = f"127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def attached(message: EmailMessage) -> tuple[str | None, str]:
    (part,) = message.iter_attachments()
    return part.get_filename(), str(part.get_payload(decode=True), "utf-8")


class TestMail:
    def test_the_note_is_attached_as_it_is(self, project: Project, mailbox: Mailbox) -> None:
        """Under the name that a folder would give it."""
        destinations.send(project, f"smtp://{mailbox.host}/audit@example.com?from=shop@example.com", MADE)
        (message,) = mailbox.received
        assert (message["To"], message["From"]) == ("audit@example.com", "shop@example.com")
        assert message["Subject"] == "Checkpoint of 7 lines"
        assert attached(message) == ("checkpoint-000000000007.txt", "note of 7\n")

    def test_what_came_by_mail_shows_a_rewritten_ledger(
        self, project: Project, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        """The attachment, kept as a file, against everything written anew here."""
        set_up(project, f"checkpoint_copy = ['smtp://{mailbox.host}/audit@example.com']")
        write(project, 3)
        assert copies.standing(project)[0].size == 1
        name, text = attached(mailbox.received[0])
        assert name is not None
        (tmp_path / name).write_text(text)
        assert verify(project, against=[str(tmp_path)]).flaws == ()
        ledgers.execute(project, "UPDATE ledger SET actor = 'eve' WHERE seq = 1")
        ledgers.rechain(project)
        ledgers.drop_checkpoints(project)
        assert verify(project).flaws == ()
        assert any("another ledger" in flaw for flaw in verify(project, against=[str(tmp_path)]).flaws)


class TestTrouble:
    def test_a_server_that_refuses_or_is_away(self, project: Project, mailbox: Mailbox) -> None:
        """Said, and tried again with the next checkpoint."""
        with pytest.raises(Unavailable, match="no such user"):
            destinations.send(project, f"smtp://{mailbox.host}/nobody@example.com", MADE)
        with pytest.raises(Unavailable, match="does not take the mail"):
            destinations.send(project, "smtp://127.0.0.1:9/audit@example.com", MADE)

    @pytest.mark.parametrize(
        "place", ["smtp://mail.example.com", "smtp://mail.example.com/audit", "smtp:///a@b"]
    )
    def test_a_place_without_a_server_or_an_address(self, project: Project, place: str) -> None:
        with pytest.raises(Invalid, match="names no server and address"):
            destinations.send(project, place, MADE)

    def test_no_password_goes_into_a_file_of_the_project_or_over_an_open_line(self, mailbox: Mailbox) -> None:
        """It belongs into the environment, and behind TLS."""
        place = f"smtp://ada:pw@{mailbox.host}/audit@example.com"
        with pytest.raises(Refused, match=r"ada:\*\*\*@") as error:
            mail.send(place, MADE, name="a", is_shared=True)
        assert "pw@" not in str(error.value)
        with pytest.raises(Unavailable, match="offers no TLS"):
            mail.send(place, MADE, name="a", is_shared=False)
        assert mailbox.received == []
