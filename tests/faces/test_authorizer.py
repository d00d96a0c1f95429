"""Jupyter Server's authorizer: asked for each route by its own name, and what it refuses is an event."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError, HTTPResponse

from jupyter_mlops import catalog
from jupyter_mlops.core import ledger
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces import rest

Fetch = Callable[..., Awaitable[HTTPResponse]]
VERBS = list(catalog.registry().values())


class Guard(Authorizer):
    """Allow what is on the list, and remember what was asked."""

    allowed: set[tuple[str, str]] = set()
    asked: list[tuple[str, str]] = []

    def is_authorized(self, handler: object, user: object, action: str, resource: str) -> bool:
        """Whether the pair is on the list."""
        type(self).asked.append((action, resource))
        return (action, resource) in type(self).allowed


@pytest.fixture
def jp_server_config(jp_root_dir: Path) -> dict[str, Any]:
    """A server with the extension, a project, and a guard that allows nothing yet."""
    Project.create(jp_root_dir)
    Guard.allowed, Guard.asked = set(), []
    return {"ServerApp": {"jpserver_extensions": {"jupyter_mlops": True}, "authorizer_class": Guard}}


async def status_of(fetch: Fetch, verb: str) -> int:
    try:
        return (await fetch("jupyter-mlops", "v1", verb, method="POST", body="{}")).code
    except HTTPClientError as error:
        return error.code


class TestResource:
    async def test_every_route_asks_by_its_own_name(self, jp_fetch: Fetch) -> None:
        """And is refused when the guard says no, whatever the verb."""
        assert {await status_of(jp_fetch, verb.name) for verb in VERBS} == {403}
        expected = {
            ("read" if verb.effect == "read" else "write", f"jupyter_mlops:{verb.name}") for verb in VERBS
        }
        assert set(Guard.asked) == expected

    @pytest.mark.parametrize("order", [("status", "checkpoint"), ("checkpoint", "status")])
    async def test_one_route_s_leave_is_not_another_s(self, jp_fetch: Fetch, order: tuple[str, str]) -> None:
        """In either order: nothing of one call sticks to the next."""
        Guard.allowed = {("read", "jupyter_mlops:status")}
        for _ in range(2):
            found = {name: await status_of(jp_fetch, name) for name in order}
            assert found == {"status": 200, "checkpoint": 403}

    def test_no_method_is_without_a_resource(self) -> None:
        """The handlers besides the verbs' name theirs too."""
        source = Path(str(rest.__file__)).read_text(encoding="utf-8")
        assert source.count("authorized(") == source.count("resource=")


class TestEvent:
    async def test_a_refusal_is_a_line_of_the_ledger(self, jp_fetch: Fetch, jp_root_dir: Path) -> None:
        """With who, which verb, and who refused."""
        await status_of(jp_fetch, "promote")
        with Project(jp_root_dir).store.read() as connection:
            (event,) = ledger.entries(connection)
        assert (event.verb, event.outcome, event.face) == ("promote", "refused", "rest")
        assert "authorizer" in event.reason

    async def test_a_folder_without_a_project_keeps_none(self, jp_fetch: Fetch, jp_root_dir: Path) -> None:
        """And is made none by a refusal."""
        (jp_root_dir / ".mlops" / ".gitignore").unlink()
        (jp_root_dir / ".mlops").rmdir()
        (jp_root_dir / ".git").mkdir()
        assert await status_of(jp_fetch, "promote") == 403
        assert not (jp_root_dir / ".mlops").exists()


class TestJobs:
    async def test_they_are_guarded_too(self, jp_fetch: Fetch) -> None:
        """The list, one, and the document."""
        for path in ("jobs", "jobs/abc", "openapi.json"):
            with pytest.raises(HTTPClientError) as error:
                await jp_fetch("jupyter-mlops", "v1", *path.split("/"))
            assert error.value.code == 403
        assert json.dumps(Guard.asked) == json.dumps([("read", "jupyter_mlops")] * 3)
