"""A page in one file, in the look of the console: no script, nothing from elsewhere, every text escaped, printable.

Text becomes markup in `element` alone, and `Html` is what has been through it. The page's own policy lets a browser
run no script and load nothing, so a name that a caller chose stays text even if one place forgot.
"""

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from shared.console.assets import load_style


@dataclass(frozen=True, slots=True)
class Html:
    """Markup made by `element`."""

    markup: str


Child: TypeAlias = Html | str | int | float | None
_UNKNOWN: Final = "-"
# Longer text in a table is broken into lines; shorter, or an instant, is not even on paper.
_ONE_LINE: Final = 48
_SHORT: Final = len("2026-06-01 12:00")
# What a browser would drop or obey instead of showing; a line end and a tab are white space to it.
_UNSHOWN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_STYLE: Final = """
main { max-width: 72rem; }
@media (min-width: 62rem) { nav { flex-wrap: wrap; overflow: visible; } }
main > header { display: block; border: 0; padding: 1rem 0 0; }
header h1 { margin: 0; } header strong { color: var(--dim); }
.intro > dl { margin: 1rem 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; padding: 0; }
.tiles li { list-style: none; }
.tiles li { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--soft); }
.tiles b { display: block; font-size: 1.5rem; line-height: 1.2; }
section { scroll-margin-top: 1rem; } figcaption { font-weight: 600; margin-bottom: .5rem; }
figure { margin: 1.5rem 0; }
.plot { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem .5rem; }
.plot { color: var(--dim); font-size: .8rem; }
.plot svg { display: block; width: 100%; height: 180px; overflow: visible; }
.plot .up, .plot .along { display: flex; justify-content: space-between; }
.plot .up { flex-direction: column; text-align: end; } .plot .along { grid-column: 2; }
.grid { stroke: var(--line); } .lines { fill: none; stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
.bar-1 { fill: var(--bar-1); stroke: var(--bar-1); } .bar-2 { fill: var(--bar-2); stroke: var(--bar-2); }
.bar-3 { fill: var(--bar-3); stroke: var(--bar-3); } .bar-4 { fill: var(--bar-4); stroke: var(--bar-4); }
.bar-5 { fill: var(--bar-5); stroke: var(--bar-5); } rect { stroke: none; } .lines { fill: none; }
.legend li { color: var(--ink); } .legend li::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.legend .bar-1::before { background: var(--bar-1); } .legend .bar-2::before { background: var(--bar-2); }
.legend .bar-3::before { background: var(--bar-3); } .legend .bar-4::before { background: var(--bar-4); }
.legend .bar-5::before { background: var(--bar-5); }
table { width: auto; min-width: min(34rem, 100%); } table:has(.meter) { width: 100%; }
th, td { vertical-align: top; unicode-bidi: isolate; white-space: nowrap; padding: .35rem .5rem; }
tbody th { font-weight: 400; }
.long { white-space: normal; overflow-wrap: anywhere; min-width: 18rem; }
caption, .caption { text-align: start; font-weight: 600; margin: 0; } .scroll { margin: 1.5rem 0; }
figure .scroll { margin: 0; } summary { color: var(--dim); }
thead th { color: var(--dim); font-weight: 600; border-bottom: 2px solid var(--line); }
.number { text-align: end; font-variant-numeric: tabular-nums; }
.meter { width: 50%; min-width: 6rem; vertical-align: top; padding-top: .5rem; }
.meter svg { display: block; width: 100%; height: .9rem; }
@media (max-width: 40rem) {
  th, td { padding: .4rem .35rem; font-size: .9rem; } .long { min-width: 12rem; }
  table:has(.meter) th:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
}
@media print {
  body { font-size: 10pt; } main { max-width: none; padding: 0; } body > header, summary { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .scroll { overflow: visible; } figure, tr, .tiles li { break-inside: avoid; }
  h2, h3, figcaption { break-after: avoid; }
  thead { display: table-header-group; }
  th, td { padding: .1rem .3rem; font-size: 8.5pt; white-space: normal; overflow-wrap: anywhere; }
  .number, .short { white-space: nowrap; overflow-wrap: normal; }
  .long { min-width: 0; } .tiles { grid-template-columns: repeat(5, 1fr); } .tiles b { font-size: 1.2rem; }
}
"""


def element(name: str, /, *children: Child, **attributes: str | float | None) -> Html:
    """Make an element. Text is escaped, None left out; `class_` is written `class`, `aria_label` `aria-label`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}>{''.join(map(_markup, children))}</{name}>")


def _markup(child: Child) -> str:
    if isinstance(child, Html):
        return child.markup
    return "" if child is None else _escape(child)


def _escape(text: str | float) -> str:
    return html.escape(_UNSHOWN.sub("\ufffd", str(text)))


@cache
def _style() -> str:
    """Give the console's style and this page's. Paper is light, also where the screen is dark."""
    console = load_style()
    light = console[: console.index("}") + 1]
    return f"{console}{_STYLE}@media print {{ {light} }}\n"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page, with a heading of its own."""

    heading: str
    content: Sequence[Html]


def page(title: str, intro: Iterable[Html], sections: Sequence[Section]) -> str:
    """Make the text of the file: the title, what introduces it, links to the sections, and these."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    links = [element("a", each.heading, href=f"#part-{number}") for number, each in enumerate(sections, 1)]
    parts = [
        element("section", element("h2", each.heading), *each.content, id=f"part-{number}")
        for number, each in enumerate(sections, 1)
    ]
    head = element("header", element("strong", "Sentinel"), element("h1", title))
    body = element(
        "body",
        element("header", element("nav", *links, aria_label="Parts of this page")),
        element("main", head, element("div", *intro, class_="intro"), *parts),
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">\n'
        f"<title>{_escape(title)}</title><style>{style}</style></head>\n{body.markup}</html>\n"
    )


def text(words: str, class_: str | None = None) -> Html:
    """Make a paragraph; of class `hint` it is small print, of `failure` or `news` it is in a box."""
    return element("p", words, class_=class_)


def facts(pairs: Iterable[tuple[str, Child]]) -> Html:
    """Make a list of names with their values."""
    return element("dl", *(each for name, value in pairs for each in (element("dt", name), element("dd", value))))


def tiles(figures: Iterable[tuple[str, Child]]) -> Html:
    """Make a row of large figures, each with what it counts."""
    return element("ul", *(element("li", element("b", value), name) for name, value in figures), class_="tiles")


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Child]], *, is_captioned: bool = True) -> Html:
    """Make a table whose first column names its rows; numbers are aligned, None is shown as a dash.

    Without `is_captioned` the caption is for screen readers only: what is above the table says the same.
    """
    shown = [list(row) for row in rows]
    class_ = "caption" if is_captioned else "hidden"
    if not shown:
        return element("div", text(caption, class_), text("Nothing in this time.", "empty"))
    classes = ["number" if all(map(_is_number, column)) else None for column in zip(*shown, strict=True)]
    heads = [
        element("th", name, scope="col", class_=each) if name else element("td")
        for name, each in zip(head, classes, strict=True)
    ]
    written = [element("tr", *map(_cell, range(len(row)), row, classes)) for row in shown]
    body = element(
        "table",
        element("caption", caption, class_=class_),
        element("thead", element("tr", *heads)),
        element("tbody", *written),
    )
    return element("div", body, class_="scroll", tabindex=0, role="region", aria_label=caption)


def _is_number(cell: Child) -> bool:
    return cell is None or isinstance(cell, int | float)


def _cell(place: int, cell: Child, class_: str | None) -> Html:
    if isinstance(cell, Html) and cell.markup.startswith("<svg"):
        return element("td", cell, class_="meter")
    if isinstance(cell, str):
        class_ = "long" if len(cell) > _ONE_LINE else "short" if len(cell) <= _SHORT else None
    shown = _UNKNOWN if cell is None else cell
    return element("td", shown, class_=class_) if place else element("th", shown, scope="row", class_=class_)
