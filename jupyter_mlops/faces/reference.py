"""Write the reference pages from the verbs: `python -m jupyter_mlops.faces.reference docs/reference`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from jupyter_mlops.core import errors
from jupyter_mlops.core.settings import Settings
from jupyter_mlops.core.verb import Registry, Verb
from jupyter_mlops.faces import pipeline_schema, usage
from jupyter_mlops.faces.openapi import answers_of

_NOTE = "<!-- Generated from the verbs by `make generate`; change their code instead. -->\n"
_ERRORS = (errors.Invalid, errors.NotFound, errors.Conflict, errors.Refused, errors.Unavailable)


def pages(registry: Registry) -> dict[str, str]:
    """Return the text of every page by its file name."""
    return {
        "verbs.md": _verbs(registry),
        "errors.md": _errors(),
        "settings.md": _settings(),
        "pipeline-file.md": f"{_NOTE}\n{pipeline_schema.page()}",
    }


def _verbs(registry: Registry) -> str:
    parts = [_NOTE, "# Verbs\n"]
    for group in dict.fromkeys(verb.group for verb in registry.values()):
        parts.append(f"## {group}\n")
        parts += [_verb(verb) for verb in registry.values() if verb.group == group]
    return "\n".join(parts)


def _verb(verb: Verb) -> str:
    magic = "%%mlops" if verb.needs_cell else "%mlops"
    rows = [f"| `{name}` | {_escaped(meaning)} |" for name, meaning in usage.of_verb(verb).rows]
    table = ["| argument | meaning |", "|---|---|", *rows, ""] if rows else []
    answers = " or ".join(f"`{record.__name__}`" for record in answers_of(verb))
    writes = "writes, recorded in the ledger" if verb.effect == "write" else "only reads"
    return "\n".join(
        [
            f"### {verb.name}\n",
            f"{verb.summary}\n",
            f"```\n{magic} {usage.signature(verb, in_cell=verb.needs_cell)}\njupyter mlops {usage.signature(verb)}\n```\n",
            *table,
            f"It {writes}; role {verb.role}; answers {answers}.\n",
        ]
    )


def _errors() -> str:
    parts = [_NOTE, "# Errors\n", "Five kinds, by what you can do about them.\n"]
    for error in _ERRORS:
        parts += [
            f"({error.code})=\n## {error.__name__}\n",
            f"{(inspect.getdoc(error) or '').partition(chr(10))[0]}\n",
            f"HTTP status {error.status}, exit code {error.exit_code}.\n",
        ]
    return "\n".join(parts)


def _settings() -> str:
    head = (
        "Set in `[tool.jupyter-mlops]` of `pyproject.toml`, or as `JUPYTER_MLOPS_NAME` in the environment.\n"
    )
    rows = [
        f"| `{name}` | {field.default!r} | {_escaped(str(field.description))} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(
        [_NOTE, "# Settings\n", head, "| setting | default | meaning |", "|---|---|---|", *rows, ""]
    )


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def main(folder: Path) -> None:
    """Write the pages into *folder*."""
    from jupyter_mlops import catalog

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(catalog.registry()).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
