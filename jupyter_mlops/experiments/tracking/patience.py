"""Waiting for a server no longer than told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import TypeVar
from urllib.parse import urlsplit

Answer = TypeVar("Answer")
_PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}


def why_silent(error: Exception, timeout_s: float) -> str:
    """Say in a few words why a request got no answer."""
    import requests

    if isinstance(error, requests.Timeout) or "timed out" in str(error):  # urllib3 wraps its own time-out
        return f"did not answer within {timeout_s:g} s"
    if "refused" in str(error):
        return "refuses connections"
    if "resol" in str(error):
        return "has no known address"
    return "broke the connection"


def dial(uri: str, timeout_s: float) -> str:
    """Say why nobody takes a connection at the database that *uri* names; nothing, if somebody does."""
    parts = urlsplit(uri)
    port = parts.port or _PORTS.get(parts.scheme.partition("+")[0])
    if parts.hostname is None or port is None:
        return ""
    try:
        socket.create_connection((parts.hostname, port), timeout=timeout_s).close()
    except TimeoutError:
        return f"did not answer within {timeout_s:g} s"
    except OSError as error:
        return f"cannot be reached: {error.strerror or error}"
    return ""


def within(timeout_s: float, ask: Callable[[], Answer]) -> Answer:
    """Ask in a thread that may be left behind: neither looking up a name nor a slow answer knows a time-out.

    Raises
    ------
    TimeoutError
        There is no answer yet; the thread goes on, unheard.
    """
    answer: Future[Answer] = Future()
    context = copy_context()

    def wait() -> None:
        try:
            answer.set_result(context.run(ask))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the asker hears it
            answer.set_exception(error)

    threading.Thread(target=wait, daemon=True).start()
    return answer.result(timeout_s)
