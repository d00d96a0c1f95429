"""The executed notebooks, as Jupyter's contents service tells of files: read only, and while they are being made.

They lie in a hidden folder, which the server's own contents service keeps closed.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado.web import HTTPError, authenticated

from jupyter_mlops.core.errors import MlopsError, NotFound
from jupyter_mlops.core.project import Project, confined
from jupyter_mlops.faces.rest import RESOURCE, ROOT
from jupyter_mlops.pipelines.file import document


class OutputHandler(ExtensionHandlerMixin, APIHandler):
    """One executed notebook; there is no way to write one."""

    @authenticated
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self, path: str) -> None:
        """Answer with what is known of it, and with its cells unless `content=0`."""
        start = Path(self.settings["server_root_dir"]).expanduser()
        has_content = self.get_query_argument("content", "1") != "0"

        def read() -> dict[str, object]:
            return model(Project.open(start), path, has_content=has_content)

        try:
            found = await asyncio.to_thread(read)
        except MlopsError as error:
            raise HTTPError(error.status, error.message) from None
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(found, ensure_ascii=False))


def model(project: Project, path: str, *, has_content: bool = True) -> dict[str, object]:
    """Return an executed notebook as the contents service would: nothing in it is trusted, and it cannot be saved.

    Parameters
    ----------
    path
        From the folder of runs, like 20261101-063000-3f9a12/train/train.ipynb.

    Raises
    ------
    NotFound
        There is no such notebook among the runs'.
    Invalid
        It is no whole notebook.
    """
    runs = project.folder / "runs"
    if not path.endswith(".ipynb"):
        raise NotFound(f"{path!r} is no notebook.", hint="List executions with `%mlops executions`.")
    file = confined(runs, path)
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat()
    node = document.read(file, path).node if has_content else None
    for cell in node.cells if node is not None else ():
        cell.metadata["trusted"] = False
    return {
        "name": file.name,
        "path": path,
        "type": "notebook",
        "format": None if node is None else "json",
        "mimetype": None,
        "content": node,
        "writable": False,
        "created": changed,
        "last_modified": changed,
    }


def handlers() -> list[tuple[str, type[OutputHandler]]]:
    """Return the route."""
    return [(rf"{ROOT}/outputs/(.+)", OutputHandler)]
