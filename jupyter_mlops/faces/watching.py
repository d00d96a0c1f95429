"""Watch the shell's cells for the recorder: before each one, and after it, and never in its way."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from jupyter_mlops.experiments.recorder.executed import Output, OutputKind, Status
from jupyter_mlops.experiments.recorder.history import History

if TYPE_CHECKING:
    from IPython.core.history import HistoryOutput
    from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

_STREAM = 64_000
_BUNDLE = 1_000_000
_OUTPUTS = 200
_FRAMES = 20
_KINDS: dict[str, OutputKind] = {
    "out_stream": "stdout",
    "err_stream": "stderr",
    "display_data": "display",
    "execute_result": "result",
}


class Watch:
    """Tell the history of every cell that this shell executes.

    Whatever goes wrong here is the history's trouble and not the cell's: it then proves nothing any more.
    """

    def __init__(self, shell: InteractiveShell, history: History) -> None:
        self._shell = shell
        self.history = history
        self._displays: list[Output] = []
        self._thread = threading.get_ident()

    def start(self) -> None:
        """Begin to watch, with the cell that loads the extension."""
        self.history.watch(self._shell.user_ns)
        self._shell.events.register("pre_run_cell", self.before)
        self._shell.events.register("post_run_cell", self.after)
        for publisher in (self._shell.display_pub, self._shell.displayhook):
            if hasattr(publisher, "register_hook"):
                publisher.register_hook(self._seen)
        typed = self._shell.history_manager.input_hist_raw if self._shell.history_manager else []
        if typed and "jupyter_mlops" in typed[-1]:
            self._begin(typed[-1], None, is_counted=True)

    def before(self, info: ExecutionInfo) -> None:
        """Note that a cell begins."""
        if self._is_ours():
            self._begin(
                str(info.raw_cell or ""), getattr(info, "cell_id", None), is_counted=info.store_history
            )

    def after(self, result: ExecutionResult | None) -> None:
        """Note how the cell ended."""
        if not self._is_ours():
            return
        try:
            error = None if result is None else result.error_before_exec or result.error_in_exec
            outputs = [] if result is None else self._outputs(result)
            if error is not None:
                outputs.append(_error(error))
            self.history.end(_status(result, error), _said(error), outputs)
        except Exception as trouble:  # noqa: BLE001 - the cell comes first, whatever the recorder meets
            self._fail(trouble)

    def _begin(self, source: str, cell: str | None, *, is_counted: bool) -> None:
        try:
            self._displays.clear()
            count = self._shell.execution_count - 1 if is_counted else None  # it counts before the cell runs
            self.history.begin(source, cell or self._told(), count)
        except Exception as trouble:  # noqa: BLE001 - as above
            self._fail(trouble)

    def _is_ours(self) -> bool:
        """Tell whether this is the kernel's own process and thread: a cell may fork, or run cells in threads."""
        return self.history.is_ours and threading.get_ident() == self._thread

    def _told(self) -> str | None:
        """Return the id of the cell that the front end's message names."""
        asked = getattr(self._shell, "get_parent", None)
        message = asked() if callable(asked) else None
        metadata = message.get("metadata") if isinstance(message, Mapping) else None
        found = metadata.get("cellId") or metadata.get("cell_id") if isinstance(metadata, Mapping) else None
        return found if isinstance(found, str) else None

    def _seen(self, message: dict[str, object]) -> dict[str, object]:
        """Keep what a kernel shows on its way to the front end."""
        content = message.get("content")
        data = content.get("data") if isinstance(content, Mapping) else None
        if isinstance(data, Mapping) and len(self._displays) < _OUTPUTS:
            is_result = message.get("msg_type") == "execute_result"
            self._displays.append(_bundle("result" if is_result else "display", data))
        return message

    def _outputs(self, result: ExecutionResult) -> list[Output]:
        """Return what the cell showed: streams from the shell's own history, displays from where they were seen."""
        manager, count = self._shell.history_manager, result.execution_count
        kept = (
            getattr(manager, "outputs", {}) if result.info is not None and result.info.store_history else {}
        )
        found = [_output(item) for item in islice(kept.get(count, ()), _OUTPUTS)]
        if not self._displays:
            return found
        streams = [item for item in found if item.kind in {"stdout", "stderr"}]
        return streams + self._displays

    def _fail(self, trouble: Exception) -> None:
        reason = f"the recorder failed: {type(trouble).__name__}"
        if reason not in self.history.troubles:
            self.history.troubles.append(reason)


def _output(item: HistoryOutput) -> Output:
    kind = _KINDS.get(item.output_type, "display")
    if kind in {"stdout", "stderr"}:
        return _stream(kind, item.bundle.get("stream", []))
    return _bundle(kind, item.bundle)


def _stream(kind: OutputKind, parts: Sequence[str]) -> Output:
    """Keep the first part of what was printed, and count the rest."""
    total, kept, room = sum(map(len, parts)), list[str](), _STREAM
    for part in parts:
        kept.append(part[:room])
        room -= len(part)
        if room <= 0:
            break
    return Output(kind, "".join(kept), dropped=max(0, total - _STREAM))


def _bundle(kind: OutputKind, data: Mapping[str, object]) -> Output:
    """Keep the forms of a display that are not too large."""
    sizes = {mime: _size(value) for mime, value in data.items()}
    kept = {mime: value for mime, value in data.items() if sizes[mime] <= _BUNDLE}
    return Output(kind, data=kept, dropped=sum(size for size in sizes.values() if size > _BUNDLE))


def _size(value: object) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_size, value.values()))
    if isinstance(value, list | tuple):
        return 8 * len(value) if value and isinstance(value[0], int | float) else sum(map(_size, value))
    return 8


def _error(error: BaseException) -> Output:
    frames = traceback.format_exception(type(error), error, error.__traceback__, limit=-_FRAMES)
    text = "".join(frames)
    return Output("error", text[:_STREAM], dropped=max(0, len(text) - _STREAM))


def _said(error: BaseException | None) -> str:
    return "" if error is None else type(error).__name__


def _status(result: ExecutionResult | None, error: BaseException | None) -> Status:
    if isinstance(error, KeyboardInterrupt) or result is None:
        return "interrupted"
    return "ok" if error is None else "failed"


def watch(shell: InteractiveShell) -> History:
    """Watch *shell* from now on, and return its history; one that is watched already goes on."""
    for callback in shell.events.callbacks["pre_run_cell"]:
        owner = getattr(callback, "__self__", None)
        if isinstance(owner, Watch):
            return owner.history
    watching = Watch(shell, History())
    watching.start()
    return watching.history
