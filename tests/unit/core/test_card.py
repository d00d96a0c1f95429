"""Cards: the same answer as text and as HTML, whatever stands in it."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import MIME, Record

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "'\"><script>1</script>",
    "{0.__class__}",
    "\u202eevil",
    "a\x1b[31mred",
    "x" * 10_000,
]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


class Plain(Record):
    name: str
    score: float


class TestCard:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_hostile_name_shows_as_text(self, name: str) -> None:
        """No markup, no direction mark and no terminal code of a name takes effect."""
        card = Card(
            name, facts=((name, name),), columns=(name,), rows=((name,),), notes=(name,), next=(name,)
        )
        tags = _Tags()
        tags.feed(card.html())
        assert tags.seen <= {"div", "span", "table", "thead", "tbody", "tr", "th", "td", "code"}
        assert not {"\u202e", "\x1b"} & set(card.text() + card.html())

    def test_text_says_what_was_done_and_what_comes_next(self) -> None:
        """A papermill log is readable."""
        card = Card("Promoted", facts=(("now", "churn@2"),), next=("%mlops rollback churn",))
        assert card.text() == "✓ Promoted\n  now  churn@2\n  → %mlops rollback churn"

    def test_a_table_is_aligned_and_bounded(self) -> None:
        """Columns line up; a long value is cut."""
        lines = (
            Card("Runs", columns=("run", "auc"), rows=(("@1f", "0.9"), ("x" * 500, "1"))).text().splitlines()
        )
        assert lines[1].index("auc") == lines[2].index("0.9")
        assert len(lines[3]) < 200


class TestRecord:
    def test_a_record_shows_in_three_forms(self) -> None:
        """Our own type for Lab, HTML for other front ends, text for the rest."""
        bundle = Plain(name="a", score=0.5)._repr_mimebundle_()
        assert set(bundle) == {MIME, "text/html", "text/plain"}

    def test_numbers_that_json_lacks_are_spelled(self) -> None:
        """Infinity and NaN travel as words, never as invalid JSON."""
        wire = Plain(name="a", score=float("inf")).wire()
        assert json.loads(json.dumps(wire, allow_nan=False)) == {"name": "a", "score": "Infinity"}
