"""Tell people by a webhook: Slack's, Teams', or one's own."""

from __future__ import annotations

import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from typing import IO

from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.secret import read
from jupyter_mlops.pipelines.durable.notice import Notice

_PATIENCE_S = 5.0
_TRIES = 3
_LOCAL = ("http://127.0.0.1", "http://localhost", "http://[::1]")


class WebhookNotifier:
    """Post a notice as JSON to each of its addresses, whose `text` Slack and its like show.

    Parameters
    ----------
    sleep
        Waits between tries.
    """

    def __init__(self, project: Project, sleep: Callable[[float], None] = time.sleep) -> None:
        self._project = project
        self._sleep = sleep

    def send(self, notice: Notice) -> None:
        """Post it to every address, three times at most.

        Raises
        ------
        Unavailable
            An address did not take it.
        """
        failed = [problem for reference in notice.to if (problem := self._post(reference, notice))]
        if failed:
            raise Unavailable(failed[0], hint="Check the address and the network.")

    def _post(self, reference: str, notice: Notice) -> str:
        """Return what went wrong, or nothing."""
        address = checked(read(self._project.root, reference), reference)
        body = {"text": f"{notice.title}\n{notice.body}", **notice.wire()}
        body.pop("to")
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            address, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        problem = ""
        for number in range(_TRIES):
            if number:
                self._sleep(2**number * random.uniform(0.5, 1.5))  # noqa: S311 - only to spread tries
            try:
                with urllib.request.build_opener(_NoRedirect).open(request, timeout=_PATIENCE_S) as answer:
                    answer.read(1_000)
            except urllib.error.HTTPError as error:
                problem = f"{reference} answered {error.code}."
                if error.code < 500:
                    break
            except (OSError, HTTPException) as error:
                problem = f"{reference} does not answer: {redact(str(error))}."
            else:
                return ""
        return problem


def checked(address: str, reference: str) -> str:
    """Return an address that notices may be posted to.

    Raises
    ------
    Invalid
        It is not encrypted, and not of this machine.
    """
    if address.startswith("https://") or address.startswith(_LOCAL):
        return address
    scheme = address.partition(":")[0]
    if scheme in {"http", address}:
        raise Invalid(f"{reference} is no https address.", hint="Notices are posted to https:// only.")
    raise Invalid(
        f"{reference} is an address of kind {scheme}:, which only apprise can tell.",
        hint='Install it: `pip install jupyter-mlops[notify]`, and set notifier = "apprise".',
    )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follow nobody elsewhere: a notice goes where its author said, or nowhere."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Refuse."""
        return
