"""The REST face: one route a verb, for those who may."""

from __future__ import annotations

import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from tornado.httpclient import HTTPClientError, HTTPResponse

from jupyter_mlops import catalog
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import MIME
from jupyter_mlops.faces import openapi

Fetch = Callable[..., Awaitable[HTTPResponse]]
SHOWN = {"Accept": MIME}
ROUTES = [f"jupyter-mlops/v1/{name}" for name in catalog.registry()]


@pytest.fixture
def jp_server_config(jp_root_dir: Path) -> dict[str, Any]:
    """A server that has the extension, rooted in a fresh project."""
    Project.create(jp_root_dir)
    (jp_root_dir / "c.csv").write_text("a,b\n1,x\n")
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_mlops": True}, "allow_unauthenticated_access": False}
    }


async def refused(call: Awaitable[HTTPResponse]) -> tuple[int, dict[str, Any]]:
    with pytest.raises(HTTPClientError) as error:
        await call
    assert error.value.response is not None
    body = error.value.response.body
    return error.value.code, json.loads(body) if body.startswith(b"{") else {}


def post(fetch: Fetch, verb: str, body: object, **options: Any) -> Awaitable[HTTPResponse]:
    return fetch("jupyter-mlops", "v1", verb, method="POST", body=json.dumps(body), **options)


class TestCall:
    async def test_a_verb_answers_with_its_record(self, jp_fetch: Fetch) -> None:
        """A live table is a file of the project on the wire."""
        made = json.loads((await post(jp_fetch, "snapshot", {"table": "c.csv", "name": "customers"})).body)
        assert made["ref"] == "customers@1"
        shown = json.loads((await post(jp_fetch, "load", {"ref": "customers@1"})).body)
        assert (shown["rows"], shown["columns"]) == (1, ["a", "b"])

    async def test_a_record_comes_with_its_card_and_figure_when_asked_for(self, jp_fetch: Fetch) -> None:
        """The figure is as Plotly draws it; a record without one has none."""
        await post(jp_fetch, "snapshot", {"table": "c.csv", "name": "customers"})
        told = json.loads((await post(jp_fetch, "profile", {"subject": "customers@1"}, headers=SHOWN)).body)
        assert told.keys() == {"kind", "card", "record", "figure"}
        assert told["figure"]["data"][0]["type"] == "bar"
        plain = json.loads((await post(jp_fetch, "datasets", {}, headers=SHOWN)).body)
        assert plain.keys() == {"kind", "card", "record"}

    @pytest.mark.parametrize(
        ("verb", "body", "status", "code"),
        [
            ("snapshot", {"table": "c.csv"}, 422, "invalid"),
            ("snapshot", {"table": "c.csv", "name": "a/../b"}, 422, "invalid"),
            ("snapshot", {"table": "../../etc/passwd", "name": "x"}, 404, "not-found"),
            ("load", {"ref": "nobody@1"}, 404, "not-found"),
            ("load", {"ref": "nobody@1", "colour": "red"}, 422, "invalid"),
            ("load", ["nobody@1"], 422, "invalid"),
        ],
    )
    async def test_an_error_has_a_status_a_sentence_and_a_hint(
        self, jp_fetch: Fetch, verb: str, body: object, status: int, code: str
    ) -> None:
        """No trace reaches the client."""
        found, said = await refused(post(jp_fetch, verb, body))
        assert (found, said["code"]) == (status, code)
        assert said["message"]
        assert "Traceback" not in said["message"]

    @pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"[" * 100_000, b'{"ref": '])
    async def test_a_broken_body_is_the_callers_fault(self, jp_fetch: Fetch, body: bytes) -> None:
        """Bad bytes, torn JSON and deep nesting are no server errors."""
        status, _ = await refused(jp_fetch("jupyter-mlops", "v1", "load", method="POST", body=body))
        assert status == 422

    async def test_a_folder_that_is_no_project_is_told_from_other_things_not_found(
        self, jp_fetch: Fetch, jp_root_dir: Path
    ) -> None:
        """The panel offers to make one; init does, and then the same call answers."""
        shutil.rmtree(jp_root_dir / ".mlops")
        (jp_root_dir / ".git").mkdir()
        status, said = await refused(post(jp_fetch, "status", {}))
        assert (status, said["code"]) == (404, "no-project")
        await post(jp_fetch, "init", {})
        assert (await post(jp_fetch, "status", {})).code == 200

    async def test_a_role_is_enforced(self, jp_fetch: Fetch, jp_root_dir: Path) -> None:
        """What a viewer may not do is refused with the reason."""
        (jp_root_dir / "pyproject.toml").write_text("[tool.jupyter-mlops]\ndefault-role = 'viewer'\n")
        status, said = await refused(post(jp_fetch, "snapshot", {"table": "c.csv", "name": "customers"}))
        assert (status, said["code"]) == (403, "refused")


class TestStranger:
    async def test_no_verb_answers_a_stranger(self, jp_fetch: Fetch) -> None:
        """Without a token every route says no."""
        stranger = {"Authorization": "none"}
        said = [
            await refused(jp_fetch(route, method="POST", body="{}", headers=stranger)) for route in ROUTES
        ]
        assert {status for status, _ in said} == {403}

    async def test_neither_does_the_document(self, jp_fetch: Fetch) -> None:
        """The list of verbs is for those who are in."""
        status, _ = await refused(
            jp_fetch("jupyter-mlops/v1/openapi.json", headers={"Authorization": "none"})
        )
        assert status in {302, 403}


class TestDocument:
    async def test_the_server_serves_it(self, jp_fetch: Fetch) -> None:
        """A client can be made from a running server."""
        found = json.loads((await jp_fetch("jupyter-mlops/v1/openapi.json")).body)
        assert set(found["paths"]) == {f"/{route}" for route in ROUTES}

    def test_it_is_valid_openapi(self) -> None:
        """By the specification's own validator."""
        validate(json.loads(json.dumps(openapi.document(catalog.registry()))))
