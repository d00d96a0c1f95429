"""What the panel must know of each verb to write its line: `python -m jupyter_mlops.faces.typescript`."""

from __future__ import annotations

import json

from jupyter_mlops.core.verb import Registry, Verb

_HEAD = """/* Generated from the verbs by `make generate`; change their code instead. */

export interface IVerb {
  readonly summary: string;
  readonly effect: 'read' | 'write';
  readonly role: 'viewer' | 'contributor' | 'approver' | 'admin';
  readonly isLong: boolean;
  readonly isCell: boolean;
  readonly words: readonly string[];
  readonly options: readonly { readonly name: string; readonly flag: boolean; readonly repeated: boolean }[];
}
"""


def module(registry: Registry) -> str:
    """Return the TypeScript module: the roles in order, and the verbs."""
    verbs = json.dumps({verb.name: _verb(verb) for verb in registry.values()}, indent=2, ensure_ascii=False)
    return f"{_HEAD}\nexport const VERBS: Record<string, IVerb> = {verbs};\n"


def _verb(verb: Verb) -> dict[str, object]:
    return {
        "summary": verb.summary,
        "effect": verb.effect,
        "role": verb.role,
        "isLong": verb.is_long,
        "isCell": verb.needs_cell,
        "words": [
            item.name
            for item in verb.parameters
            if item.is_word and not (verb.needs_cell and item is verb.cell)
        ],
        "options": [
            {"name": item.name, "flag": item.is_flag, "repeated": item.is_repeated}
            for item in verb.parameters
            if not item.is_word
        ],
    }


def main() -> None:
    """Print the module."""
    from jupyter_mlops import catalog

    print(module(catalog.registry()), end="")


if __name__ == "__main__":
    main()
