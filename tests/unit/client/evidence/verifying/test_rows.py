"""Rows of sessions against the lines of their vends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sentinel.api.sessions import Session
from sentinel.evidence.verifying.findings import Finding, Kind
from sentinel.evidence.verifying.rows import LOGS_LAG, ROWS_KEPT, Vends
from shared.aws.dynamodb.schema import EVIDENCE
from shared.core.ids import is_id
from shared.evidence.chain import digest_of_decision
from tests.unit.client.session_service import ID, a_session

NOW = datetime(2026, 3, 2, tzinfo=UTC)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE: dict[str, Any] = {
    "service": "vend",
    "session_id": ID,
    "via": "direct",
    "user": "alice",
    "outcome": "issued",
    "facts": {"user": "alice"},
}


def row(**changes: Any) -> Session:
    return Session.model_validate(a_session(**{"line_digest": digest_of_decision(LINE)} | changes))


def compare(line: dict[str, Any] | None, *rows: Session, now: datetime = NOW) -> tuple[Vends, list[Finding]]:
    vends = Vends()
    if line is not None:
        vends.add(AT, line)
    return vends, [found for each in rows for found in vends.compare(each, now)]


async def left(vends: Vends, stored: Session | None) -> list[Finding]:
    async def find(session_id: str) -> Session | None:
        assert is_id(session_id)
        return stored

    return await vends.find_left(find, AT, NOW)


async def test_a_vend_with_its_row_is_compared_once() -> None:
    vends, found = compare(LINE, row())
    assert (found, vends.compared, await left(vends, None)) == ([], 1, [])


@pytest.mark.parametrize(
    "changes", [{"user": "bob"}, {"profile": "dev"}, {"facts": {"user": "bob"}}, {"rule": "other"}]
)
def test_a_line_that_says_something_else_is_not_that_of_the_row(changes: dict[str, Any]) -> None:
    _, found = compare(LINE | changes, row())
    assert [each.kind for each in found] == [Kind.DIFFERS]


def test_what_was_not_decided_yet_when_the_row_was_written_is_not_compared() -> None:
    _, found = compare(LINE | {"steps": {"write": 3.5}, "access_key_id": "ASIA"}, row())
    assert found == []


def test_a_row_without_a_line_is_a_vend_whose_line_was_removed() -> None:
    _, found = compare(None, row())
    assert [(each.kind, each.place) for each in found] == [(Kind.NO_LINE, f"session {ID}")]


def test_a_line_of_the_last_minutes_may_not_be_in_the_log_yet() -> None:
    issued = row().issued_at
    vends, found = compare(None, row(), now=issued + LOGS_LAG - timedelta(seconds=1))
    assert (found, vends.too_recent) == ([], 1)
    assert compare(None, row(), now=issued + LOGS_LAG)[1]


async def test_a_line_without_a_row_is_a_vend_whose_row_was_deleted_or_that_never_was() -> None:
    vends, _ = compare(LINE)
    assert [each.kind for each in await left(vends, None)] == [Kind.NO_ROW]


async def test_the_row_of_a_vend_at_the_edge_of_the_period_is_looked_up() -> None:
    assert await left(compare(LINE)[0], row()) == []
    assert [each.kind for each in await left(compare(LINE | {"user": "bob"})[0], row())] == [Kind.DIFFERS]


async def test_a_vend_from_before_the_period_is_not_of_it() -> None:
    vends, _ = compare(LINE)
    assert await vends.find_left(never, AT + timedelta(seconds=1), NOW) == []


async def test_a_vend_that_failed_needs_no_row() -> None:
    assert await left(compare(LINE | {"outcome": "failed"})[0], None) == []


def test_line_and_row_agree_on_whether_credentials_left() -> None:
    _, found = compare(LINE, row(status="failed"))
    assert [each.kind for each in found] == [Kind.DIFFERS]
    _, found = compare(LINE | {"outcome": "failed"}, row(status="failed"))
    assert found == []
    for outcome in ("failed", "refused"):
        assert [each.kind for each in compare(LINE | {"outcome": outcome}, row())[1]] == [Kind.DIFFERS]


@pytest.mark.parametrize("users", [("mallory", "alice"), ("alice", "mallory")])
def test_a_second_line_of_a_vend_is_found_wherever_it_was_put(users: tuple[str, str]) -> None:
    vends = Vends()
    for user in users:
        vends.add(AT, LINE | {"user": user})
    assert [each.kind for each in vends.compare(row(), NOW)] == [Kind.DIFFERS]


async def test_what_is_no_id_is_not_looked_up_and_not_shown_as_it_is() -> None:
    vends, _ = compare(LINE | {"session_id": "../lockouts\x1b[2J"})
    [found] = await left(vends, None)
    assert (found.kind, found.place) == (Kind.NO_ROW, "session ../lockouts [2J")


async def test_the_rows_of_old_vends_are_no_longer_kept_and_that_is_no_finding() -> None:
    vends, _ = compare(LINE)
    assert await vends.find_left(never, AT, AT + ROWS_KEPT + timedelta(seconds=1)) == []
    assert vends.expired == 1


async def never(_session_id: str) -> Session | None:
    raise AssertionError


def test_rows_are_kept_for_as_long_as_the_table_keeps_them() -> None:
    assert ROWS_KEPT == EVIDENCE


def test_a_row_that_comes_again_is_compared_once() -> None:
    vends, _ = compare(LINE, row(), row())
    assert vends.compared == 1


def test_a_row_from_before_there_were_digests_is_counted() -> None:
    vends, found = compare(LINE, row(line_digest=None))
    assert (found, vends.without_digest) == ([], 1)
    _, found = compare(LINE | {"process": "0" * 32}, row(line_digest=None))
    assert [each.kind for each in found] == [Kind.DIFFERS]


@pytest.mark.parametrize("changes", [{"service": "admin"}, {"via": None}, {"session_id": None}])
async def test_lines_of_other_requests_have_no_row(changes: dict[str, Any]) -> None:
    line = {name: value for name, value in (LINE | changes).items() if value is not None}
    assert await left(compare(line)[0], None) == []
