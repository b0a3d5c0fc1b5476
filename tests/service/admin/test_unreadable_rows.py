"""One row that cannot be understood is left out of a list, which says so. No decision passes over such a row."""

from collections.abc import Callable
from typing import Any

import pytest

from services.admin.common import pagination as listing
from tests.service.admin.function import AdminLambda, Answered
from tests.service.emulator import table_name

Damage = dict[str, dict[str, Any] | None]
# What a row may be changed to; None takes the attribute away. Keys of the table and of its indexes stay what they are.
DAMAGES: list[Damage] = [
    {"profile": None},
    {"user": None},
    {"user": {"N": "7"}},
    {"user": {"S": "mallory"}},
    {"status": {"S": "sideways"}},
    {"status": None},
    {"ends_at": {"S": "tomorrow"}},
    {"ends_at": {"N": "253402300799"}},
    {"duration_s": {"N": "9" * 36}},
    {"reason": {"NULL": True}},
    {"pending_until": None, "justification": None, "role_arn": None, "locked_by": None},
]


def damage(admin: AdminLambda, table: str, found: Callable[[dict[str, Any]], bool], changes: Damage) -> None:
    """Damage the one row that is looked for, if the changes are to any of its attributes."""
    [row] = [item for item in admin.aws("dynamodb").scan(TableName=table_name(table))["Items"] if found(item)]
    damaged = {name: value for name, value in (row | changes).items() if value is not None}
    admin.aws("dynamodb").put_item(TableName=table_name(table), Item=damaged)


def is_of(row_id: str) -> Callable[[dict[str, Any]], bool]:
    return lambda item: row_id in (item.get(name, {}).get("S") for name in ("grant_id", "session_id", "lockout_id"))


def ids_of(answered: Answered, plural: str) -> list[str]:
    assert answered.status == 200, answered.body
    return [row["id"] for row in answered.body[plural]]


def two_requests(admin: AdminLambda) -> tuple[str, str]:
    return admin.file(by="zoe"), admin.file()


def two_events(admin: AdminLambda) -> tuple[str, str]:
    return admin.began(by="grace"), admin.began()


def two_sessions(admin: AdminLambda) -> tuple[str, str]:
    return admin.vended(1, user="zoe").session_id, admin.vended(2).session_id


def two_lockouts(admin: AdminLambda) -> tuple[str, str]:
    bodies = [{"user": name, "reason": "laptop stolen"} for name in ("zoe", "yves")]
    bad, good = (admin.post("/v1/lockouts", body, "walt").body["lockout"]["id"] for body in bodies)
    return bad, good


LISTS = {
    "requests": (two_requests, "grant", "/v1/requests?view=all"),
    "events": (two_events, "grant", "/v1/break-glass?view=all"),
    "sessions": (two_sessions, "session", "/v1/sessions?view=all"),
    "lockouts": (two_lockouts, "grant", "/v1/lockouts"),
}


def listed(admin: AdminLambda, path: str, by: str = "olivia") -> Answered:
    path, _, query = path.partition("?")
    return admin.get(path, by, **dict(pair.split("=") for pair in query.split("&") if pair))


@pytest.mark.parametrize("plural", LISTS)
@pytest.mark.parametrize("changes", DAMAGES, ids=",".join)
def test_a_list_leaves_out_a_row_it_cannot_understand_and_names_it(
    admin: AdminLambda, plural: str, changes: Damage
) -> None:
    plant, table, path = LISTS[plural]
    bad, good = plant(admin)
    assert set(ids_of(listed(admin, path), plural)) == {bad, good}
    damage(admin, table, is_of(bad), changes)
    answered = listed(admin, path)
    if bad in ids_of(answered, plural):
        return  # these changes do not concern a row of this kind
    assert ids_of(answered, plural) == [good]
    assert answered.body["unreadable"] == [bad]
    assert answered.audit["unreadable"] == [bad]


@pytest.mark.parametrize("plural", LISTS)
def test_every_kind_of_row_can_be_damaged(admin: AdminLambda, plural: str) -> None:
    plant, table, path = LISTS[plural]
    bad, good = plant(admin)
    damage(admin, table, is_of(bad), {"status": {"S": "sideways"}})
    answered = listed(admin, path)
    assert (ids_of(answered, plural), answered.body["unreadable"]) == ([good], [bad])


@pytest.mark.parametrize("plural", ["requests", "events"])
def test_a_row_of_which_no_one_can_say_whose_it_is_is_named_to_who_reads_all(admin: AdminLambda, plural: str) -> None:
    plant, table, path = LISTS[plural]
    bad, good = plant(admin)
    damage(admin, table, is_of(bad), {"status": {"S": "sideways"}})
    visible = path.replace("view=all", "view=visible")
    for by, rows, named in (("alice", [good], []), ("yves", [], []), ("olivia", [good], [bad])):
        answered = listed(admin, visible, by)
        assert (ids_of(answered, plural), answered.body["unreadable"]) == (rows, named)
        assert answered.audit["unreadable"] == [bad]


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("bad", [{0}, {1}, {4}, {0, 1}, {3, 4}, {0, 2, 4}, {1, 2, 3}, {0, 1, 2, 3, 4}])
def test_pages_go_on_past_rows_that_cannot_be_understood(
    admin: AdminLambda, monkeypatch: pytest.MonkeyPatch, bad: set[int], limit: int
) -> None:
    monkeypatch.setattr(listing, "_ROWS_A_PAGE", 2)
    for number in range(5):
        admin.vended(number, user="alice", issued_at=admin.clock.now, ends_at=admin.clock.now)
        admin.clock.forward(seconds=1)
    for number in bad:
        damage(admin, "session", is_of(f"{number:016d}"), {"via": {"S": "magic"}})
    found, unreadable, cursor = [], set(), None
    while True:
        page = admin.get("/v1/sessions", limit=limit, **({} if cursor is None else {"cursor": cursor}))
        found += ids_of(page, "sessions")
        unreadable |= set(page.body["unreadable"])
        cursor = page.body["next_cursor"]
        if cursor is None:
            break
    assert found == [f"{number:016d}" for number in reversed(range(5)) if number not in bad]
    assert unreadable == {f"{number:016d}" for number in bad}


def test_a_cutoff_that_cannot_be_understood_hides_only_the_sessions_it_is_about(admin: AdminLambda) -> None:
    admin.vended(1, user="zoe")
    admin.vended(2)
    admin.post("/v1/revocations", {"user": "zoe", "reason": "laptop stolen"}, "sam")
    damage(admin, "grant", lambda item: item["item"]["S"] == "cutoff##", {"revoked_until": {"S": "soon"}})
    answered = listed(admin, "/v1/sessions?view=all")
    assert ids_of(answered, "sessions") == ["0000000000000002"]
    assert answered.body["unreadable"] == ["0000000000000001"]
    assert admin.get("/v1/sessions/0000000000000001", by="olivia").code == "unavailable"


def test_nothing_is_decided_as_if_a_row_that_cannot_be_understood_were_not_there(admin: AdminLambda) -> None:
    request_id, event_id = admin.file(), admin.began(by="grace")
    admin.post("/v1/lockouts", {"user": "zoe", "reason": "laptop stolen"}, "walt")
    for found in (is_of(request_id), is_of(event_id), lambda item: item["item"]["S"] == "lockout##"):
        damage(admin, "grant", found, {"status": {"S": "sideways"}})
    assert admin.approve(request_id).code == "unavailable"
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "again"}).code == "unavailable"
    assert admin.post(f"/v1/break-glass/{event_id}/close", by="grace").code == "unavailable"
    assert admin.break_glass(by="grace").code == "unavailable"
    assert admin.delete("/v1/lockouts", "walt", user="zoe").code == "unavailable"
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "in"}, by="zoe").code in (
        "unavailable",
        "locked_out",
    )
