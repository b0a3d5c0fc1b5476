"""Cursors: good for one list, one caller, one hour."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admin.common.pagination import UNUSABLE, ListScope, read_cursor, write_cursor
from services.admin.requests.models import RequestFilters

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SCOPE = ListScope("approval", "alice", RequestFilters())
ID = "0123456789abcdef"


def test_a_cursor_gives_back_its_id() -> None:
    assert read_cursor(write_cursor(ID, SCOPE, NOW), SCOPE, NOW + timedelta(hours=1)) == ID


@pytest.mark.parametrize(
    "scope",
    [
        ListScope("break-glass", "alice", RequestFilters()),
        ListScope("approval", "bob", RequestFilters()),
        ListScope("approval", "alice", RequestFilters(profile="prod")),
        ListScope("approval", "alice", RequestFilters(view="approvable")),
    ],
)
def test_a_cursor_of_another_list_is_refused(scope: ListScope) -> None:
    assert read_cursor(write_cursor(ID, SCOPE, NOW), scope, NOW) == UNUSABLE


@pytest.mark.parametrize("age", [timedelta(hours=1, seconds=1), timedelta(seconds=-1)])
def test_a_cursor_is_good_for_an_hour_from_now(age: timedelta) -> None:
    assert read_cursor(write_cursor(ID, SCOPE, NOW), SCOPE, NOW + age) == UNUSABLE


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_that_is_not_a_cursor_is_refused_and_breaks_nothing(text: str) -> None:
    assert read_cursor(text, SCOPE, NOW) == UNUSABLE


@pytest.mark.parametrize(
    "content",
    [[ID, int(NOW.timestamp()), "0" * 32], ["nonsense", 1, "x"], [ID, "1", "x"], [ID, 1, None], {}, [1, 2], None, 7],
)
def test_a_forged_cursor_is_refused(content: object) -> None:
    forged = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    assert read_cursor(forged, SCOPE, NOW) == UNUSABLE
