"""The REST face: one authenticated, authorised POST route for each verb."""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar

from jupyter_server.auth.decorator import authorized
from jupyter_server.auth.identity import IdentityProvider, PasswordIdentityProvider
from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated

from jupyter_mlops import catalog
from jupyter_mlops.core import door
from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import MIME, Record
from jupyter_mlops.core.verb import Verb
from jupyter_mlops.faces import openapi, references
from jupyter_mlops.faces.jobs import Jobs
from jupyter_mlops.faces.opening import imposed, open_project
from jupyter_mlops.faces.render import as_record

RESOURCE = "jupyter_mlops"  # of a verb: `jupyter_mlops:promote`
Found = TypeVar("Found")
ROOT = "/jupyter-mlops/v1"


class _Handler(ExtensionHandlerMixin, APIHandler):
    """What every route shares: errors as JSON, and who is asking."""

    @property
    def jobs(self) -> Jobs:
        """The server's long calls."""
        found = self.settings["mlops_jobs"]
        if not isinstance(found, Jobs):
            raise TypeError(f"{type(found).__name__} keeps no jobs")
        return found

    def reply(self, status: int, body: Mapping[str, object]) -> None:
        """Send a JSON body."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(body, ensure_ascii=False, allow_nan=False))

    def answer(self, record: Record) -> None:
        """Send a record, together with its card and its figure when the client asks for our own type."""
        if MIME in self.request.headers.get("Accept", ""):
            figure = record.figure()
            self.reply(200, record.with_card() | ({} if figure is None else {"figure": figure}))
        else:
            self.reply(200, record.wire())

    def complain(self, error: MlopsError) -> None:
        """Send an error as its status, sentence and hint."""
        self.reply(error.status, error.wire())

    def actor(self) -> Actor:
        """Return the identity provider's user; a bare token server only knows the operating system's."""
        if type(self.identity_provider) in {IdentityProvider, PasswordIdentityProvider}:
            return Actor.of_system()
        return Actor(self.current_user.username, "jupyter")

    def body(self) -> dict[str, object]:
        """Return the request's JSON object."""
        try:
            found = json.loads(self.request.body.decode("utf-8") or "{}")
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise Invalid(f"The body is no JSON: {error}.", hint="Send an object, like {}.") from None
        if not isinstance(found, dict):
            raise Invalid(f"The body is a JSON {type(found).__name__}.", hint="Send an object, like {}.")
        return found


class JobsHandler(_Handler):
    """The actor's long calls on this server."""

    @authenticated
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Answer with all of them, newest first."""
        jobs = self.jobs.listed(self.actor().name)
        self.reply(200, {"jobs": [job.wire(is_whole=False) for job in jobs]})


class JobHandler(_Handler):
    """One long call."""

    @authenticated
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self, job_id: str) -> None:
        """Answer with its state, and what it answered."""
        try:
            self.reply(200, self.jobs.find(job_id, self.actor().name).wire())
        except MlopsError as error:
            self.complain(error)

    @authenticated
    @authorized("write", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def delete(self, job_id: str) -> None:
        """Ask it to stop."""
        try:
            self.reply(200, self.jobs.cancel(job_id, self.actor().name).wire())
        except MlopsError as error:
            self.complain(error)


class OpenApiHandler(_Handler):
    """Serve the OpenAPI document."""

    @authenticated
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Answer with the document."""
        self.reply(200, openapi.document(catalog.registry()))


class _VerbHandler(_Handler):
    """What the routes of all verbs share."""

    verb: ClassVar[Verb]

    async def enter(self) -> None:
        """Call the verb, at once or as a job."""
        try:
            given, project = self.body(), self.project()
            work = partial(_answered, project, self.verb, given)
            if "respond-async" in self.request.headers.get("Prefer", ""):
                self.reply(202, self.jobs.start(self.verb.name, self.actor().name, work).wire())
                return
            self.answer(await _in_thread(work))
        except MlopsError as error:
            self.complain(error)

    def project(self) -> Project:
        """Open the project that the server serves, in the actor's hands."""
        start = Path(self.settings["server_root_dir"]).expanduser()
        return open_project(self.verb, start, actor=self.actor(), admin=imposed(self.config))

    def turned_away(self) -> None:
        """Record what the server's authorizer refused: a refusal is an event, whoever refuses."""
        with suppress(MlopsError):
            reason = "The server's authorizer refused."
            door.turned_away(self.project(), self.verb, face="rest", reason=reason)


def route(verb: Verb) -> tuple[str, type[_Handler]]:
    """Make the route of one verb."""
    action = "read" if verb.effect == "read" else "write"
    guarded: Callable[[_VerbHandler], Awaitable[None]] = authorized(
        action, resource=f"{RESOURCE}:{verb.name}"
    )(_VerbHandler.enter)

    class VerbHandler(_VerbHandler):
        @authenticated
        async def post(self) -> None:
            try:
                await guarded(self)
            except HTTPError as error:
                if error.status_code == 403:
                    await _in_thread(self.turned_away)
                raise

    VerbHandler.verb = verb
    VerbHandler.__name__ = VerbHandler.__qualname__ = f"{verb.name.title()}Handler"
    VerbHandler.__doc__ = verb.summary
    return f"{ROOT}/{verb.name}", VerbHandler


def handlers(base_url: str = "") -> list[tuple[str, type[_Handler]]]:
    """Return every route, below *base_url*."""
    routes = [route(verb) for verb in catalog.registry().values()]
    routes += [
        (f"{ROOT}/openapi.json", OpenApiHandler),
        (f"{ROOT}/jobs", JobsHandler),
        (rf"{ROOT}/jobs/(\w+)", JobHandler),
    ]
    return [(url_path_join(base_url, path) if base_url else path, handler) for path, handler in routes]


def _answered(project: Project, verb: Verb, given: Mapping[str, object]) -> Record:
    values = references.resolve(project, verb, given)
    return as_record(door.enter(project, verb, values, face="rest"))


async def _in_thread(work: Callable[[], Found]) -> Found:
    """Run the verb beside the server's loop."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(None, context.run, work)
