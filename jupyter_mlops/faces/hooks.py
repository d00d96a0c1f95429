"""The route of signed calls: nobody logs in here, and nothing but a signature opens it."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from pathlib import Path

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado.http1connection import HTTP1Connection
from tornado.web import HTTPError, stream_request_body

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.opening import imposed
from jupyter_mlops.faces.rest import ROOT
from jupyter_mlops.pipelines.scheduling import hook


@stream_request_body
class HookHandler(ExtensionHandlerMixin, JupyterHandler):
    """Take calls for one schedule."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse what is too large before it is read."""
        await super().prepare()
        self._chunks: list[bytes] = []
        if isinstance(self.request.connection, HTTP1Connection):
            self.request.connection.set_max_body_size(hook.LARGEST)
        given = self.request.headers.get("Content-Length", "0")
        if given.isdecimal() and int(given) > hook.LARGEST:
            raise HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def check_xsrf_cookie(self) -> None:
        """Pass: no cookie opens this route, so that none can be ridden on."""

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body, whose bytes are what is signed."""
        self._chunks.append(chunk)

    @allow_unauthenticated
    async def post(self, name: str) -> None:
        """Answer 202 when the call was taken; a worker launches what it asks for."""
        headers = {key.lower(): value for key, value in self.request.headers.items()}
        start = Path(self.settings["server_root_dir"]).expanduser()
        admin = imposed(self.config)
        body = b"".join(self._chunks)

        def receive() -> hook.Taken:
            return hook.receive(Project.open(start, admin=admin), name, headers, body)

        try:
            taken = await asyncio.get_running_loop().run_in_executor(None, receive)
        except MlopsError as error:
            self._reply(error.status, error.wire())
        else:
            self._reply(HTTPStatus.ACCEPTED, taken.wire())

    def _reply(self, status: int, body: dict[str, object]) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(body, ensure_ascii=False, allow_nan=False))


def handlers() -> list[tuple[str, type[HookHandler]]]:
    """Return the route."""
    return [(rf"{ROOT}/hooks/([\w.-]{{1,128}})", HookHandler)]
