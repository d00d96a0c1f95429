"""The `%mlops` and `%%mlops` magics: the only two names that loading the extension adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from IPython.core.magic import no_var_expand

from jupyter_mlops.core.session import Session
from jupyter_mlops.faces.watching import watch

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_mlops.core.project import Project
    from jupyter_mlops.core.record import Record
    from jupyter_mlops.core.verb import Verb
    from jupyter_mlops.faces.parser import Line


class MlopsMagics:
    """One magic for every verb; what is heavy is imported on its first use."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.session = Session()
        self._project: Project | None = None
        self._offered: set[tuple[str, str]] = set()
        self._shown: list[Record] = []

    def mlops(self, line: str, cell: str | None = None) -> object:
        """Say a verb: `%mlops status`, `%%mlops record NAME`, `%mlops --help`."""
        from jupyter_mlops import catalog
        from jupyter_mlops.faces import parser, usage

        said = parser.parse(catalog.registry(), parser.split(line), has_cell=cell is not None)
        if said.wants_help or said.verb is None:
            return self._show(usage.of_verb(said.verb) if said.verb else usage.overview(catalog.registry()))
        return self._say(said, said.verb, cell)

    def project_for(self, verb: Verb) -> Project:
        """Return the project around the working folder, opened once as long as that stays."""
        from jupyter_mlops.core.project import find
        from jupyter_mlops.faces.opening import open_project

        if self._project is None or self._project.root != find(Path.cwd()):
            self._project = open_project(verb, session=self.session)
        return self._project

    def offer(self, state: str) -> None:
        """Add the verbs as magics of their own, never over an existing one; or take them back."""
        from jupyter_mlops import catalog

        magics = self.shell.magics_manager.magics
        for kind, name in self._offered:
            magics[kind].pop(name, None)
        self._offered.clear()
        if state != "on":
            return
        for verb in catalog.registry().values():
            if verb.name in magics["line"] or verb.name in magics["cell"]:
                continue
            for kind in ("cell",) if verb.needs_cell else ("line", "cell") if verb.cell else ("line",):
                register(self.shell, self._shortcut(verb), kind, verb.name)
                self._offered.add((kind, verb.name))

    def flow_findings(self) -> Sequence[Record]:
        """Return what the flow of this session's cells shows; the leak linter asks."""
        from jupyter_mlops.experiments.recorder.flow_findings import of_session

        return of_session(self.session)

    def _shortcut(self, verb: Verb) -> Callable[..., object]:
        def say(line: str, cell: str | None = None) -> object:
            return self.mlops(f"{verb.name} {line}", cell)

        say.__doc__ = verb.summary
        return say

    def _say(self, said: Line, verb: Verb, cell: str | None) -> object:
        from jupyter_mlops.core import door
        from jupyter_mlops.core.errors import Invalid
        from jupyter_mlops.experiments.recorder.sheet import located
        from jupyter_mlops.faces import bar, code, live, references
        from jupyter_mlops.faces.cell import NotebookCell, notebook_path

        if said.wants_code:
            print(code.call_of(verb, said.given, variables=self.shell.user_ns))
            return None
        if verb.needs_cell and cell is None:
            raise Invalid(f"{verb.name} takes a cell.", hint=f"Write %%mlops {verb.name} above the code.")
        if cell is not None and not verb.cell:
            raise Invalid(
                f"{verb.name} takes no cell.", hint=f"Write %mlops {verb.name} with one percent sign."
            )
        project = self.project_for(verb)
        told = notebook_path(project.root, self.shell.user_ns)
        project.session.notebook = located(project.root, told, self.session.recorder)
        body = None if cell is None else NotebookCell(self.shell, cell, project.session.notebook)
        values = references.resolve(project, verb, said.given, variables=self.shell.user_ns, cell=body)
        with bar.in_cell(verb), live.in_cell(verb):
            answer = door.enter(project, verb, values, face="magic")
        if verb.name == "magics":
            self.offer(str(values.get("state", "list")))
        return self._answer(verb, answer, as_json=said.wants_json)

    def _answer(self, verb: Verb, answer: object, *, as_json: bool) -> object:
        from jupyter_mlops.core.record import Record
        from jupyter_mlops.faces.render import as_json_text

        if as_json:
            print(as_json_text(answer))
            return self._silent(answer) if isinstance(answer, Record) else answer
        return self._show(answer) if isinstance(answer, Record) else answer

    def _show(self, answer: Record) -> Record:
        from IPython.display import display

        from jupyter_mlops.core.record import PLOTLY

        display(answer)
        if (figure := answer.figure()) is not None:
            # Beside the card, whose table says the same: a front end shows one form of one output.
            display({PLOTLY: figure, "text/plain": "(a figure of the above)"}, raw=True)
        return self._silent(answer)

    def _silent(self, answer: Record) -> Record:
        self._shown.append(answer)
        return answer.shown()

    def settle(self, _: object = None) -> None:
        """Let what the last cell showed show itself again when it is asked for."""
        for answer in self._shown:
            answer.shown(is_shown=False)
        self._shown.clear()


def register(shell: InteractiveShell, function: Callable[..., object], kind: str, name: str) -> None:
    """Make *function* a magic whose line is taken as it stands: braces and dollars are the user's."""

    def magic(line: str, cell: str | None = None) -> object:
        return function(line, cell)

    magic.__wrapped__ = function  # type: ignore[attr-defined]  # the Python face finds the notebook's session by it
    magic.__doc__ = function.__doc__
    shell.magics_manager.register_function(no_var_expand(magic), magic_kind=kind, magic_name=name)


def load(shell: InteractiveShell) -> None:
    """Register the magics and their completion."""
    magics = MlopsMagics(shell)
    magics.session.recorder = watch(shell)
    magics.session.flow_findings = magics.flow_findings
    register(shell, magics.mlops, "line_cell", "mlops")
    shell.events.register("post_run_cell", magics.settle)

    def complete(_: object, event: object) -> list[str]:
        from jupyter_mlops.faces.completion import in_notebook

        return in_notebook(magics, event)

    for name in ("%mlops", "%%mlops"):
        shell.set_hook("complete_command", complete, str_key=name)
