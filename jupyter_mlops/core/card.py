"""Show an answer: the same card as plain text and as escaped HTML."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from markupsafe import Markup

State = Literal["ok", "info", "warning", "failed"]
_MARK = {"ok": "✓", "info": "·", "warning": "!", "failed": "✗"}
_COLOUR = {
    "ok": "var(--jp-success-color1, #2e7d32)",
    "info": "var(--jp-brand-color1, #1976d2)",
    "warning": "var(--jp-warn-color1, #b26a00)",
    "failed": "var(--jp-error-color1, #c62828)",
}
_CELL_LIMIT = 120


@dataclass(frozen=True)
class Card:
    """Say what was recorded and what to type next.

    Parameters
    ----------
    facts
        Pairs of label and value.
    columns, rows
        A table, when the answer is a list.
    next
        Lines that can be typed as they stand.
    """

    title: str
    state: State = "ok"
    facts: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    next: tuple[str, ...] = ()

    def wire(self) -> dict[str, object]:
        """Return the card as plain JSON types."""
        return {
            key: _lists(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }

    def text(self) -> str:
        """Draw the card for a terminal, a papermill log or a git host."""
        lines = [f"{_MARK[self.state]} {_clean(self.title)}"]
        labels = [_cell(label) for label, _ in self.facts]
        width = max(map(len, labels), default=0)
        lines += [
            f"  {label:<{width}}  {_clean(value)}"
            for label, (_, value) in zip(labels, self.facts, strict=True)
        ]
        lines += _text_table(self.columns, self.rows)
        lines += [f"  {_clean(note)}" for note in self.notes]
        lines += [f"  → {_clean(line)}" for line in self.next]
        return "\n".join(lines)

    def html(self) -> str:
        """Draw the card for a notebook, readable without JavaScript or our stylesheet."""
        parts = [
            Markup('<div style="font-weight:600"><span style="color:{}">{}</span> {}</div>').format(
                _COLOUR[self.state], _MARK[self.state], _clean(self.title)
            )
        ]
        if self.facts:
            parts.append(_html_facts(self.facts))
        if self.columns:
            parts.append(_html_table(self.columns, self.rows))
        note = Markup('<div style="color:var(--jp-ui-font-color2,#555)">{}</div>')
        parts += [note.format(_clean(line)) for line in self.notes]
        step = Markup('<div style="color:var(--jp-ui-font-color2,#555)">→ <code>{}</code></div>')
        parts += [step.format(_clean(line)) for line in self.next]
        frame = Markup(
            '<div class="jp-Mlops-card" style="border-left:3px solid {};padding:4px 12px;'
            'color:var(--jp-ui-font-color1,#222)">{}</div>'
        )
        return str(frame.format(_COLOUR[self.state], Markup("").join(parts)))


def _lists(value: tuple[object, ...]) -> list[object]:
    return [_lists(item) if isinstance(item, tuple) else item for item in value]


def _clean(value: str) -> str:
    """Make control and direction marks harmless, and bound the length."""
    shown = "".join(
        char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in value
    )
    return shown if len(shown) <= 2_000 else shown[:2_000] + "…"


def _cell(value: str) -> str:
    shown = _clean(value).replace("\n", " ")
    return shown if len(shown) <= _CELL_LIMIT else shown[: _CELL_LIMIT - 1] + "…"


def _text_table(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> list[str]:
    if not columns:
        return []
    table = [tuple(map(_cell, row)) for row in (columns, *rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  " + "  ".join(f"{value:<{width}}" for value, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def _html_facts(facts: tuple[tuple[str, str], ...]) -> Markup:
    row = Markup(
        '<tr><th scope="row" style="text-align:left;font-weight:400;padding-right:12px;'
        'color:var(--jp-ui-font-color2,#555)">{}</th><td style="text-align:left">{}</td></tr>'
    )
    body = Markup("").join(row.format(_clean(label), _clean(value)) for label, value in facts)
    return Markup('<table style="margin:2px 0">{}</table>').format(body)


def _html_table(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Markup:
    head = Markup("").join(
        Markup('<th scope="col" style="text-align:left">{}</th>').format(_cell(name)) for name in columns
    )
    cell = Markup('<td style="text-align:left">{}</td>')
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(cell.format(_cell(value)) for value in row))
        for row in rows
    )
    return Markup('<table style="margin:2px 0"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        head, body
    )
