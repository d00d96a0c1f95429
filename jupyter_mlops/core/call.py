"""The call that is under way: what it reads and makes, and the transaction it ends in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from jupyter_mlops.core.session import Session


@dataclass
class Call:
    """One passage through the door.

    Parameters
    ----------
    seq
        Number of its intent in the ledger, when it announced one.
    reason
        What the ledger shall say of its success.
    has_inner
        Whether it has made calls of its own.
    is_signed
        Whether a checkpoint was taken meanwhile, which is to be copied when it is over.
    """

    verb: str
    root: Path
    session: Session
    parent: int | None = None
    seq: int | None = None
    inputs: dict[str, None] = field(default_factory=dict)
    outputs: dict[str, None] = field(default_factory=dict)
    connection: Connection | None = None
    reason: str = ""
    has_inner: bool = False
    is_signed: bool = False
    stack: ExitStack = field(default_factory=ExitStack)


@dataclass(frozen=True)
class Later:
    """A live object that the door finds, once the call is allowed and its lineage is being kept.

    Parameters
    ----------
    said
        The word that stands for it.
    """

    said: str
    find: Callable[[], object]


current: ContextVar[Call | None] = ContextVar("jupyter_mlops_call", default=None)


def reads(reference: str, *, given: str | None = None) -> None:
    """Say that the call under way reads *reference*, like `snapshot:customers@3`; lineage keeps it.

    Parameters
    ----------
    given
        What the request called it, like `snapshot:customers@latest`; it is replaced.
    """
    call = current.get()
    if call is not None:
        if given is not None:
            call.inputs.pop(given, None)
        call.inputs[reference] = None


def makes(reference: str) -> None:
    """Say that the call under way makes *reference*; lineage keeps it."""
    call = current.get()
    if call is not None:
        call.outputs[reference] = None


def because(reason: str) -> None:
    """Say what the ledger shall keep of how the call under way succeeded: a proof, the grounds of a decision."""
    call = current.get()
    if call is not None:
        call.reason = reason


@contextmanager
def held(block: AbstractContextManager[object]) -> Iterator[None]:
    """Enter *block* until the call under way is recorded; outside a call, until the end of this block."""
    call = current.get()
    if call is None:
        with block:
            yield
        return
    call.stack.enter_context(block)
    yield
