"""The queries of Athena, run on lines as the functions write them: by DuckDB, in its own words (sqlglot)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import expressions

from deploy.queries import archive_table
from deploy.queries.archive_table import columns, create_table, files
from deploy.queries.pack import load_athena_queries
from shared.clock import utc_now
from shared.edge.audit.line import AuditLine, Outcome
from shared.edge.audit.writing import render

QUERIES = load_athena_queries()
# The queries look back from the present, which takes this one's place when the table is filled.
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST, EVENT = "0123456789abcdef", "fedcba9876543210"


def line(days_ago: int, service: str = "vend", outcome: Outcome = "issued", **more: Any) -> AuditLine:
    return AuditLine(NOW - timedelta(days=days_ago), service, "r", outcome=outcome, **more)


LINES = [
    *(line(1, "authorizer", "allowed", process="whole", sequence=number) for number in (4, 5, 6)),
    *(line(2, "authorizer", "allowed", process="gap", sequence=number) for number in (1, 3)),
    *(line(1, "authorizer", "allowed", process="twice", sequence=number) for number in (1, 2, 2)),
    *(line(day, user="alice", profile="prod", via="approval", rule="prod", grant_id=REQUEST) for day in (1, 2, 3)),
    line(1, user="bob", profile="dev", via="direct", rule="dev", facts={"claims": {"a": "1", "A": "2"}}),
    line(90, user="bob", profile="old", via="direct", rule="dev"),
    line(5, outcome="refused", code="denied", user="mallory", profile="prod", rule="no-mallory"),
    line(4, outcome="refused", code="denied", user="eve", profile="prod", rule="no-mallory"),
    line(
        2, user="carol", profile="prod", via="break-glass", rule="on-call", grant_id=EVENT, access_key_id="ASIAEXAMPLE"
    ),
    line(2, "admin", "answered", operation="POST /v1/break-glass", user="carol", grant_id=EVENT, grant_user="carol"),
    line(
        1,
        "admin",
        "answered",
        operation=f"POST /v1/break-glass/{EVENT}/review",
        user="bob",
        grant_id=EVENT,
        grant_user="carol",
    ),
    line(
        3,
        "admin",
        "answered",
        operation=f"POST /v1/requests/{REQUEST}/approve",
        user="bob",
        grant_user="alice",
        profile="prod",
    ),
    line(3, "admin", "answered", operation="POST /v1/requests/x/deny", user="bob", grant_user="alice", profile="prod"),
    *(
        line(
            1, "admin", "answered", operation="POST /v1/revocations", kill_switch="applied", steps={"kill_switch": each}
        )
        for each in (100.0, 300.0, 200.0)
    ),
]
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "who-got-what": [
        ("alice", "prod", "approval", "prod", 3),
        ("bob", "dev", "direct", "dev", 1),
        ("carol", "prod", "break-glass", "on-call", 1),
    ],
    "denials-by-rule": [("denied", "no-mallory", "prod", 2, 2)],
    "break-glass": [(EVENT, "carol", "prod")],
    "unused-profiles": [("bob", "old", 1)],
    "revocations": [("applied", 3, 200.0)],
    "approvers": [("bob", "alice", "prod", 1, 1)],
    "one-access-key": [()],
    "chains": [("gap", "authorizer"), ("twice", "authorizer")],
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The table, filled from a file as Firehose writes it, with an empty line and a line of another kind."""
    file: Path = tmp_path_factory.mktemp("archive") / "lines.json"
    now = utc_now()
    written = (render(replace(each, time=each.time - NOW + now)) for each in LINES)
    file.write_bytes(b"\n".join([*written, b"", b'{"other": 1}', b""]))
    types = {name: _duckdb_type(kind) for name, kind in columns().items()}
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE lines AS SELECT *, strftime(coalesce(time::TIMESTAMPTZ, now()), '%Y/%m/%d') AS day "  # noqa: S608 - the test's own
            f"FROM read_json({str(file)!r}, format='newline_delimited', columns={json.dumps(types)!s})"
        )
        yield connection


def _duckdb_type(kind: str) -> str:
    plain = {"string": "VARCHAR", "bigint": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN"}
    if kind.startswith("array<"):
        return f"{plain[kind[6:-1]]}[]"
    if kind.startswith("map<"):
        return "MAP({}, {})".format(*(plain[each] for each in kind[4:-1].split(",")))
    return plain[kind]


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_gives_the_known_answer(name: str, database: duckdb.DuckDBPyConnection) -> None:
    (translated,) = sqlglot.transpile(QUERIES[name].text, read="athena", write="duckdb")
    rows = database.execute(translated).fetchall()
    expected = ANSWERS[name]
    assert [row[: len(wanted)] for row, wanted in zip(rows, expected, strict=True)] == expected


def test_what_came_of_a_break_glass_event(database: duckdb.DuckDBPyConnection) -> None:
    (translated,) = sqlglot.transpile(QUERIES["break-glass"].text, read="athena", write="duckdb")
    ((*_, vends, reviewer),) = database.execute(translated).fetchall()
    assert (vends, reviewer) == (1, "bob")


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_columns_of_the_table_and_few_days(name: str) -> None:
    query = sqlglot.parse_one(QUERIES[name].text, read="athena")
    made = {each.alias for each in query.find_all(expressions.Alias)}
    read = {each.name for each in query.find_all(expressions.Column)} - made
    assert read <= columns().keys() | {archive_table.PARTITION}
    assert {each.name for each in query.find_all(expressions.Table)} == {archive_table.TABLE}
    assert {archive_table.PARTITION, "kind"} <= read
    assert QUERIES[name].about.startswith(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def test_every_query_has_a_known_answer() -> None:
    assert ANSWERS.keys() == QUERIES.keys()


def test_the_committed_files_are_what_the_code_writes() -> None:
    for path, text in files().items():
        assert path.read_text(encoding="utf-8") == text, "run `python -m deploy.queries.archive_table`"


def test_the_statement_is_one_of_athenas_with_every_field() -> None:
    created = sqlglot.parse_one(create_table("sentinel-audit-1-eu"), read="athena")
    assert isinstance(created, expressions.Create)
    named = {each.name for each in created.find_all(expressions.ColumnDef)}
    assert columns().keys() <= named
    assert {"kind", "schema_version", "time", "process", "facts"} <= named
    assert (columns()["steps"], columns()["facts"]) == ("map<string,double>", "string")
