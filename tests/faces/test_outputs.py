"""The executed notebooks, for whoever may look."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

from jupyter_mlops.core.project import Project
from tests.notebooks.builder import write_notebook

Fetch = Callable[..., Awaitable[HTTPResponse]]
RUN = "20261121-063000-3f9a12"


@pytest.fixture
def jp_server_config(jp_root_dir: Path) -> dict[str, Any]:
    """A server on a project that has one executed notebook."""
    project = Project.create(jp_root_dir)
    write_notebook(project.folder / "runs" / RUN / "train/train.ipynb", "1 + 1")
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_mlops": True}, "allow_unauthenticated_access": False}
    }


def get(fetch: Fetch, *path: str, **options: Any) -> Awaitable[HTTPResponse]:
    return fetch("jupyter-mlops", "v1", "outputs", *path, **options)


async def status_of(call: Awaitable[HTTPResponse]) -> int:
    with pytest.raises(HTTPClientError) as error:
        await call
    return error.value.code


class TestOutputs:
    async def test_a_notebook_is_told_as_the_contents_service_would(self, jp_fetch: Fetch) -> None:
        """JupyterLab opens it like any other, but nobody can change it or trust it unseen."""
        found = json.loads((await get(jp_fetch, RUN, "train", "train.ipynb")).body)
        assert (found["type"], found["format"], found["writable"]) == ("notebook", "json", False)
        (cell,) = found["content"]["cells"]
        assert cell["source"] == "1 + 1"
        assert cell["metadata"] == {"trusted": False}

    async def test_its_state_can_be_asked_for_alone(self, jp_fetch: Fetch) -> None:
        """Who watches a notebook grow reads its cells only when they have changed."""
        found = json.loads((await get(jp_fetch, RUN, "train", "train.ipynb", params={"content": "0"})).body)
        assert found["content"] is None
        assert found["last_modified"]

    @pytest.mark.parametrize(
        "path",
        ["nobody.ipynb", "../mlops.db", "%2e%2e/%2e%2e/train.ipynb", f"{RUN}/train", "../../../x.ipynb"],
    )
    async def test_nothing_else_can_be_read(self, jp_fetch: Fetch, jp_root_dir: Path, path: str) -> None:
        """Neither other files nor other folders."""
        write_notebook(jp_root_dir / "train.ipynb", "1")
        assert await status_of(get(jp_fetch, path)) == 404

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE"])
    async def test_nothing_can_be_written(self, jp_fetch: Fetch, method: str) -> None:
        """There is no such method."""
        body = None if method == "DELETE" else "{}"
        call = get(jp_fetch, RUN, "train", "train.ipynb", method=method, body=body)
        assert await status_of(call) == 405

    async def test_a_stranger_is_turned_away(self, jp_fetch: Fetch) -> None:
        """It takes what every route takes."""
        call = get(jp_fetch, RUN, "train", "train.ipynb", headers={"Authorization": "none"})
        assert await status_of(call) == 403
