"""Kernels that failed cells have kept, taken up by the server, so that JupyterLab opens a notebook with one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from jupyter_client.multikernelmanager import MultiKernelManager
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado.web import HTTPError, authenticated

from jupyter_mlops.core.errors import MlopsError, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.rest import RESOURCE, ROOT
from jupyter_mlops.pipelines.running import kept


class KernelHandler(ExtensionHandlerMixin, APIHandler):
    """One kept kernel."""

    @authenticated
    @authorized("write", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def post(self, name: str) -> None:
        """Answer with the id that this server gives it."""
        start = Path(self.settings["server_root_dir"]).expanduser()
        try:
            found = await asyncio.to_thread(lambda: kept.find(Project.open(start), name))
            kernel = adopt(self.kernel_manager, Path(found.connection_file))
        except MlopsError as error:
            raise HTTPError(error.status, error.message) from None
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"id": kernel}))


def adopt(manager: MultiKernelManager, connection_file: Path) -> str:
    """Let the server know a kernel that it has not started, and return the id it has there.

    Raises
    ------
    Unavailable
        The server looks for such kernels elsewhere.
    """
    if manager.external_connection_dir is None:  # as with ServerApp.allow_external_kernels
        manager.external_connection_dir = str(connection_file.parent)
    manager.list_kernel_ids()
    for kernel, file in manager.kernel_id_to_connection_file.items():
        if file == connection_file:
            return str(kernel)
    raise Unavailable(
        f"The server looks for kernels in {manager.external_connection_dir}, not beside {connection_file}.",
        hint="Unset ServerApp.external_connection_dir.",
    )


def handlers() -> list[tuple[str, type[KernelHandler]]]:
    """Return the route."""
    return [(rf"{ROOT}/kernels/(\w+)", KernelHandler)]
