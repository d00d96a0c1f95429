"""Answer the runner's requests, which are messages of a kind of their own: no cell, name or hook is touched."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from . import limits, vault

REQUEST, REPLY = "jupyter_mlops_request", "jupyter_mlops_reply"
_FLUSH_S, _LAST_FLUSH_S = 2.0, 0.2
Foreign = Any  # of a library that this must not import
Answer = Callable[..., "dict[str, object] | None"]


class Session(Protocol):
    """What signs and sends messages."""

    send: Callable[..., object]


class Kernel(Protocol):
    """The part of an IPython kernel that this needs."""

    shell_handlers: dict[str, Callable[..., object]]
    session: Session
    shell: Foreign
    iopub_socket: Foreign


def install(limit: int) -> None:
    """Let the kernel understand the runner, and send no more than *limit* characters at a time."""
    from ipykernel.kernelapp import IPKernelApp

    kernel: Kernel = IPKernelApp.instance().kernel
    streams = sys.stdout, sys.stderr
    _wait_no_longer(streams, _FLUSH_S)
    answers: dict[str, Answer] = {"secrets": vault.resolve}
    answers["end"] = functools.partial(_end, kernel, streams)
    answers["begin_checkpoints"] = functools.partial(_begin_checkpoints, kernel, answers)
    kernel.shell_handlers[REQUEST] = functools.partial(_reply, kernel, answers)
    kernel.session.send = limits.Gate(kernel.session.send, limits.Meter(limit), REQUEST)


def _wait_no_longer(streams: Iterable[object], seconds: float) -> None:
    """Bound how long a flush waits: one that comes while ipykernel shuts down waits in vain, ten seconds by default."""
    for stream in streams:
        setattr(stream, "flush_timeout", seconds)  # noqa: B010 - only ipykernel's streams have it


def _end(kernel: Kernel, streams: Iterable[object]) -> None:
    """Prepare for the end: a thread of ipykernel's may then wait for ever for another that has gone already."""
    import zmq

    _wait_no_longer(streams, _LAST_FLUSH_S)
    with suppress(AttributeError):
        context = kernel.iopub_socket.io_thread.socket.context
        context.setsockopt(zmq.SNDTIMEO, int(_LAST_FLUSH_S * 1000))  # of sockets that are opened from now on


def _begin_checkpoints(kernel: Kernel, answers: dict[str, Answer], **options: Foreign) -> dict[str, object]:
    from .keeper import Keeper

    keeper = Keeper(kernel.shell, **options)
    answers.update({name: getattr(keeper, name) for name in ("checkpoint", "prepare", "load", "settle")})
    return {"python": sys.version, "path": [folder for folder in sys.path if folder]}


def _reply(
    kernel: Kernel,
    answers: Mapping[str, Answer],
    stream: object,
    idents: object,
    request: Mapping[str, Mapping[str, object]],
) -> None:
    given = dict(request["content"])
    try:
        content = answers[str(given.pop("do"))](**given) or {}
    except KeyboardInterrupt:
        content = {"error": "interrupted"}
    except Exception as error:  # noqa: BLE001 - the runner decides what an error means
        content = {"error": f"{type(error).__name__}: {error}"}
    kernel.session.send(stream, REPLY, content, parent=request, ident=idents)
