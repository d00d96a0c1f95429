"""What a cell shows, kept within bounds, and marked where it was cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import TYPE_CHECKING

from jupyter_mlops.pipelines.running.mask import Mask

if TYPE_CHECKING:
    from nbformat import NotebookNode

CELL_LIMIT = 10_000_000
NOTEBOOK_LIMIT = 100_000_000
_LONGEST = 100_000


class Outputs:
    """Bound what is kept of each cell, and of all of them, and keep secrets out of it.

    Pieces of one stream are joined and masked when somebody looks, so that a million small prints stay linear, and a
    secret that comes in two pieces is seen.

    Parameters
    ----------
    echo
        Hears what is printed, line by line: the stream's name, and the text.
    """

    def __init__(self, mask: Mask, echo: Callable[[str, str], None] | None = None) -> None:
        self._mask = mask
        self._echo = echo
        self._heard: dict[str, str] = {}
        self._masked = 0
        self._earlier = 0
        self._kept = 0
        self._dropped = 0
        self._stream: NotebookNode | None = None
        self._pieces: list[str] = []

    def open(self) -> None:
        """Begin a cell."""
        self._earlier += self._kept
        self._kept = self._dropped = 0

    def cleared(self) -> None:
        """Forget what the cell showed, because it cleared it."""
        self._kept = self._dropped = 0
        self._stream, self._pieces = None, []

    def admit(self, content: MutableMapping[str, object]) -> bool:
        """Tell whether a piece of output has room; text is cut to the room there is."""
        if "traceback" in content:
            content.update(evalue=str(content.get("evalue"))[:_LONGEST])
            return True
        size = size_of(content.get("text", content))
        room = max(0, min(CELL_LIMIT - self._kept, NOTEBOOK_LIMIT - self._earlier - self._kept))
        text = content.get("text")
        if size > room and isinstance(text, str):
            content["text"] = text[:room]
        elif size > room:
            self._dropped += size
            return False
        self._kept += min(size, room)
        self._dropped += max(0, size - room)
        return room > 0

    def extend(self, content: MutableMapping[str, object]) -> bool:
        """Add text to the stream that was written to last, if it is the same one."""
        if self._stream is None or content.get("name") != self._stream.name:
            return False
        if self.admit(content):
            self._pieces.append(str(content["text"]))
        return True

    def added(self, output: NotebookNode | None) -> None:
        """Say that an output now stands last."""
        self.settle()
        self._stream, self._masked = None, 0
        if output is not None and output.output_type == "stream":
            self._stream = output
        elif output is not None:
            self._mask.deep(output)

    def heard(self, content: MutableMapping[str, object]) -> None:
        """Pass on what was printed, whole lines at a time."""
        name, text = str(content.get("name")), content.get("text")
        if self._echo is not None and isinstance(text, str):
            lines, newline, self._heard[name] = (self._heard.get(name, "") + text).rpartition("\n")
            if newline:
                self._echo(name, self._mask.text(lines) + newline)

    def settle(self) -> None:
        """Join the pieces, and mask what has not been masked yet."""
        if self._stream is None or not (self._pieces or not self._masked):
            return
        text = self._stream.text + "".join(self._pieces)
        since = text.rfind("\n", 0, max(0, self._masked - self._mask.longest)) + 1
        self._stream["text"] = text[:since] + self._mask.text(text[since:])
        self._masked = len(self._stream.text)
        self._pieces = []

    def left_out(self, size: int) -> None:
        """Say that the kernel has cut *size* characters itself."""
        self._dropped += size

    def close(self, cell: NotebookNode) -> int:
        """End a cell: lines drawn over themselves become their last state, and a cut is marked; return its size."""
        from nbformat import NotebookNode

        self.settle()
        self._stream = None
        self._say_rest()
        for output in cell.outputs:
            if output.output_type == "stream" and "\r" in output.text:
                output["text"] = "\n".join(map(_final_state, output.text.split("\n")))
        if self._dropped:
            text = f"[output over {CELL_LIMIT // 1_000_000} MB was cut: {shown(self._dropped)} left out]\n"
            cell.outputs.append(NotebookNode(output_type="stream", name="stderr", text=text))
        return self._dropped

    def _say_rest(self) -> None:
        for name, text in self._heard.items():
            if self._echo is not None and text:
                self._echo(name, self._mask.text(text))
        self._heard = {}


def size_of(value: object) -> int:
    """Return about how many characters *value* takes."""
    return sum(len(part) if isinstance(part, str) else 8 for part in _parts(value))


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _parts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _parts(item)
    else:
        yield value


def _final_state(line: str) -> str:
    return line.rstrip("\r").rpartition("\r")[2]


def shown(size: int) -> str:
    """Say how much was left out."""
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size:,} characters"
