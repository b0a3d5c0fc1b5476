"""Charts as inline SVG, each with a table of the same figures, for those who do not see it and for paper.

A picture holds no words and is stretched to the width there is, so words keep their size on a telephone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sentinel.evidence.html import Child, Html, element, table, text

Value = int | float | None
# The console has so many colours that differ.
MOST_SERIES: Final = 5
# So many rows are shown with the chart; more are opened.
_FEW: Final = 10
_HEIGHT: Final = 100
_STEP: Final = 10


@dataclass(frozen=True, slots=True)
class Series:
    """What one colour shows: a value for each label; None where it has no value."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Figure:
    """Figures by label. There are at most five series."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]

    def __post_init__(self) -> None:
        assert len(self.series) <= MOST_SERIES, "the console has no more colours"

    @property
    def is_empty(self) -> bool:
        return not any(value for each in self.series for value in each.values)

    def row(self, place: int) -> list[Value]:
        return [each.values[place] for each in self.series]


def columns(figure: Figure) -> Html:
    """Draw a column for each label, the series on top of each other."""
    top = _round_up(max((_sum(figure.row(place)) for place in range(len(figure.labels))), default=0))
    return _framed(figure, top, _columns(figure, top))


def lines(figure: Figure) -> Html:
    """Draw a line for each series; it has a gap where there is no value."""
    top = _round_up(max((value or 0 for each in figure.series for value in each.values), default=0))
    return _framed(figure, top, _lines(figure, top))


def ranking(figure: Figure, head: str) -> Html:
    """Draw a table with a bar in each row; `head` says what the labels are."""
    if figure.is_empty:
        return _captioned(figure, text("Nothing in this time.", "empty"))
    most = max(_sum(figure.row(place)) for place in range(len(figure.labels)))
    rows = [(label, *figure.row(place), _bar(figure.row(place), most)) for place, label in enumerate(figure.labels)]
    names = [each.name for each in figure.series]
    return _captioned(figure, _legend(figure), table(figure.title, [head, *names, ""], rows, is_captioned=False))


def _framed(figure: Figure, top: float, shapes: Iterator[Html]) -> Html:
    if figure.is_empty:
        return _captioned(figure, text("Nothing in this time.", "empty"))
    width = len(figure.labels) * _STEP
    grid = [
        element("line", class_="grid", x1=0, x2=width, y1=at, y2=at, vector_effect="non-scaling-stroke")
        for at in (0, _HEIGHT / 2, _HEIGHT)
    ]
    picture = element(
        "svg",
        *grid,
        *shapes,
        viewBox=f"0 0 {width} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=f"{figure.title}: the table below has the figures",
    )
    up = element("div", *(element("span", each) for each in (_spell(top), _spell(top / 2), 0)), class_="up")
    ends = [figure.labels[place] for place in sorted({0, len(figure.labels) // 2, len(figure.labels) - 1})]
    along = element("div", *(element("span", each) for each in ends), class_="along")
    plot = element("div", up, picture, along, class_="plot")
    return _captioned(figure, plot, _legend(figure), _opened(figure))


def _captioned(figure: Figure, *content: Html | None) -> Html:
    return element("figure", element("figcaption", figure.title), *content)


def _opened(figure: Figure) -> Html:
    rows: list[list[Child]] = [[label, *figure.row(place)] for place, label in enumerate(figure.labels)]
    is_open = "" if len(rows) <= _FEW else None
    figures = table(figure.title, ["", *(each.name for each in figure.series)], rows, is_captioned=False)
    return element("details", element("summary", f"{figure.title} as a table"), figures, open=is_open)


def _legend(figure: Figure) -> Html | None:
    if len(figure.series) == 1:
        return None
    names = (element("li", each.name, class_=f"bar-{number}") for number, each in enumerate(figure.series, 1))
    return element("ul", *names, class_="legend")


def _columns(figure: Figure, top: float) -> Iterator[Html]:
    for place, label in enumerate(figure.labels):
        under = 0.0
        for number, each in enumerate(figure.series, 1):
            value = each.values[place]
            if value:
                under += value
                yield element(
                    "rect",
                    element("title", f"{label}: {value} {each.name}"),
                    class_=f"bar-{number}",
                    x=place * _STEP + 1.5,
                    width=_STEP - 3,
                    y=_y(under, top),
                    height=round(value / top * _HEIGHT, 2),
                )


def _lines(figure: Figure, top: float) -> Iterator[Html]:
    for number, each in enumerate(figure.series, 1):
        path, is_drawing = [], False
        for place, value in enumerate(each.values):
            if value is not None:
                # A point without neighbours is a line of no length, which its round ends show.
                path.append(f"{'L' if is_drawing else 'M'}{place * _STEP + _STEP / 2} {_y(value, top)}h0")
            is_drawing = value is not None
        yield element("path", class_=f"lines bar-{number}", d="".join(path), vector_effect="non-scaling-stroke")


def _bar(values: Sequence[Value], most: float) -> Html:
    parts, start = [], 0.0
    for number, value in enumerate(values, 1):
        length = round((value or 0) / most * _HEIGHT, 2)
        parts.append(element("rect", class_=f"bar-{number}", x=round(start, 2), y=0, width=length, height=_STEP))
        start += length
    view = f"0 0 {_HEIGHT} {_STEP}"
    return element("svg", *parts, viewBox=view, preserveAspectRatio="none", aria_hidden="true")


def _y(value: float, top: float) -> float:
    return round(_HEIGHT - value / top * _HEIGHT, 2)


def _sum(values: Sequence[Value]) -> float:
    return sum(value or 0 for value in values)


def _round_up(most: float) -> float:
    """Round up to 2, 4 or 10 times a power of ten, so that its half is a whole number, too."""
    size = 2.0
    while size < most:
        size *= 2.5 if f"{size:.0f}"[0] == "4" else 2
    return size


def _spell(value: float) -> str:
    return f"{value:,.0f}"
