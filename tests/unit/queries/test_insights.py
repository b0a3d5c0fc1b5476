"""The queries of CloudWatch Logs Insights: that they parse, and that what they read is what the functions write."""

import re
from pathlib import Path

import pytest
from lark.exceptions import LarkError

from deploy.queries.archive_table import columns
from deploy.queries.pack import load_logs_queries
from tests.unit.queries.insights import fields_in, parse

PROJECT = Path(__file__).parents[3]
QUERIES = load_logs_queries()
FOUND_BY_AWS = {"@timestamp", "@message"}
SOURCES = [*(PROJECT / "services").rglob("*.py"), *(PROJECT / "shared").rglob("*.py")]
STEPS = {step for file in SOURCES for step in re.findall(r'\.step\("(\w+)"\)', file.read_text(encoding="utf-8"))}


def is_written(field: str) -> bool:
    """Whether an audit line may have the field: one of its own, an entry of a list, or a step."""
    name, _, inner = field.partition(".")
    kind = columns().get(name)
    if kind is None:
        return field in FOUND_BY_AWS
    if name == "steps":
        return inner in STEPS
    # A map's keys and a list's entries are found one by one, never the whole.
    return bool(inner) if kind.startswith("map") else inner == "0" if kind.startswith("array") else not inner


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_parses_and_reads_what_is_written(name: str) -> None:
    query = parse(QUERIES[name].text)
    fields = list(fields_in(query))
    assert [field for field in fields if not is_written(field)] == []
    assert "kind" in fields
    assert QUERIES[name].about.startswith(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_looks_at_audit_lines_only_and_ends(name: str) -> None:
    first = next(line for line in QUERIES[name].text.splitlines() if not line.startswith("#"))
    assert first.startswith('filter kind = "sentinel.audit"')
    assert " or " not in first or "and (" in first or first.endswith(")"), "an `or` without brackets lets all lines in"
    assert re.search(r"^\| (limit 1000|stats )", QUERIES[name].text, re.MULTILINE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "filter",
        'filter kind = "a" and',
        'filter kind == "a"',
        "stats count(*)",
        "stats total(*) as n",
        "stats count(*) as n by bin(5)",
        "sort user",
        "limit ten",
        "filter kind like /unfinished",
        "fields user | delete",
    ],
)
def test_what_is_no_query_does_not_parse(text: str) -> None:
    with pytest.raises(LarkError):
        parse(text)


def test_a_field_that_no_line_has_is_noticed() -> None:
    text = 'filter kind = "a" | stats count(*) as n by steps.nothing, nowhere, notified | sort n desc'
    assert [each for each in fields_in(parse(text)) if not is_written(each)] == [
        "notified",
        "nowhere",
        "steps.nothing",
    ]
