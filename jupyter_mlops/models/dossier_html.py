"""A dossier as one HTML file: nothing to load, every text escaped, ready to print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from jupyter_mlops.models.dossier_points import Point, Statement

if TYPE_CHECKING:
    from jupyter_mlops.models.dossier import Dossier

_STYLE = Markup("""
body{font:15px/1.5 system-ui,sans-serif;color:#1b1b1b;max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin-bottom:0}h2{font-size:1.25rem;border-bottom:1px solid #999;margin-top:2.2rem}
h3{font-size:1rem;margin:1.4rem 0 .3rem}.said{white-space:pre-wrap;overflow-wrap:anywhere;margin:.4rem 0}
.from{color:#555;font-size:.85rem}.gap{border-left:4px solid #b26a00;padding:.2rem .7rem;margin:.4rem 0}
table{border-collapse:collapse;width:100%;font-size:.85rem}th,td{border:1px solid #bbb;padding:.2rem .4rem;text-align:left;
vertical-align:top;overflow-wrap:anywhere}code{font-size:.8rem}
@media print{body{margin:0;max-width:none;font-size:10pt}h2{break-after:avoid}h3{break-after:avoid}tr{break-inside:avoid}
a{color:inherit;text-decoration:none}}
""")
_WORDS = {"answered": "Answered from evidence", "partly": "Answered in part", "gap": "Not answered"}


def draw(made: Dossier) -> bytes:
    """Return the file; equal dossiers make equal files."""
    page = Markup(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{title}: {version}</title>\n<style>{style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        "<p>Model <strong>{version}</strong>. {source}{as_of}</p>\n{points}\n{lines}\n</body>\n</html>\n"
    )
    as_of = f" As of {made.as_of[:16].replace('T', ' ')} UTC." if made.as_of else ""
    return page.format(
        title=made.title,
        version=made.version,
        style=_STYLE,
        source=made.source,
        as_of=as_of,
        points=_joined(_points(made.points)),
        lines=_lines(made),
    ).encode("utf-8", "replace")


def _points(points: Iterable[Point]) -> Iterator[Markup]:
    heading = ""
    for point in points:
        if point.heading and point.heading != heading:
            heading = point.heading
            yield Markup("<h2>{}. {}</h2>").format(point.number.partition("(")[0], heading)
        yield Markup('<h3 id="point-{}">{} {}</h3>').format(point.number, point.number, point.text)
        yield Markup('<p class="from">{}</p>').format(_WORDS[point.state])
        yield from (_statement(said) for said in point.statements)
        if point.gaps:
            yield Markup('<div class="gap"><strong>Gap.</strong> {}<br>To fill it: {}</div>').format(
                " ".join(point.gaps), " ".join(point.fill) or "nothing that we know of"
            )


def _statement(said: Statement) -> Markup:
    link = Markup('<a href="#line-{}">line {} (<code>{}</code>)</a>')
    links = Markup(", ").join(link.format(seq, seq, digest[:12]) for seq, digest in said.lines)
    told = Markup(" Ledger: {}.").format(links) if said.lines else Markup(" No line of the ledger.")
    shown = Markup('<p class="said">{}</p><p class="from">Known from {}.{}</p>')
    return shown.format(said.text, said.source, told)


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
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(name)
        for name in ("line", "when (UTC)", "who", "verb", "outcome", "digest (SHA-256)")
    )
    note = "Prove any of them with `jupyter mlops audit --prove LINE`, or check the passport offline."
    return Markup(
        "<h2>Ledger</h2><p>{}</p><table><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table>"
    ).format(note, head, rows)


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("\n").join(parts)
