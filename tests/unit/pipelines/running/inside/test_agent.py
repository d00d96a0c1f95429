"""What runs within the kernel on our behalf: here, how it prepares for the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import zmq

from jupyter_mlops.pipelines.running.inside import agent


class Stream:
    """A stand-in for ipykernel's stream."""

    flush_timeout = 10.0


class Session:
    """Keeps what was answered."""

    def __init__(self) -> None:
        self.sent: list[dict[str, object]] = []

    def send(self, stream: object, kind: str, content: dict[str, object], **_: object) -> None:
        self.sent.append(content)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The parts of a kernel that are reached into, with a real ZeroMQ context."""
    context = zmq.Context()
    socket = SimpleNamespace(io_thread=SimpleNamespace(socket=SimpleNamespace(context=context)))
    made = SimpleNamespace(shell_handlers={}, session=Session(), shell=None, iopub_socket=socket)
    application = SimpleNamespace(instance=lambda: SimpleNamespace(kernel=made))
    monkeypatch.setitem(sys.modules, "ipykernel.kernelapp", SimpleNamespace(IPKernelApp=application))
    monkeypatch.setattr(sys, "stdout", Stream())
    monkeypatch.setattr(sys, "stderr", Stream())
    yield made
    context.term()


def ask(kernel: SimpleNamespace, do: str) -> None:
    kernel.shell_handlers[agent.REQUEST](None, None, {"content": {"do": do}})


class TestEnd:
    def test_nothing_waits_for_long_once_it_ends(self, kernel: SimpleNamespace) -> None:
        """Neither a flush nor a thread that would send to one that has gone."""
        sent = kernel.session.sent
        agent.install(1_000_000)
        assert sys.stdout.flush_timeout == 2.0  # type: ignore[attr-defined]
        ask(kernel, "end")
        assert sent == [{}]
        assert sys.stdout.flush_timeout == sys.stderr.flush_timeout == 0.2  # type: ignore[attr-defined]
        with kernel.iopub_socket.io_thread.socket.context.socket(zmq.PUSH) as late, pytest.raises(zmq.Again):
            late.send(b"nobody is there")

    def test_a_kernel_of_another_make_is_left_as_it_is(self, kernel: SimpleNamespace) -> None:
        """One without these sockets ends as well as it can."""
        kernel.iopub_socket = None
        sent = kernel.session.sent
        agent.install(1_000_000)
        ask(kernel, "end")
        assert sent == [{}]


class TestReply:
    def test_an_unknown_request_is_answered_with_an_error(self, kernel: SimpleNamespace) -> None:
        """The runner is not left waiting."""
        sent = kernel.session.sent
        agent.install(1_000_000)
        ask(kernel, "dance")
        assert sent == [{"error": "KeyError: 'dance'"}]
