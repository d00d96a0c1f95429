"""Kernels that failed cells have kept, taken up by the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.connect import write_connection_file
from jupyter_client.multikernelmanager import MultiKernelManager
from tornado.httpclient import HTTPClientError, HTTPResponse

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.kernels import adopt

Fetch = Callable[..., Awaitable[HTTPResponse]]


@pytest.fixture
def connection_file(tmp_path: Path) -> Path:
    """Where a kernel that somebody else started would be found."""
    path = tmp_path / "external_kernels" / "jupyter-mlops-3f9a12.json"
    path.parent.mkdir()
    write_connection_file(str(path), kernel_name="python3")
    return path


class TestAdopt:
    def test_a_kernel_has_one_id_however_often_it_is_asked_for(self, connection_file: Path) -> None:
        """JupyterLab opens a notebook with it as with any other."""
        manager = MultiKernelManager()
        kernel = adopt(manager, connection_file)
        assert adopt(manager, connection_file) == kernel
        assert kernel in manager

    def test_a_server_that_looks_elsewhere_says_so(self, connection_file: Path, tmp_path: Path) -> None:
        """What its admin has decided stays."""
        manager = MultiKernelManager(external_connection_dir=str(tmp_path))
        with pytest.raises(Unavailable, match="looks for kernels in"):
            adopt(manager, connection_file)


class TestRoute:
    @pytest.fixture
    def jp_server_config(self, jp_root_dir: Path) -> dict[str, Any]:
        """A server on a project."""
        Project.create(jp_root_dir)
        extensions = {"jpserver_extensions": {"jupyter_mlops": True}}
        return {"ServerApp": {**extensions, "allow_unauthenticated_access": False}}

    @pytest.mark.parametrize(("headers", "status"), [({}, 404), ({"Authorization": "none"}, 403)])
    async def test_neither_unknown_kernels_nor_strangers(
        self, jp_fetch: Fetch, headers: dict[str, str], status: int
    ) -> None:
        """Only what this project's runs have kept."""
        options = {"headers": headers} if headers else {}
        with pytest.raises(HTTPClientError) as error:
            await jp_fetch("jupyter-mlops", "v1", "kernels", "3f9a12", method="POST", body="{}", **options)
        assert error.value.code == status
