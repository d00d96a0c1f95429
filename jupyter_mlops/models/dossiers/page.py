"""A dossier as one HTML file: nothing to load, every text escaped, ready to print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from jupyter_mlops.models.dossiers.points import Point, Repeats, Statement, tally

if TYPE_CHECKING:
    from jupyter_mlops.models.dossier import Dossier

_STYLE = Markup("""
body{font:15px/1.5 system-ui,sans-serif;color:#1b1b1b;max-width:54rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin-bottom:0}h2{font-size:1.25rem;border-bottom:1px solid #999;margin-top:2.4rem}
h3{font-size:1rem;margin:1.6rem 0 .3rem}h4{font-size:.9rem;margin:.9rem 0 .2rem}
.said{white-space:pre-wrap;overflow-wrap:anywhere;margin:.4rem 0}.from{color:#555;font-size:.85rem;margin:.2rem 0 .8rem}
.state{border:1px solid;border-radius:1rem;padding:0 .6rem;font-size:.8rem;white-space:nowrap}
.answered{color:#1b5e20}.partly{color:#8a5200}.gap{color:#a32020}
.open{border-left:4px solid #b26a00;padding:.2rem .7rem;margin:.4rem 0}
table{border-collapse:collapse;width:100%;font-size:.85rem;margin:.3rem 0}
th,td{border-bottom:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top;overflow-wrap:break-word}
table.facts{width:auto}table.facts th{font-weight:normal;color:#555;white-space:nowrap}td code{overflow-wrap:anywhere}code{font-size:.8rem}
@media print{body{margin:0;max-width:none;font-size:10pt}h2,h3,h4{break-after:avoid}tr{break-inside:avoid}
a{color:inherit;text-decoration:none}}
""")
_WORDS = {"answered": "Answered", "partly": "Answered in part", "gap": "Not answered"}


def draw(made: Dossier) -> bytes:
    """Return the file; equal dossiers make equal files."""
    page = Markup(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{title}: {version}</title>\n<style>{style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        "<p>Model <strong>{version}</strong>. {source}{as_of}</p>\n<p>{tally}</p>\n{contents}\n{points}\n{lines}\n"
        "</body>\n</html>\n"
    )
    as_of = f" As of {made.as_of[:16].replace('T', ' ')} UTC." if made.as_of else ""
    return page.format(
        title=made.title,
        version=made.version,
        style=_STYLE,
        source=made.source,
        as_of=as_of,
        tally=tally(made.points),
        contents=_contents(made.points),
        points=_joined(_points(made.points)),
        lines=_lines(made),
    ).encode("utf-8", "replace")


def _contents(points: Iterable[Point]) -> Markup:
    row = Markup(
        '<tr><td>{0}</td><td><a href="#point-{0}">{1}</a></td><td><span class="state {2}">{3}</span></td></tr>'
    )
    rows = _joined(row.format(item.number, item.text, item.state, _WORDS[item.state]) for item in points)
    return _table(("point", "asks", "state"), rows)


def _points(points: Iterable[Point]) -> Iterator[Markup]:
    heading, repeats = "", Repeats()
    for point in points:
        if point.heading and point.heading != heading:
            heading = point.heading
            yield Markup("<h2>{}. {}</h2>").format(point.number.partition("(")[0], heading)
        yield Markup('<h3 id="point-{}">{} {}</h3>').format(point.number, point.number, point.text)
        yield Markup('<p><span class="state {}">{}</span></p>').format(point.state, _WORDS[point.state])
        for said in point.statements:
            yield _statement(said, repeats.before(said, point.number))
        if point.gaps:
            yield Markup('<div class="open"><strong>Gap.</strong> {}<br>To fill it: {}</div>').format(
                " ".join(point.gaps), " ".join(point.fill) or "nothing that we know of"
            )


def _statement(said: Statement, before: str) -> Markup:
    title = Markup("<h4>{}</h4>").format(said.title) if said.title else Markup("")
    if before:
        return title + Markup('<p class="from">As under <a href="#point-{0}">{0}</a>.</p>').format(before)
    link = Markup('<a href="#line-{}">line {} (<code>{}</code>)</a>')
    links = Markup(", ").join(link.format(seq, seq, digest[:12]) for seq, digest in said.lines)
    told = Markup(" Ledger: {}.").format(links) if said.lines else Markup(" No line of the ledger.")
    return title + _said(said) + Markup('<p class="from">{}{}</p>').format(said.known_from, told)


def _said(said: Statement) -> Markup:
    text = Markup('<p class="said">{}</p>').format(said.text) if said.text else Markup("")
    fact = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
    facts = _joined(fact.format(name, value) for name, value in said.facts)
    if facts:
        text += Markup('<table class="facts"><tbody>{}</tbody></table>').format(facts)
    if said.rows:
        text += _table(said.columns, _joined(_row(row) for row in said.rows))
    if said.more:
        text += Markup('<p class="from">… and {} more, which the card lists.</p>').format(said.more)
    return text


def _row(cells: Iterable[str]) -> Markup:
    return Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in cells))


def _table(columns: Iterable[str], rows: Markup) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in columns)
    return Markup("<table><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table>").format(head, rows)


def _lines(made: Dossier) -> Markup:
    if not made.lines:
        return Markup("<h2>Ledger</h2><p>No line of the ledger stands behind this dossier.</p>")
    row = Markup(
        '<tr id="line-{0}"><td>{0}</td><td>{1}</td><td>{2}</td><td>{3}</td><td>{4}</td><td><code>{5}</code></td></tr>'
    )
    rows = _joined(
        row.format(line.seq, line.at[:19].replace("T", " "), line.actor, line.verb, line.outcome, line.hash)
        for line in made.lines
    )
    note = "Prove any of them with `jupyter mlops audit --prove LINE`, or check the passport offline."
    columns = ("line", "when (UTC)", "who", "verb", "outcome", "digest (SHA-256)")
    return Markup("<h2>Ledger</h2><p>{}</p>{}").format(note, _table(columns, rows))


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("\n").join(parts)
