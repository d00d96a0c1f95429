"""A notebook without a browser: a real IPython shell whose displays are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell


class Publisher(DisplayPublisher):
    """Keep what cells display."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seen: list[Mapping[str, Any]] = []

    def publish(self, data: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        self.seen.append(data)


class Hook(DisplayHook):
    """Keep what the end of a cell shows."""

    seen: list[Mapping[str, Any]]

    def write_output_prompt(self) -> None:
        """Print no prompt."""

    def write_format_data(self, format_dict: Mapping[str, Any], md_dict: object = None) -> None:
        self.shell.shown.append(format_dict)


class Notebook(InteractiveShell):
    """A shell that remembers its displays and the tracebacks it showed."""

    displayhook_class = Hook
    display_pub_class = Publisher

    def __init__(self, **kwargs: Any) -> None:
        self.shown: list[Mapping[str, Any]] = []
        self.tracebacks: list[str] = []
        super().__init__(**kwargs)
        self.colors = "nocolor"

    def _showtraceback(self, etype: object, evalue: object, stb: list[str]) -> None:
        self.tracebacks.append("\n".join(stb))

    def say(self, source: str) -> object:
        """Run a cell that should succeed, and return what it answers."""
        result = self.run_cell(source, store_history=True)
        result.raise_error()
        return result.result

    def fails(self, source: str) -> BaseException:
        """Run a cell that should fail, and return its error."""
        result = self.run_cell(source, store_history=True)
        error = result.error_in_exec or result.error_before_exec
        assert error is not None, f"{source!r} did not fail"
        return error

    @property
    def displays(self) -> list[Mapping[str, Any]]:
        """Everything displayed or shown so far."""
        return [*self.display_pub.seen, *self.shown]

    def texts(self) -> str:
        """The plain text of everything displayed."""
        return "\n".join(str(data.get("text/plain", "")) for data in self.displays)
