"""Answer the runner's requests, which are messages of a kind of their own: no cell, name or hook is touched."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from . import limits, vault

REQUEST, REPLY = "jupyter_mlops_request", "jupyter_mlops_reply"
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


def install(limit: int) -> None:
    """Let the kernel understand the runner, and send no more than *limit* characters at a time."""
    from ipykernel.kernelapp import IPKernelApp

    kernel: Kernel = IPKernelApp.instance().kernel
    answers: dict[str, Answer] = {"secrets": vault.resolve}
    answers["begin_checkpoints"] = functools.partial(_begin_checkpoints, kernel, answers)
    kernel.shell_handlers[REQUEST] = functools.partial(_reply, kernel, answers)
    kernel.session.send = limits.Gate(kernel.session.send, limits.Meter(limit))


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
