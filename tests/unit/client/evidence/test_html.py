import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from sentinel.evidence.charts import Figure, Series, columns, lines, ranking
from sentinel.evidence.html import Section, element, facts, page, table, text, tiles

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "</style><script>alert(1)</script>",
    "</title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "nul\x00 escape\x1b[31m lone\ud800",
)


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src", "xlink:href")}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def everything(name: str) -> str:
    figure = Figure(name, [name, "b"], [Series(name, [1, 2]), Series("other", [0, 3])])
    parts = [
        text(name), facts([(name, name)]), tiles([(name, name)]), table(name, [name, name], [[name, name]]),
        columns(figure), lines(figure), ranking(figure, name), element("p", name, title=name),
    ]  # fmt: skip
    return page(name, [text(name)], [Section(name, parts)])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_in_every_part_of_a_page(name: str) -> None:
    seen = Seen()
    seen.feed(everything(name))
    harmless = Seen()
    harmless.feed(everything("harmless"))
    assert seen.tags == harmless.tags
    assert seen.attributes == harmless.attributes
    assert seen.links == {"#part-1"}
    assert not seen.tags & {"script", "img", "iframe", "object", "link", "base", "form"}
    assert not [each for each in seen.attributes if each.startswith("on") or each == "style"]
    assert re.sub(r"[\x00\x1b\ud800]", "\ufffd", name) in "".join(seen.words)


def test_a_page_can_be_written_as_utf_8_with_any_text_in_it() -> None:
    assert everything("lone\ud800").encode().startswith(b"<!DOCTYPE html>")


def test_the_policy_of_a_page_allows_its_own_style_and_nothing_else() -> None:
    written = page("Report", [], [])
    style = written.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert (
        f"content=\"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\"" in written
    )
    assert "url(" not in style
    assert "@import" not in style


def test_paper_has_the_colours_of_daylight() -> None:
    written = page("Report", [], [])
    assert written.rindex("@media print { :root { --ink: #16202b;") > written.index("prefers-color-scheme: dark")


def test_a_chart_has_its_figures_in_a_table() -> None:
    figure = Figure("Sessions by day", ["11-01", "11-02"], [Series("direct", [3, 0]), Series("approval", [1, 2])])
    drawn = columns(figure).markup
    assert drawn.count("<rect") == 3
    assert "<title>11-01: 3 direct</title>" in drawn
    assert '<th scope="row" class="short">11-02</th><td class="number">0</td><td class="number">2</td>' in drawn


def test_columns_on_top_of_each_other_reach_as_high_as_their_sum() -> None:
    drawn = columns(Figure("t", ["a"], [Series("x", [1]), Series("y", [1])])).markup
    assert re.findall(r'y="([\d.]+)" height="([\d.]+)"', drawn) == [("50.0", "50.0"), ("0.0", "50.0")]


def test_a_line_has_a_gap_where_there_is_no_value() -> None:
    drawn = lines(Figure("t", ["a", "b", "c", "d"], [Series("x", [2, None, 1, 2])])).markup
    assert 'd="M5.0 0.0h0M25.0 50.0h0L35.0 0.0h0"' in drawn
    assert '<td class="number">-</td>' in drawn


@pytest.mark.parametrize("draw", [columns, lines, lambda figure: ranking(figure, "user")])
def test_a_figure_without_values_says_so(draw: object) -> None:
    assert callable(draw)
    assert "Nothing in this time." in draw(Figure("t", [], [Series("x", [])])).markup
