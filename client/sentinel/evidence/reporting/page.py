"""The report as a page: a section for each question, with charts and the tables behind them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sentinel.evidence.charts import Figure, Series, columns, lines, ranking
from sentinel.evidence.html import Child, Html, Section, facts, page, table, text, tiles
from sentinel.evidence.reporting.tables import Cell, Report, Row, Table
from sentinel.terminal.times import absolute
from shared.core.durations import format_duration
from shared.core.stamp import Via

_MOST_ROWS: Final = 200
_MOST_BARS: Final = 15
_MOST_COLUMNS: Final = 120
_MOST_IN_MATRIX: Final = 12
_MINUTE_MS: Final = 60_000
_TIMES: Final = frozenset({"time", "began", "closed", "reviewed"})
_DAYS: Final = frozenset({"first", "last", "week"})


def write_page(report: Report, made_at: datetime) -> str:
    """Give the text of the HTML file; `made_at` (UTC) is when the report was made."""
    period = [
        ("from", absolute(report.begin)),
        ("until", absolute(report.end)),
        ("read from", report.source),
        ("audit lines", f"{report.summary['lines']:,}"),
        ("made", absolute(made_at)),
    ]
    return page("Access report", [facts(period), _headline(report)], list(_sections(report)))


def _headline(report: Report) -> Html:
    of = report.summary
    return tiles(
        [
            ("sessions", of["sessions"]),
            ("users", of["users"]),
            ("profiles used", of["profiles_used"]),
            ("rules and profiles not used", "-" if of["unused"] is None else of["unused"]),
            ("requests approved", f"{of['approved']} of {of['requests']}"),
            ("median time to approve", spell("_s", of["time_to_approve_median_s"]) or "-"),
            ("break-glass without review", f"{of['break_glass_not_reviewed']} of {of['break_glass']}"),
            ("revocations", of["revocations"]),
            ("refusals", of["refusals"]),
        ]
    )


def _sections(report: Report) -> Iterator[Section]:
    yield Section("Who had what", _usage(report))
    yield Section("Not used", _unused(report))
    yield Section("Standing access", _standing(report))
    yield Section("Approvals", _approvals(report))
    yield Section("Separation of duties", _duties(report))
    yield Section("Break-glass", _break_glass(report))
    yield Section("Revocations", _revocations(report))
    yield Section("Refusals", _refusals(report))
    if report.notes:
        yield Section("Not shown", [text(note) for note in report.notes])


def _usage(report: Report) -> Sequence[Html]:
    vias = [via.value for via in Via]
    profiles = [row for row in report["profiles"].rows if row[2]]
    most_used = sorted(profiles, key=lambda row: -_number(row[2]))[:_MOST_BARS]
    users: Counter[str] = Counter()
    for row in report["access"].rows:
        users[str(row[0])] += _number(row[4])
    return [
        columns(_by_day(report["days"].rows, dict(enumerate(vias, 1)))),
        ranking(_figure("Sessions by profile", most_used, dict(enumerate(vias, 3))), "profile"),
        ranking(_figure("Sessions by user", users.most_common(_MOST_BARS), {1: "sessions"}), "user"),
        *_whole(report["access"], "Who had which profile, by which rule, and how often"),
    ]


def _by_day(days: Sequence[Row], series: dict[int, str]) -> Figure:
    """Make a figure of the days, or of so many days together that the columns can be distinguished."""
    together = max(1, -(-len(days) // _MOST_COLUMNS))
    parts = [days[place : place + together] for place in range(0, len(days), together)]
    rows: list[Row] = [(part[0][0], *(sum(_number(row[place]) for row in part) for place in series)) for part in parts]
    return _figure("Sessions by day" if together == 1 else f"Sessions by {together} days", rows, series)


def _unused(report: Report) -> Sequence[Html]:
    unused = list(_whole(report["unused"], "Rules and profiles that were not used"))
    if report.summary["unused"] is None:
        unused = [
            text("Neither the policy nor the profiles are known: name them with --policy and --profiles.", "news")
        ]
    return [
        text("Rules that decided nothing in this time, and profiles of which no session was issued. A deny that "
             "decided nothing may still be needed.", "hint"),
        *unused,
        *_whole(report["rules"], "What each rule decided"),
    ]  # fmt: skip


def _standing(report: Report) -> Sequence[Html]:
    return [
        text("Access that people have without an approval, and used on no more than two days of thirty. It could be "
             "given by approval instead: effect require_approval.", "hint"),
        *_whole(report["standing"], "Standing access that was used rarely"),
    ]  # fmt: skip


def _approvals(report: Report) -> Sequence[Html]:
    weeks = report["weeks"].rows
    minutes = [None if row[2] is None else round(_number(row[2]) / 60, 1) for row in weeks]
    figure = Figure(
        "Median time to approve by week, in minutes", [_day(row[0]) for row in weeks], [Series("minutes", minutes)]
    )
    return [
        lines(figure),
        *_whole(report["requests"], "Requests by profile"),
        text("The time to approve runs from the filing of a request to the approval that decided it; an approver's, to "
             "the own approval. Half of the requests took at most the median, nine in ten at most the value of p90.",
             "hint"),
        *_whole(report["approvers"], "Approvers"),
    ]  # fmt: skip


def _duties(report: Report) -> Sequence[Html]:
    own = report["own"]
    done = [row for row in own.rows if row[-1] == "done"]
    alarm = [text("Decisions on one's own were made. Sentinel refuses them: find out how.", "failure")] if done else []
    return [
        *alarm,
        *_matrix(report["duties"]),
        text("Mutual: each has decided on the other's requests or events.", "hint"),
        *_whole(report["duties"], "Who decided on whose requests and events"),
        text("Attempts to decide on what is, or may be, one's own:", "hint"),
        *_whole(own, "Decisions on one's own"),
    ]


def _matrix(pairs: Table) -> Iterator[Html]:
    """Show who approved whose requests, as a square of the most frequent names."""
    counts: Counter[tuple[str, str]] = Counter()
    for of, by, kind, count, _ in pairs.rows:
        if kind == "approval":
            counts[str(of), str(by)] += _number(count)
    if not counts:
        return
    requesters, approvers = Counter[str](), Counter[str]()
    for (of, by), count in counts.items():
        requesters[of] += count
        approvers[by] += count
    shown = [name for name, _ in approvers.most_common(_MOST_IN_MATRIX)]
    rows = [(of, *(counts.get((of, by)) for by in shown)) for of, _ in requesters.most_common(_MOST_IN_MATRIX)]
    yield table("Who approved whose requests", ["requests of, approved by", *shown], rows)


def _break_glass(report: Report) -> Sequence[Html]:
    missing = report.summary["break_glass_not_reviewed"]
    alarm = [text(f"{missing} without a review.", "failure")] if missing else []
    return [*alarm, *_whole(report["break_glass"], "Break-glass events and their reviews")]


def _revocations(report: Report) -> Sequence[Html]:
    return [
        text("From “vends stopped” on no credentials were issued any more to whom or what was revoked. From “in "
             "effect” on, the kill switch ended what had been issued; IAM then takes seconds to spread it. A dash: "
             "the kill switch was not written in every account in this time.", "hint"),
        *_whole(report["revocations"], "Revocations and the time to their effect"),
        *_whole(report["lockouts"], "Lockouts"),
    ]  # fmt: skip


def _refusals(report: Report) -> Sequence[Html]:
    codes: Counter[str] = Counter()
    for row in report["refusals"].rows:
        codes[str(row[2])] += _number(row[4])
    return [
        ranking(_figure("Refusals by code", codes.most_common(_MOST_BARS), {1: "refusals"}), "code"),
        *_whole(report["refusals"], "What was refused or failed"),
    ]


def _figure(title: str, rows: Sequence[Row], series: dict[int, str]) -> Figure:
    """Make a figure of rows: the labels are in the first column, and each series in its own."""
    named = [Series(name, [_number(row[place]) for row in rows]) for place, name in series.items()]
    return Figure(title, [str(row[0]) for row in rows], named)


def _whole(of: Table, caption: str) -> Iterator[Html]:
    head = [_heading(column) for column in of.columns]
    rows = [[spell(column, cell) for column, cell in zip(of.columns, row, strict=True)] for row in of.rows[:_MOST_ROWS]]
    yield table(caption, head, rows)
    if len(of.rows) > _MOST_ROWS:
        yield text(f"The first {_MOST_ROWS} of {len(of.rows):,} rows; CSV and JSON have all.", "hint")


def _heading(column: str) -> str:
    return column.removesuffix("_ms").removesuffix("_s").replace("_", " ")


def spell(column: str, cell: Cell) -> Child:
    """Write a cell as people read it: durations and instants by the name of their column."""
    if isinstance(cell, int) and column.endswith("_ms"):
        seconds = cell / 1000
        return f"{seconds:.1f}s" if cell < _MINUTE_MS else format_duration(timedelta(seconds=round(seconds)))
    if isinstance(cell, int) and column.endswith("_s"):
        return format_duration(timedelta(seconds=cell))
    if isinstance(cell, str) and column in _TIMES:
        return f"{cell[:10]} {cell[11:16]}"
    return _day(cell) if isinstance(cell, str) and column in _DAYS else cell


def _day(cell: Cell) -> str:
    return str(cell)[:10]


def _number(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0
