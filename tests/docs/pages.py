"""The pages that people read, and the snippets on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sybil.document import Document
from sybil.parsers.markdown import CodeBlockParser

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


def blocks(page: str | Path, language: str) -> list[str]:
    """Return the fenced blocks of *language* on a page, in order."""
    parser = CodeBlockParser(language=language, evaluator=lambda _: None)
    return [str(example.parsed) for example in Document.parse(str(ROOT / page), parser).examples()]


def lines(page: str | Path, language: str) -> Iterator[str]:
    """Yield the lines of those blocks, without blank ones and comments."""
    for block in blocks(page, language):
        yield from (line.partition("  #")[0].strip() for line in block.splitlines() if line.strip())


def id_of(page: Path) -> str:
    """Name a page as tests show it."""
    return page.relative_to(ROOT).as_posix()
