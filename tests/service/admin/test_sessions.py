"""Seeing sessions: one's own, and everyone's."""

from datetime import timedelta

import pytest

from shared.core.session import SessionStatus
from tests.service.admin.function import AdminLambda, Answered

REASON = {"reason": "laptop stolen"}


def ids(answered: Answered) -> list[str]:
    return [session["id"] for session in answered.body["sessions"]]


def test_one_lists_ones_own_sessions_newest_first(admin: AdminLambda) -> None:
    older = admin.vended(1, issued_at=admin.clock.now - timedelta(minutes=5))
    newer = admin.vended(2)
    admin.vended(3, user="bob")
    assert ids(admin.get("/v1/sessions")) == [newer.session_id, older.session_id]


def test_everybodys_sessions_take_the_permission_to_read(admin: AdminLambda) -> None:
    admin.vended(1)
    admin.vended(2, user="bob")
    assert admin.get("/v1/sessions", view="all").code == "not_permitted"
    assert len(ids(admin.get("/v1/sessions", "olivia", view="all"))) == 2


def test_all_sessions_are_listed_across_midnights_to_the_end_and_none_twice(admin: AdminLambda) -> None:
    planted = [
        admin.vended(number, user=f"user{number % 3}", issued_at=admin.clock.now - timedelta(hours=9 * number))
        for number in range(1, 8)
    ]
    since = (admin.clock.now - timedelta(days=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = admin.get("/v1/sessions", "olivia", view="all", since=since, limit=2, **cursor)
        found += ids(page)
        if page.body["next_cursor"] is None:
            break
        cursor = {"cursor": page.body["next_cursor"]}
    assert found == [row.session_id for row in planted]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"user": "bob"}, [2]),
        ({"profile": "vault"}, [3]),
        ({"user": "alice", "profile": "vault"}, [3]),
        ({"status": "failed"}, [4]),
        ({"status": "expired"}, [5]),
        ({"status": "active"}, [1, 2, 3]),
    ],
    ids=str,
)
def test_filters_narrow_a_list_alone_and_together(
    admin: AdminLambda, query: dict[str, str], expected: list[int]
) -> None:
    admin.vended(1)
    admin.vended(2, user="bob")
    admin.vended(3, profile="vault")
    admin.vended(4, user="carol", status=SessionStatus.FAILED)
    admin.vended(5, user="dan", ends_at=admin.clock.now)
    found = admin.get("/v1/sessions", "olivia", view="all", **query)
    assert sorted(ids(found)) == [f"{number:016d}" for number in expected]


@pytest.mark.parametrize("by", ["alice", "olivia", "sam"])
def test_a_session_is_shown_to_its_user_readers_and_who_may_revoke(admin: AdminLambda, by: str) -> None:
    row = admin.vended(1)
    shown = admin.get(f"/v1/sessions/{row.session_id}", by).body["session"]
    assert (shown["stamp"], shown["status"], shown["revoked"]) == (row.stamp, "active", None)


def test_a_session_says_whether_its_profile_still_leads_to_its_role(admin: AdminLambda) -> None:
    row = admin.vended(1)
    path = f"/v1/sessions/{row.session_id}"
    profile = {"role_arn": row.role_arn}
    stories = [
        (profile, True),
        (profile | {"enabled": False}, False),
        ({"role_arn": row.role_arn.replace(row.role_arn.split(":")[4], "999988887777")}, False),
        ({"role_arn": row.role_arn + "-2"}, False),
    ]
    for document, current in stories:
        admin.store(f"profiles/{row.profile}", document)
        assert admin.get(path).body["current"] is current
    assert admin.get(f"/v1/sessions/{admin.vended(2, profile='gone').session_id}").body["current"] is False


def test_a_session_is_shown_though_its_profile_cannot_be_read(admin: AdminLambda) -> None:
    row = admin.vended(1, profile="broken")
    admin.store(f"profiles/{row.profile}", {"role_arn": "not an ARN"})
    shown = admin.get(f"/v1/sessions/{row.session_id}").body
    assert (shown["session"]["status"], shown["current"]) == ("active", None)


def test_another_users_session_looks_as_if_it_did_not_exist(admin: AdminLambda) -> None:
    row = admin.vended(1)
    seen = admin.get(f"/v1/sessions/{row.session_id}", "bob")
    assert seen.body["message"] == admin.get(f"/v1/sessions/{'9' * 16}", "bob").body["message"]
    assert seen.code == "not_found"


@pytest.mark.parametrize("bad_id", ["x", "%00", "0123456789abcdeF", "a" * 200])
def test_an_id_of_nothing_is_not_found(admin: AdminLambda, bad_id: str) -> None:
    assert admin.get(f"/v1/sessions/{bad_id}", "olivia").code == "not_found"


def test_what_a_cutoff_reaches_shows_as_revoked_before_its_row_is_marked(admin: AdminLambda) -> None:
    assert admin.post("/v1/revocations", {"user": "alice"} | REASON, "sam").status == 201
    late = admin.vended(1, issued_at=admin.clock.now)
    assert admin.session(late).status is SessionStatus.ACTIVE
    shown = admin.get(f"/v1/sessions/{late.session_id}").body["session"]
    assert (shown["status"], shown["revoked"]["by"]) == ("revoked", "sam")
    assert ids(admin.get("/v1/sessions", status="active")) == []


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2660-10-21T08:11:11Z"},
        {"until": "2000-01-01T00:00:00Z"},
        {"since": "2000-01-01T00:00:00Z", "until": "2001-01-01T00:00:00Z"},
        {"since": "2999-12-31T23:59:59Z", "until": "2999-12-31T23:59:59Z"},
    ],
    ids=str,
)
@pytest.mark.parametrize("view", ["mine", "all"])
def test_where_nothing_can_be_the_list_is_empty(admin: AdminLambda, view: str, query: dict[str, str]) -> None:
    admin.vended(1, user="olivia")
    assert ids(admin.get("/v1/sessions", "olivia", view=view, **query)) == []


def test_a_list_without_an_end_of_time_ends_today(admin: AdminLambda) -> None:
    admin.vended(1, user="olivia")
    listed = admin.get("/v1/sessions", "olivia", view="all", until="2999-12-31T23:59:59Z")
    assert ids(listed) == ["0000000000000001"]


@pytest.mark.parametrize("query", [{"status": "lost"}, {"view": "theirs"}, {"user": "bob"}, {"wat": "1"}], ids=str)
def test_a_filter_that_cannot_be_read_is_refused(admin: AdminLambda, query: dict[str, str]) -> None:
    assert admin.get("/v1/sessions", **query).code == "invalid_request"


def test_a_cursor_of_another_list_is_refused(admin: AdminLambda) -> None:
    for number in range(1, 4):
        admin.vended(number)
    cursor = admin.get("/v1/sessions", limit=1).body["next_cursor"]
    assert admin.get("/v1/sessions", limit=1, profile="vault", cursor=cursor).code == "invalid_request"
    assert admin.get("/v1/sessions", limit=1, cursor=cursor).status == 200
