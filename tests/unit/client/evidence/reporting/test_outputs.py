import csv
import io
import json
from html.parser import HTMLParser

import orjson
import pytest

from sentinel.evidence.reporting.csv_files import csv_files
from sentinel.evidence.reporting.page import spell, write_page
from sentinel.evidence.reporting.tables import Report
from tests.evidence.history import END, write_history
from tests.evidence.reports import issued, report_of

# In the order of the page. Days and weeks are those of its charts.
SHOWN = (
    "access", "unused", "rules", "standing", "requests", "approvers", "duties", "own", "break_glass", "revocations",
    "lockouts", "refusals",
)  # fmt: skip


class Tables(HTMLParser):
    """The rows of each table of a page, by its caption."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        self._tag = tag
        if tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag == "caption":
            self._rows = self.found[data] = []
        elif self._tag in ("td", "th"):
            self._rows[-1][-1] += data


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(write_history())


def read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_csv_and_json_have_the_same_rows(report: Report) -> None:
    written = json.loads(orjson.dumps(report.as_json()))
    files = csv_files(report)
    assert set(files) == {f"{name}.csv" for name in ("summary", *report.tables)}
    for name in report.tables:
        head, *rows = read_csv(files[f"{name}.csv"])
        as_text = [["" if cell is None else str(cell) for cell in row.values()] for row in written[name]]
        assert rows == as_text
        assert all(list(row) == head for row in written[name])
    summary = {name: "" if value is None else str(value) for name, value in written["summary"].items()}
    assert dict(read_csv(files["summary.csv"])[1:]) == summary


def test_the_page_has_the_rows_of_the_tables(report: Report) -> None:
    page = Tables()
    page.feed(write_page(report, END))
    captioned = list(page.found.values())
    for name in SHOWN:
        table = report[name]
        rows = [
            ["-" if cell is None else str(spell(column, cell)) for column, cell in zip(table.columns, row, strict=True)]
            for row in table.rows
        ]
        assert rows in [each[1:] for each in captioned], name
    assert page.found["Sessions by day"][1:3] == [["2026-06-01", "7", "0", "0"], ["2026-06-02", "6", "1", "0"]]
    assert page.found["Who approved whose requests"] == [
        ["requests of, approved by", "bob", "alice"],
        ["alice", "4", "-"],
        ["bob", "-", "2"],
        ["dan", "1", "1"],
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("a;=1+1", "a;'=1+1"),
        ("a\n@x", "a\n'@x"),
        ("＝1+1", "'＝1+1"),  # noqa: RUF001 - full width, which some spreadsheets read as well
        ("alice@example.com", "alice@example.com"),
        ('"=1+1', '"=1+1'),
    ],
)
def test_a_name_is_no_formula_in_a_spreadsheet(name: str, written: str) -> None:
    rows = read_csv(csv_files(report_of(issued(user=name)))["access.csv"])
    assert rows[1][0] == written
    assert rows[1][4] == "1"


def test_a_hostile_name_is_text_on_the_page() -> None:
    name = "</td><script>alert(1)</script>"
    page = write_page(report_of(issued(user=name, profile=name, rule=name)), END)
    assert "<script" not in page
    assert "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_of_a_period_without_lines_says_that_there_was_nothing() -> None:
    page = write_page(report_of([]), END)
    assert "Nothing in this time." in page
    assert "<svg" not in page


def test_the_page_raises_the_alarm_for_a_decision_on_ones_own() -> None:
    line = next(
        issued(
            service="admin", outcome="answered", operation="POST /v1/requests/0123456789abcdef/approve",
            user="alice", grant_user="Alice@example.com", grant_id="0123456789abcdef", grant_status="approved",
        )
    )  # fmt: skip
    report = report_of([line])
    assert report["own"].rows[0][-1] == "done"
    assert "Decisions on one&#x27;s own were made." in write_page(report, END)
