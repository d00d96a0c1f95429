"""The route of signed calls on a real server: without login, and not without signature."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.schedule import schedule
from jupyter_mlops.pipelines.scheduling import schedules
from jupyter_mlops.pipelines.scheduling.hook import sign
from tests.notebooks.builder import write_notebook

KEY = "correct horse battery staple"
Send = Callable[..., Awaitable[HTTPResponse]]


@pytest.fixture
def jp_server_config(jp_root_dir: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A server of a project with a notebook that signed calls start."""
    monkeypatch.setenv("HOOK_SECRET", KEY)
    project = Project.create(jp_root_dir)
    write_notebook(jp_root_dir / "train.ipynb", "print(days)", parameters="days: int = 7")
    schedule(project, "train.ipynb", on="webhook:env:HOOK_SECRET")
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_mlops": True}, "allow_unauthenticated_access": False}
    }


@pytest.fixture
def send(jp_fetch: Send) -> Send:
    """Post as a stranger: no token, no cookie."""

    def post(
        body: bytes, headers: dict[str, str] | None = None, name: str = "train"
    ) -> Awaitable[HTTPResponse]:
        said = {"Authorization": "none", **(signed(body) if headers is None else headers)}
        return jp_fetch("jupyter-mlops", "v1", "hooks", name, method="POST", body=body, headers=said)

    return post


def signed(body: bytes, identity: str = "msg_1") -> dict[str, str]:
    timestamp = str(int(time.time()))
    return {
        "Webhook-Id": identity,
        "Webhook-Timestamp": timestamp,
        "Webhook-Signature": sign(KEY.encode(), identity, timestamp, body),
        "Content-Type": "application/json",
    }


async def test_a_signed_call_is_taken(send: Send, jp_root_dir: Path) -> None:
    """By somebody without a token; it waits for a worker."""
    answer = await send(b'{"days": 3}')
    assert (answer.code, json.loads(answer.body)) == (202, {"schedule": "train", "id": "msg_1"})
    with Project.open(jp_root_dir).store.read() as connection:
        (waiting,) = schedules.waiting(connection, ["train"])["train"]
    assert waiting["parameters"] == {"days": 3}


async def test_what_is_not_is_refused(send: Send) -> None:
    """As JSON where we speak; before the body is read when it is too large."""
    refused = [
        (b"{}", {}, "train", 403),
        (b"{}", signed(b"[]"), "train", 403),
        (b"{}", None, "nothing", 403),
        (b'{"days": "many"}', None, "train", 422),
        (b"x" * 1_000_001, {}, "train", 413),
        (b"{}", None, "..%2F..%2Fetc", 403),
    ]
    for body, headers, name, status in refused:
        with pytest.raises(HTTPClientError) as error:
            await send(body, headers, name)
        assert error.value.code == status
        assert error.value.response is not None
        assert b"Traceback" not in error.value.response.body


async def test_a_replay_is_refused(send: Send) -> None:
    """The second time it is a conflict."""
    headers = signed(b"{}")
    await send(b"{}", headers)
    with pytest.raises(HTTPClientError) as error:
        await send(b"{}", headers)
    assert error.value.code == 409
