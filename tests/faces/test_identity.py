"""Who somebody is over REST: whom the server's identity provider knows, with the roles that they have here."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import IdentityProvider, User
from tornado.httpclient import HTTPClientError, HTTPResponse
from tornado.web import RequestHandler

from jupyter_mlops.core import ledger
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from tests.docs.pages import blocks

Fetch = Callable[..., Awaitable[HTTPResponse]]


class Known(IdentityProvider):
    """An identity provider that knows people by a header, as one behind a proxy does."""

    def get_user(self, handler: RequestHandler) -> User | None:
        """Return whom the header names."""
        name = handler.request.headers.get("X-User")
        return User(name) if name else None

    def is_token_authenticated(self, handler: RequestHandler) -> bool:
        """No form of the browser's stands behind such a call."""
        return True


@pytest.fixture
def jp_server_config(jp_root_dir: Path) -> dict[str, Any]:
    """A server with the roles that the page on roles imposes, on a project whose own file says otherwise."""
    Project.create(jp_root_dir)
    (jp_root_dir / "pyproject.toml").write_text("[tool.jupyter-mlops.roles]\nbo = 'admin'\n")
    (jp_root_dir / "customers.csv").write_text("age\n31\n")
    said = blocks("docs/how-to/roles.md", "python")[0]
    _, _, imposed = said.partition("imposed = ")
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyter_mlops": True},
            "identity_provider_class": Known,
        },
        "MlopsExtension": {"imposed": json.loads(imposed)},
    }


async def said_by(fetch: Fetch, who: str, verb: str, **arguments: object) -> int:
    try:
        body, headers = json.dumps(arguments), {"X-User": who, "Authorization": "none"}
        return (await fetch("jupyter-mlops", "v1", verb, method="POST", body=body, headers=headers)).code
    except HTTPClientError as error:
        return error.code


def lines(root: Path) -> list[AuditEvent]:
    with Project(root).store.read() as connection:
        return list(ledger.entries(connection))


class TestIdentity:
    async def test_the_provider_says_who_it_is(self, jp_fetch: Fetch, jp_root_dir: Path) -> None:
        """Not the server's own user, and with the source that approvals may ask for."""
        assert await said_by(jp_fetch, "ada", "snapshot", table="customers.csv", name="customers") == 200
        (event,) = lines(jp_root_dir)
        assert (event.actor, event.source, event.face) == ("ada", "jupyter", "rest")

    async def test_roles_that_the_server_imposes_no_project_changes(
        self, jp_fetch: Fetch, jp_root_dir: Path
    ) -> None:
        """Bo calls himself an admin in the project's file; the refusal is a line."""
        assert await said_by(jp_fetch, "bo", "snapshot", table="customers.csv", name="customers") == 403
        (event,) = lines(jp_root_dir)
        assert (event.actor, event.outcome) == ("bo", "refused")
        assert "bo is viewer" in event.reason

    async def test_nobody_is_let_in_whom_it_does_not_know(self, jp_fetch: Fetch, jp_root_dir: Path) -> None:
        """Whatever they ask for."""
        assert await said_by(jp_fetch, "", "status") == 403
