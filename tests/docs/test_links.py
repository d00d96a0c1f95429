"""Relative links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, id_of

_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def links(page: Path) -> list[str]:
    """Return the files that a page links to, as it writes them; code is no link."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return _LINK.findall(text)


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=id_of)
    def test_every_relative_link_leads_to_a_file(self, page: Path) -> None:
        """On a git host and on disk, not only in the built pages."""
        assert [link for link in links(page) if not (page.parent / link).exists()] == []

    def test_there_are_links_to_check(self) -> None:
        """The pattern finds what it is for."""
        assert "docs/how-to/ci.md" in links(PAGES[0])
