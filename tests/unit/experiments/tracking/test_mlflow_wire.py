"""A tracker that does not answer costs seconds, whoever asks and however often."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jupyter_mlops.core.clock import SystemClock
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import RunLog
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from jupyter_mlops.experiments.tracking.mlflow_wire import Wire
from tests.fakes import FakeClock


def tracker_at(uri: str, root: Path) -> MlflowTracker:
    project = Project(root, admin={"tracking_uri": uri, "tracker_timeout_s": 0.5})
    project.prepare()
    return MlflowTracker(project)


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that accepts and never answers, as one that was stopped does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def refusing() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def dripping() -> Iterator[str]:
    """A server that is well, and sends its answers a byte at a time."""
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0" if self.path == "/health" else "1000")
            self.end_headers()
            while self.path != "/health" and not done.wait(0.2):
                self.wfile.write(b" ")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        done.set()
        server.shutdown()


class TestSilence:
    def test_a_server_that_never_answers_is_unavailable_soon(self, silent: str, tmp_path: Path) -> None:
        """The wait is our own, not MLflow's minutes."""
        begun = time.monotonic()
        with pytest.raises(Unavailable, match=r"did not answer within 0\.5 s"):
            tracker_at(silent, tmp_path).runs()
        assert time.monotonic() - begun < 5

    def test_further_calls_fail_at_once(self, silent: str, tmp_path: Path) -> None:
        """A verb of many calls waits once."""
        tracker = tracker_at(silent, tmp_path)
        with pytest.raises(Unavailable):
            tracker.runs()
        begun = time.monotonic()
        for _ in range(20):
            with pytest.raises(Unavailable):
                tracker.runs()
        assert time.monotonic() - begun < 0.5

    def test_a_server_that_refuses_is_unavailable(self, refusing: str, tmp_path: Path) -> None:
        """Nobody listens: that is said, with the address."""
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1.* refuses connections"):
            tracker_at(refusing, tmp_path).runs()

    def test_an_unknown_host_is_unavailable(self, tmp_path: Path) -> None:
        """Looking up a name has a time-out too."""
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            tracker_at("http://no-such-host.invalid:5000", tmp_path).runs()
        assert time.monotonic() - begun < 5

    def test_a_database_that_refuses_is_unavailable(self, refusing: str, tmp_path: Path) -> None:
        """A store behind a database is knocked at before MLflow's ten tries."""
        with pytest.raises(Unavailable, match="cannot be reached"):
            tracker_at(refusing.replace("http", "postgresql") + "/mlflow", tmp_path).runs()

    def test_a_password_in_the_address_is_not_told(self, refusing: str, tmp_path: Path) -> None:
        """The message names the server, not how to enter it."""
        with pytest.raises(Unavailable) as caught:
            tracker_at(refusing.replace("http://", "http://ada:hunter2hunter2@"), tmp_path).runs()
        assert "hunter2" not in str(caught.value)

    def test_an_answer_that_comes_byte_by_byte_is_not_waited_for(self, dripping: str, tmp_path: Path) -> None:
        """Each byte is in time; the whole is not."""
        with pytest.raises(Unavailable, match=r"did not finish its answer within 1\.5 s"):
            tracker_at(dripping, tmp_path).runs()

    def test_it_is_asked_again_after_a_few_seconds(self, refusing: str) -> None:
        """A server that was started meanwhile is found."""
        clock = FakeClock()
        wire = Wire(refusing, 0.5, clock)
        with pytest.raises(Unavailable), wire.calling():
            pass
        with socket.create_server(("127.0.0.1", int(refusing.rpartition(":")[2]))) as listening:
            threading.Thread(target=_answer_once, args=[listening], daemon=True).start()
            clock.advance(6)
            with wire.calling():
                pass


class TestLostAnswer:
    @pytest.fixture
    def forgetful(self) -> Iterator[tuple[str, list[str]]]:
        """A server that does what it is asked, and breaks the connection before each answer to a POST."""
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def do_POST(self) -> None:
                asked.append(self.path)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
            server.shutdown()

    def test_what_may_be_repeated_is_asked_twice(
        self, forgetful: tuple[str, list[str]], tmp_path: Path
    ) -> None:
        """A tag whose answer was lost is sent once more."""
        uri, asked = forgetful
        tracker = tracker_at(uri, tmp_path)
        with pytest.raises(Unavailable), tracker._calling() as client:
            client.set_tag("a" * 32, "k", "v")
        assert len(asked) == 2

    def test_a_creation_is_never_sent_twice_unseen(
        self, forgetful: tuple[str, list[str]], tmp_path: Path
    ) -> None:
        """A run whose answer was lost may exist: MLflow's own retry would make a second one."""
        uri, asked = forgetful
        tracker = tracker_at(uri, tmp_path)
        with pytest.raises(Unavailable), tracker._calling() as client:
            client.create_run("0")
        assert len(asked) == 1


class TestInstall:
    def test_other_servers_keep_mlflows_own_limits(self, refusing: str) -> None:
        """Only requests to the project's own tracker pass our gate."""
        from mlflow.utils import rest_utils

        Wire(refusing, 0.5, SystemClock()).install()
        gate = rest_utils._get_http_response_with_retries
        assert all(not "http://elsewhere:5000/x".startswith(f"{prefix}/") for prefix in gate.wires)

    def test_installing_twice_makes_one_gate(self, refusing: str) -> None:
        """Every tracker of a process shares it."""
        from mlflow.utils import rest_utils

        Wire(refusing, 0.5, SystemClock()).install()
        first = rest_utils._get_http_response_with_retries
        Wire(refusing, 0.5, SystemClock()).install()
        assert rest_utils._get_http_response_with_retries is first

    def test_logging_to_a_server_that_fell_silent_is_unavailable(self, silent: str, tmp_path: Path) -> None:
        """A run that was under way is not waited for."""
        tracker = tracker_at(silent, tmp_path)
        tracker._wire._answered()
        run = _run()
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            tracker.log(run, RunLog(metrics={"auc": 0.9}))
        assert time.monotonic() - begun < 5


def _run():  # type: ignore[no-untyped-def]
    from datetime import UTC, datetime

    from jupyter_mlops.core.tracker import Run

    return Run(id="a" * 32, name="r", status="running", started_at=datetime.now(UTC))


def _answer_once(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    connection.close()
