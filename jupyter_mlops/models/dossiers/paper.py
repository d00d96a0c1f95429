"""A dossier as PDF, through fpdf2, which the extra `pdf` installs."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.models.dossiers.points import Point, Repeats, Statement, tally

if TYPE_CHECKING:
    from fpdf import FPDF

    from jupyter_mlops.models.dossier import Dossier

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_WORDS = {"answered": "Answered", "partly": "Answered in part", "gap": "Not answered"}
_FONT, _PLAIN = "DejaVu", "Helvetica"
_GREY, _BLACK, _AMBER, _LIGHT = (90, 90, 90), (20, 20, 20), (150, 85, 0), (205, 205, 205)
_COLOURS = {"answered": (27, 94, 32), "partly": _AMBER, "gap": (163, 32, 32)}
_LEAST_MM = 34
_WIDEST = 30


def draw(made: Dossier) -> bytes:
    """Return the file; equal dossiers make equal files.

    Raises
    ------
    Unavailable
        fpdf2 is not installed.
    """
    try:
        from fpdf import FPDF
    except ImportError as error:
        raise Unavailable(
            "A PDF needs fpdf2, which is not installed.",
            hint="Install it with `pip install 'jupyter-mlops[pdf]'`, or write HTML.",
        ) from error

    class Numbered(FPDF):
        """A document with a footer."""

        def footer(self) -> None:
            """Say whose page this is, and which."""
            self.set_y(-12)
            self.set_font(page.family, size=7)
            self.set_text_color(*_GREY)
            self.cell(0, 5, f"{made.version}, page {self.page_no()} of {{nb}}", align="R")

    page = _Page(Numbered(format="A4"), made)
    page.title()
    for point in made.points:
        page.point(point)
    page.ledger()
    return bytes(page.pdf.output())


class _Page:
    """A document that is being drawn, from top to bottom."""

    def __init__(self, pdf: FPDF, made: Dossier) -> None:
        self.pdf = pdf
        self._made = made
        self._heading = ""
        self._repeats = Repeats()
        self.family = _with_fonts(pdf)
        pdf.set_creation_date(datetime.fromisoformat(made.as_of) if made.as_of else _EPOCH)
        pdf.set_title(f"{made.title}: {made.version}")
        pdf.set_lang("en")
        pdf.set_auto_page_break(auto=True, margin=18)
        pdf.add_page()
        self._links = {line.seq: pdf.add_link() for line in made.lines}

    def title(self) -> None:
        """Say what this is."""
        as_of = f" As of {self._made.as_of[:16].replace('T', ' ')} UTC." if self._made.as_of else ""
        self._write(self._made.title, 18, "B")
        self._write(f"Model {self._made.version}. {self._made.source}{as_of}", 10)
        self._write(tally(self._made.points), 10)
        rows = [(point.number, point.text, _WORDS[point.state]) for point in self._made.points]
        self._table(("point", "asks", "state"), rows, widths=(8, 70, 22))

    def point(self, point: Point) -> None:
        """Draw one point with its statements and gaps."""
        if point.heading and point.heading != self._heading:
            self._heading = point.heading
            self._section(f"{point.number.partition('(')[0]}. {point.heading}")
        self._keep(_LEAST_MM)
        self.pdf.ln(3)
        self._write(f"{point.number} {point.text}", 10, "B")
        self._write(_WORDS[point.state], 8, colour=_COLOURS[point.state])
        for said in point.statements:
            self._statement(said, self._repeats.before(said, point.number))
        if point.gaps:
            fill = " ".join(point.fill) or "nothing that we know of"
            self._write(f"Gap. {' '.join(point.gaps)} To fill it: {fill}", 9, colour=_AMBER)

    def _statement(self, said: Statement, before: str) -> None:
        self.pdf.ln(1)
        if said.title:
            self._write(said.title, 9, "B")
        if before:
            self._write(f"As under {before}.", 8, colour=_GREY)
            return
        if said.text:
            self._write(said.text, 9)
        if said.facts:
            self._table((), said.facts, widths=(25, 75))
        if said.rows:
            self._table(said.columns, said.rows, widths=_widths(said.columns, said.rows))
        if said.more:
            self._write(f"… and {said.more} more, which the card lists.", 8, colour=_GREY)
        self._write(said.known_from, 8, colour=_GREY)
        self._cite(said.lines)

    def ledger(self) -> None:
        """List the lines that the statements stand on."""
        self._section("Ledger")
        if not self._made.lines:
            self._write("No line of the ledger stands behind this dossier.", 9)
        for line in self._made.lines:
            self.pdf.set_link(self._links[line.seq], y=self.pdf.get_y(), page=self.pdf.page_no())
            said = f"{line.at[:19].replace('T', ' ')} UTC, {line.actor}, {line.verb}, {line.outcome}"
            self._write(f"Line {line.seq}: {said}\n{line.hash}", 8)

    def _table(
        self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, widths: tuple[int, ...]
    ) -> None:
        """Draw a table; its head comes again on each page."""
        from fpdf.fonts import FontFace

        self._pen(8, "", _BLACK)
        self.pdf.set_draw_color(*_LIGHT)
        with self.pdf.table(
            col_widths=widths,
            first_row_as_headings=bool(columns),
            headings_style=FontFace(emphasis="BOLD"),
            borders_layout="HORIZONTAL_LINES",
            line_height=4,
            padding=0.6,
            text_align="LEFT",
        ) as table:
            for cells in [columns, *rows] if columns else rows:
                row = table.row()
                for cell in cells:
                    row.cell(self._shown(cell))
        self.pdf.ln(1)

    def _keep(self, least_mm: int) -> None:
        """Go on to the next page rather than leave a heading alone at the foot of this one."""
        if self.pdf.will_page_break(least_mm):
            self.pdf.add_page()

    def _section(self, text: str) -> None:
        self._keep(2 * _LEAST_MM)
        self.pdf.ln(4)
        self.pdf.start_section(self._shown(text))
        self._write(text, 13, "B")

    def _cite(self, lines: tuple[tuple[int, str], ...]) -> None:
        """Link to the lines of the ledger, at the end."""
        if not lines:
            self._write("No line of the ledger.", 8, colour=_GREY)
            return
        self._pen(8, "", _GREY)
        self.pdf.write(4, "Ledger: ")
        for seq, digest in lines:
            self.pdf.write(4, f"line {seq} ({digest[:12]}) ", link=self._links.get(seq, ""))
        self.pdf.ln(6)

    def _write(self, text: str, size: int, style: str = "", colour: tuple[int, int, int] = _BLACK) -> None:
        self._pen(size, style, colour)
        self.pdf.multi_cell(0, size * 0.5, self._shown(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _pen(self, size: int, style: str, colour: tuple[int, int, int]) -> None:
        self.pdf.set_font(self.family, style="B" if style else "", size=size)
        self.pdf.set_text_color(*colour)

    def _shown(self, text: str) -> str:
        """Return a text as the font can show it."""
        clean = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
        return clean if self.family == _FONT else clean.encode("latin-1", "replace").decode("latin-1")


def _widths(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[int, ...]:
    """Return how wide columns shall be to each other, by their longest cell."""
    longest = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    return tuple(min(max(count, 5), _WIDEST) for count in longest)


def _with_fonts(pdf: FPDF) -> str:
    """Use the font that Matplotlib, which MLflow brings along, has for all of Latin, Greek and Cyrillic."""
    files = dict(_fonts())
    for style, path in files.items():
        pdf.add_font(_FONT, style=style, fname=path)
    return _FONT if files else _PLAIN


def _fonts() -> Iterator[tuple[str, Path]]:
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        return
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    both = {"": folder / "DejaVuSans.ttf", "B": folder / "DejaVuSans-Bold.ttf"}
    if all(path.is_file() for path in both.values()):
        yield from both.items()
