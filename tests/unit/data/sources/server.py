"""A real HTTP server on this machine, which can be told to say nothing."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """Serve bytes by path: `pages["/a.csv"] = b"…"`.

    Parameters
    ----------
    moved
        Where a path leads to.
    cut
        Paths of which only half is sent.
    seen
        The paths that were asked for.
    """

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.kinds: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.cut: set[str] = set()
        self.seen: list[str] = []
        self._done = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Answer no more."""
        self._done.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.seen.append(self.path)
                path = self.path.partition("?")[0]
                if path == "/silent.csv":
                    site._done.wait(20)
                elif path in site.moved:
                    self.send_response(302)
                    self.send_header("Location", site.moved[path])
                    self.end_headers()
                elif path in site.pages:
                    self.send_page(path)
                else:
                    self.send_error(500 if path == "/broken.csv" else 404)

            def send_page(self, path: str) -> None:
                content = site.pages[path]
                self.send_response(200)
                self.send_header("Content-Type", site.kinds.get(path, "application/octet-stream"))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if path in site.cut else content)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
