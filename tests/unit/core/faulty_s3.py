"""A real S3 endpoint on this machine, which can be told to fail."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.request import Request, urlopen

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

Environ = dict[str, object]
Start = Callable[..., object]

SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
SKEWED = b"<Error><Code>RequestTimeTooSkewed</Code><Message>The clocks differ too much.</Message></Error>"


@dataclass
class FaultyS3:
    """Serve S3 by HTTP, with faults for the next requests.

    Parameters
    ----------
    slow_downs
        How many requests are answered with 503.
    cut
        Keep only half of what is put, and say that all is well.
    stale
        Answer every listing as it was answered first.
    is_skewed
        Say that the clocks differ.
    seen
        Methods and paths of the requests.
    """

    slow_downs: int = 0
    cut: bool = False
    stale: bool = False
    is_skewed: bool = False
    seen: list[tuple[str, str]] = field(default_factory=list)
    _listings: dict[str, tuple[str, list[tuple[str, str]], bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        urlopen(Request(f"{self.url}/moto-api/reset", method="POST"), timeout=10).close()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        method, path = str(environ["REQUEST_METHOD"]), str(environ["PATH_INFO"])
        self.seen.append((method, path))
        if self.slow_downs:
            self.slow_downs -= 1
            return _error(environ, start, "503 Slow Down", SLOW_DOWN)
        if self.is_skewed:
            return _error(environ, start, "403 Forbidden", SKEWED)
        if self.cut and method == "PUT" and path.count("/") > 2:
            _halve(environ)
        if self.stale and "list-type" in str(environ.get("QUERY_STRING")):
            return self._stale(environ, start)
        return self._moto(environ, start)

    def _stale(self, environ: Environ, start: Start) -> Iterable[bytes]:
        query = str(environ["QUERY_STRING"])
        if query not in self._listings:
            heard: list[object] = []
            body = b"".join(self._moto(environ, lambda *given, **_: heard.extend(given)))
            self._listings[query] = str(heard[0]), list(heard[1]), body  # type: ignore[call-overload]
        status, headers, body = self._listings[query]
        start(status, headers)
        return [body]


def _error(environ: Environ, start: Start, status: str, body: bytes) -> Iterable[bytes]:
    stream = environ["wsgi.input"]
    stream.read(int(str(environ.get("CONTENT_LENGTH") or 0)))  # type: ignore[attr-defined]
    start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
    return [body]


def _halve(environ: Environ) -> None:
    for name in [name for name in environ if "CHECKSUM" in name or name == "HTTP_CONTENT_MD5"]:
        del environ[name]
    if "aws-chunked" in str(environ.get("HTTP_CONTENT_ENCODING", "")):
        return
    content = environ["wsgi.input"].read(int(str(environ["CONTENT_LENGTH"])))  # type: ignore[attr-defined]
    half = content[: len(content) // 2]
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(half), str(len(half))
