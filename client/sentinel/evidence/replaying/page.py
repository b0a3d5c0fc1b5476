"""A replay as a page in one file."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sentinel.evidence.charts import Figure, Series, columns, ranking
from sentinel.evidence.html import Html, Section, facts, page, table, text, tiles
from sentinel.evidence.records import Unread
from sentinel.evidence.replaying.outcomes import Change
from sentinel.evidence.replaying.tally import Tally
from sentinel.evidence.replaying.words import CHANGES, EXAMPLES, GROUPED, HEAD, cells, examples, summary, uncertainties

_MOST_ROWS: Final = 500
_MOST_RANKED: Final = 20


def replay_page(tally: Tally, unread: Unread, about: Mapping[str, Any], remarks: Sequence[str]) -> str:
    """Make the text of the file."""
    figures = [(words, tally.changed[change]) for change, words in CHANGES.items()]
    intro = [
        facts((name.replace("_", " "), str(value)) for name, value in about.items()),
        tiles([("replayed exactly", tally.exact), *figures, ("not exact", tally.doubtful)]),
        *map(text, summary(tally)),
        *(text(each, "hint") for each in remarks),
    ]
    sections = [
        Section("Changes", list(_changes(tally))),
        Section("By day", list(_days(tally))),
        *(_ranked(tally, key, name) for key, name in GROUPED.items()),
        Section("Not exact, or not decided", list(_uncertain(tally, unread))),
    ]
    return page("What a policy would have changed", intro, sections)


def _changes(tally: Tally) -> Iterator[Html]:
    groups = tally.ranked()
    yield table("Changes", HEAD, (cells(*each) for each in groups[:_MOST_ROWS]))
    if len(groups) > _MOST_ROWS:
        yield text(f"{len(groups) - _MOST_ROWS} further kinds of changes are in the JSON.", "hint")


def _days(tally: Tally) -> Iterator[Html]:
    if tally.estimated:
        yield text("Estimates are included, here and in the sums that follow.", "hint")
    yield columns(_figure("Changes by day", sorted(tally.days.items())))


def _ranked(tally: Tally, key: str, name: str) -> Section:
    figure = _figure(f"Changes by {name}", tally.by(key)[:_MOST_RANKED])
    return Section(f"By {name}", [ranking(figure, name)])


def _figure(title: str, sums: list[tuple[str, Counter[Change]]]) -> Figure:
    series = [Series(words, [each[change] for _, each in sums]) for change, words in CHANGES.items()]
    return Figure(title, [label for label, _ in sums], series)


def _uncertain(tally: Tally, unread: Unread) -> Iterator[Html]:
    yield from map(text, uncertainties(tally, unread))
    if rows := examples(tally):
        yield table("Lines that are not exact, the first of each reason", EXAMPLES, rows)
