# PYTHON_ARGCOMPLETE_OK
"""The command line: `jupyter mlops VERB …`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.faces.script import GRAMMAR, ScriptError

if TYPE_CHECKING:
    from types import ModuleType

    from jupyter_mlops.core.verb import Registry, Verb
    from jupyter_mlops.faces.parser import Line


def main(argv: Sequence[str] | None = None) -> int:
    """Say a verb on the command line and return its exit code."""
    from jupyter_mlops import catalog

    _spare_grammar()
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["--version"]:
        return _version()
    registry = catalog.registry()
    if "_ARGCOMPLETE" in os.environ:
        _complete(registry)
    try:
        return _say(registry, words)
    except MlopsError as error:
        _complain(error, as_json="--json" in words)
        return error.exit_code
    except ScriptError as error:
        print(error.traceback, end="", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0


def _spare_grammar() -> None:
    """Have jsonschema do without the grammar of IRIs: no schema of ours or of notebooks uses it, and it takes a second."""
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    modules.setdefault(GRAMMAR, None)


def _say(registry: Registry, words: Sequence[str]) -> int:
    from jupyter_mlops.faces import code, parser, render, usage

    said = parser.parse(registry, words)
    if said.wants_help or said.verb is None:
        print(usage.in_shell(registry, said.verb))
        return 0
    if said.wants_code:
        print(code.call_of(said.verb, said.given))
        return 0
    answer = _enter(said, said.verb)
    print(render.as_json_text(answer) if said.wants_json else render.in_shell(render.as_text(answer)))
    return 0 if render.as_record(answer).is_well else 1


def _enter(said: Line, verb: Verb) -> object:
    from jupyter_mlops.core import door
    from jupyter_mlops.faces import bar, references
    from jupyter_mlops.faces.opening import open_project

    project = open_project(verb)
    values = references.resolve(project, verb, said.given)
    with bar.in_shell(verb):
        return door.enter(project, verb, values, face="cli")


def _version() -> int:
    from jupyter_mlops import __version__

    print(__version__)
    return 0


def _complain(error: MlopsError, *, as_json: bool) -> None:
    import json

    from jupyter_mlops.faces.render import in_shell

    if as_json:
        print(json.dumps(error.wire(), ensure_ascii=False), file=sys.stderr)
        return
    print(f"{type(error).__name__}: {in_shell(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"  → {in_shell(error.hint)}", file=sys.stderr)


def _complete(registry: Registry) -> None:
    """Answer the shell's completion request, through argcomplete, and exit."""
    import argparse

    import argcomplete

    from jupyter_mlops.faces import completion
    from jupyter_mlops.faces.opening import open_project

    class Finder(argcomplete.CompletionFinder):  # type: ignore[misc,name-defined]  # argcomplete exports it untyped
        def _get_completions(
            self,
            comp_words: list[str],
            cword_prefix: str,
            cword_prequote: str,
            last_wordbreak_pos: int | None,
        ) -> list[str]:
            words = comp_words[1:]
            words = words[1:] if words[:1] == ["mlops"] else words
            found = completion.candidates(registry, words, cword_prefix, project=open_project)
            return list(self.quote_completions(found, cword_prequote, last_wordbreak_pos))

    Finder(argparse.ArgumentParser())(argparse.ArgumentParser())


if __name__ == "__main__":
    sys.exit(main())
