"""Bound what a cell sends: what the runner would cut anyway stays here, and each reply says how much went out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

SENT, LEFT_OUT = "jupyter_mlops_sent", "jupyter_mlops_left_out"
SHOWN = {"stream", "display_data", "execute_result", "update_display_data", "error", "clear_output"}
_LONGEST = 100_000
_PAUSE_S = 0.02
Foreign = Any  # of ipykernel and jupyter_client
Message = dict[str, Any]


class Meter:
    """Count what one request's cell has shown, and cut it where there is too much.

    Parameters
    ----------
    limit
        Characters that may be shown at a time.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parent = ""
        self._kept = self._sent = self._left_out = 0

    def admit(self, parent: str, kind: str, content: Message) -> bool:
        """Tell whether a message may go out, as it is now."""
        if parent != self._parent:
            self._parent = parent
            self._kept = self._sent = self._left_out = 0
        if kind in {"error", "execute_reply"}:
            _shorten(content)
        elif kind == "clear_output":
            self._kept = 0
        elif not self._has_room(content):
            return False
        return True

    def count(self) -> None:
        """Say that a message goes out."""
        self._sent += 1

    def totals(self) -> dict[str, int]:
        """Return how many messages went out, and how many characters did not."""
        return {SENT: self._sent, LEFT_OUT: self._left_out}

    def _has_room(self, content: Message) -> bool:
        room = self._limit - self._kept
        text = content.get("text")
        size = len(text) if isinstance(text, str) else _size(content, room)
        if size > room:
            self._left_out += size - room if isinstance(text, str) else size
            if room <= 0 or not isinstance(text, str):
                return False
            content["text"] = text[:room]
        self._kept += min(size, room)
        return True


class Gate:
    """Stands where the session sends: meters what is shown, and lets quick pieces of one stream go out together.

    A cell that flushes each of a million prints would send faster than anybody can hear, and ZeroMQ would drop the
    rest without a word.

    Parameters
    ----------
    private
        Kind of request that is nobody's business: that the kernel is busy with one is not told.
    """

    def __init__(self, send: Callable[..., object], meter: Meter, private: str = "") -> None:
        self._send = send
        self._meter = meter
        self._private = private
        self._lock = threading.RLock()
        self._held: tuple[Any, Message, Message] | None = None
        self._sent_at = 0.0

    def __call__(
        self, stream: Foreign, message: Foreign, content: Foreign = None, *rest: Foreign, **more: Foreign
    ) -> object:
        """Send a message as the session would."""
        kind, body, request = _parts(message, content, rest, more)
        if kind == "status" and request.get("msg_type") == self._private:
            return message
        parent = str(request.get("msg_id"))
        if not isinstance(body, dict) or (kind not in SHOWN and kind != "execute_reply"):
            return self._send(stream, message, content, *rest, **more)
        with self._lock:
            if not self._meter.admit(parent, kind, body):
                return message
            if kind == "stream" and self._joins(stream, message, parent, more):
                return message
            self.flush()
            if kind == "execute_reply":
                body.update(self._meter.totals())
            else:
                self._meter.count()
                self._sent_at = time.monotonic()
            return self._send(stream, message, content, *rest, **more)

    def flush(self) -> None:
        """Send what is held back."""
        with self._lock:
            held, self._held = self._held, None
            if held is not None:
                self._meter.count()
                self._sent_at = time.monotonic()
                self._send(held[0], held[1], **held[2])

    def _joins(self, stream: Foreign, message: Foreign, parent: str, more: Message) -> bool:
        """Hold a piece of a stream back if one has just gone out, or add it to the one that is held."""
        if not isinstance(message, dict) or threading.current_thread() is not getattr(stream, "thread", None):
            return False
        if self._held is not None:
            held = self._held[1]
            is_same = held["content"]["name"] == message["content"]["name"]
            if is_same and held["parent_header"].get("msg_id") == parent:
                held["content"]["text"] += message["content"]["text"]
                return True
            self.flush()
        if time.monotonic() - self._sent_at > _PAUSE_S:
            return False
        self._held = stream, message, more
        stream.io_loop.call_later(_PAUSE_S, self.flush)
        return True


def _parts(message: Foreign, content: Foreign, rest: Foreign, more: Foreign) -> tuple[str, Foreign, Message]:
    """Return the kind and the content of what is sent, and the header of the request that it belongs to."""
    if isinstance(message, dict):
        kind, content, parent = message["header"]["msg_type"], message["content"], message["parent_header"]
    else:
        kind, parent = str(message), (rest[0] if rest else more.get("parent")) or {}
    header = parent.get("header", parent) if isinstance(parent, dict) else {}
    return kind, content, header


def _shorten(content: Message) -> None:
    """Cut an error's text, which may hold whatever was raised."""
    if isinstance(content.get("evalue"), str):
        content["evalue"] = content["evalue"][:_LONGEST]
    lines = content.get("traceback")
    if isinstance(lines, list):
        content["traceback"] = [str(line)[:_LONGEST] for line in lines[-1000:]]


def _size(value: object, most: int) -> int:
    """Return about how many characters *value* takes, counting no further than a little beyond *most*."""
    total, parts = 0, [value]
    while parts and total <= most:
        part = parts.pop()
        if isinstance(part, dict):
            parts += [*part, *part.values()]
        elif isinstance(part, (list, tuple)):
            parts += part
        else:
            total += len(part) if isinstance(part, (str, bytes)) else 8
    return total
