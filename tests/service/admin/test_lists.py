"""Reading: one by one, and lists by status, user, profile and time, to the end."""

import pytest

from services.admin.common.pagination import ListScope, write_cursor
from services.admin.requests.models import RequestFilters
from shared.aws.dynamodb.schema import ItemKind
from tests.service.admin.function import AdminLambda, Answered


def ids(answered: Answered) -> list[str]:
    [rows] = [value for name, value in answered.body.items() if name in ("requests", "events")]
    return [row["id"] for row in rows]


def pages(admin: AdminLambda, path: str, by: str, **query: object) -> list[list[str]]:
    """Read a list to its end, page by page."""
    answered = admin.get(path, by=by, **query)
    found = [ids(answered)]
    while answered.body["next_cursor"] is not None:
        answered = admin.get(path, by=by, **query, cursor=answered.body["next_cursor"])
        found.append(ids(answered))
    return found


def test_requests_are_listed_newest_first_to_the_end_and_none_twice(admin: AdminLambda) -> None:
    filed = []
    for _ in range(5):
        filed.append(admin.file_denied())
        admin.clock.forward(minutes=1)
    admin.file(by="zoe")
    assert pages(admin, "/v1/requests", "alice", limit=2) == [filed[:2:-1], filed[2:0:-1], filed[:1]]
    assert pages(admin, "/v1/requests", "alice", limit=5) == [filed[::-1]]


def test_rows_of_the_same_second_keep_their_order(admin: AdminLambda) -> None:
    filed = {admin.file_denied() for _ in range(5)}
    [whole] = pages(admin, "/v1/requests", "alice")
    assert set(whole) == filed
    assert [each for page in pages(admin, "/v1/requests", "alice", limit=2) for each in page] == whole


def test_one_lists_ones_own_and_everything_takes_the_permission_to_read(admin: AdminLambda) -> None:
    own, other = admin.file(), admin.file(by="zoe")
    assert ids(admin.get("/v1/requests", by="zoe")) == [other]
    assert set(ids(admin.get("/v1/requests", by="olivia", view="all"))) == {own, other}
    for by in ("zoe", "bob", "sam"):
        answered = admin.get("/v1/requests", by=by, view="all")
        assert (answered.code, answered.audit["code"]) == ("not_permitted", "not_permitted")


def test_what_waits_for_ones_approval_is_listed(admin: AdminLambda) -> None:
    mine, vault = admin.file(by="carol"), admin.file(profile="vault", ticket="INC-1")
    prod, lapsed = admin.file(by="zoe"), admin.file(profile="once")
    admin.post(f"/v1/requests/{lapsed}/deny", by="bob")
    assert set(ids(admin.get("/v1/requests", by="carol", view="approvable"))) == {vault, prod}
    assert set(ids(admin.get("/v1/requests", by="bob", view="approvable"))) == {vault, prod, mine}
    assert ids(admin.get("/v1/requests", by="bob", view="approvable", profile="vault")) == [vault]
    admin.approve(vault, by="bob")
    assert set(ids(admin.get("/v1/requests", by="bob", view="approvable"))) == {prod, mine}
    admin.clock.forward(hours=24)
    assert ids(admin.get("/v1/requests", by="bob", view="approvable")) == []


def test_an_approver_lists_what_a_user_had_of_the_profiles_they_approve_and_nothing_else(admin: AdminLambda) -> None:
    vault, once = admin.file(profile="vault", ticket="INC-1"), admin.file_denied(profile="once")
    other, event = admin.file(by="zoe"), admin.began()
    assert set(ids(admin.get("/v1/requests", by="carol", view="visible", user="alice"))) == {vault, once}
    assert ids(admin.get("/v1/requests", by="dave", view="visible", user="alice")) == [vault]
    assert ids(admin.get("/v1/requests", by="zoe", view="visible", user="alice")) == []
    assert set(ids(admin.get("/v1/requests", by="bob", view="visible"))) == {vault, once, other}
    assert set(ids(admin.get("/v1/requests", by="olivia", view="visible", user="zoe"))) == {other}
    assert ids(admin.get("/v1/break-glass", by="bob", view="visible", user="alice")) == [event]
    assert ids(admin.get("/v1/break-glass", by="dave", view="visible", user="alice")) == []


def test_the_state_a_list_filters_by_is_the_present_one(admin: AdminLambda) -> None:
    approved = admin.file()
    admin.approve(approved)
    pending = admin.file()
    listed = [("alice", {}), ("olivia", {"view": "all"}), ("olivia", {"view": "all", "user": "alice"})]
    for by, query in listed:
        assert ids(admin.get("/v1/requests", by=by, status="approved", **query)) == [approved]
        assert ids(admin.get("/v1/requests", by=by, status="pending", **query)) == [pending]
    admin.clock.forward(hours=24)
    for by, query in listed:
        assert ids(admin.get("/v1/requests", by=by, status="approved", **query)) == []
        assert ids(admin.get("/v1/requests", by=by, status="ended", **query)) == [approved]
        assert ids(admin.get("/v1/requests", by=by, status="expired", **query)) == [pending]


def test_user_profile_and_time_narrow_a_list_alone_and_together(admin: AdminLambda) -> None:
    first = admin.file()
    admin.clock.forward(hours=1)
    second, third = admin.file(profile="once"), admin.file(by="zoe")
    everything = {"view": "all"}
    assert set(ids(admin.get("/v1/requests", by="olivia", user="alice", **everything))) == {first, second}
    assert set(ids(admin.get("/v1/requests", by="olivia", profile="prod", **everything))) == {first, third}
    assert ids(admin.get("/v1/requests", by="olivia", user="alice", profile="once", **everything)) == [second]
    assert ids(admin.get("/v1/requests", by="olivia", until="2026-11-24T12:00:00Z", **everything)) == [first]
    since = {"since": "2026-11-24T13:00:00Z", "until": "2026-11-24T13:00:00Z"}
    assert set(ids(admin.get("/v1/requests", by="olivia", **since, **everything))) == {second, third}
    assert ids(admin.get("/v1/requests", profile="once")) == [second]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"view": "everything"}, "'view' must be one of mine, approvable, visible, all"),
        ({"status": "lost"}, "'status' must be one of pending"),
        ({"user": "bob"}, "view=all and view=visible only"),
        ({"since": "yesterday"}, "'since' cannot be read"),
        ({"since": "2026-11-24T13:00:00Z", "until": "2026-11-24T12:00:00Z"}, "Since is after until"),
        ({"limit": "0"}, "'limit'"),
        ({"limit": "101"}, "'limit'"),
        ({"limit": "many"}, "'limit'"),
        ({"profile": "a b"}, "'profile'"),
        ({"cursor": ""}, "'cursor' is too short"),
        ({"sort": "up"}, "'sort' is not known here"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_by_name(admin: AdminLambda, query: dict[str, str], words: str) -> None:
    answered = admin.get("/v1/requests", **query)
    assert answered.code == "invalid_request"
    assert words in answered.body["message"]


class TestACursor:
    @pytest.fixture
    def cursor(self, admin: AdminLambda) -> str:
        """Give the cursor after the first of alice's two requests."""
        admin.file_denied()
        admin.file_denied()
        return str(admin.get("/v1/requests", limit=1).body["next_cursor"])

    def test_of_another_caller_is_refused(self, admin: AdminLambda, cursor: str) -> None:
        assert admin.get("/v1/requests", by="zoe", cursor=cursor).code == "invalid_request"

    def test_of_other_filters_is_refused(self, admin: AdminLambda, cursor: str) -> None:
        assert admin.get("/v1/requests", status="pending", cursor=cursor).code == "invalid_request"

    def test_of_another_list_is_refused(self, admin: AdminLambda, cursor: str) -> None:
        assert admin.get("/v1/break-glass", cursor=cursor).code == "invalid_request"

    def test_grows_stale_after_an_hour(self, admin: AdminLambda, cursor: str) -> None:
        admin.clock.forward(hours=1)
        assert admin.get("/v1/requests", cursor=cursor).status == 200
        admin.clock.forward(seconds=1)
        assert admin.get("/v1/requests", cursor=cursor).code == "invalid_request"

    def test_goes_on_with_another_limit(self, admin: AdminLambda, cursor: str) -> None:
        assert len(ids(admin.get("/v1/requests", cursor=cursor, limit=100))) == 1

    def test_reveals_nothing_of_anyone(self, cursor: str) -> None:
        assert "alice" not in cursor
        assert "prod" not in cursor

    def test_made_by_hand_shows_nothing_of_others(self, admin: AdminLambda) -> None:
        """No key protects a cursor, so anyone can write one that begins anywhere."""
        others = [admin.file_denied(by="zoe") for _ in range(2)]
        admin.clock.forward(seconds=1)
        own = admin.file()
        scope = ListScope(ItemKind.APPROVAL, "alice", RequestFilters())
        for named in (*others, own):
            answered = admin.get("/v1/requests", cursor=write_cursor(named, scope, admin.clock.now))
            assert answered.code == "invalid_request" or set(ids(answered)) <= {own}

    @pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None), slice(0, 12)])
    def test_that_was_altered_is_refused(self, admin: AdminLambda, cursor: str, cut: slice) -> None:
        assert admin.get("/v1/requests", cursor=cursor[cut]).code == "invalid_request"


def test_one_request_is_shown_to_its_user_approvers_and_readers_only(admin: AdminLambda) -> None:
    request_id = admin.file()
    for by in ("alice", "bob", "carol", "olivia", "sam"):
        answered = admin.get(f"/v1/requests/{request_id}", by=by)
        assert (answered.status, answered.body["request"]["id"]) == (200, request_id)
    for by in ("zoe", "rita", "dave"):
        answered = admin.get(f"/v1/requests/{request_id}", by=by)
        assert (answered.code, answered.audit["grant_id"]) == ("not_found", request_id)
    assert admin.get("/v1/requests/0000000000000000").code == "not_found"
    assert admin.get("/v1/requests/nonsense").code == "not_found"
    assert admin.get(f"/v1/requests/{request_id}", verbose="1").code == "invalid_request"


def test_events_are_listed_for_their_user_reviewers_and_readers(admin: AdminLambda) -> None:
    alices, erins = admin.began(), admin.began(by="erin")
    assert ids(admin.get("/v1/break-glass")) == [alices]
    assert set(ids(admin.get("/v1/break-glass", by="olivia", view="all", status="active"))) == {alices, erins}
    assert ids(admin.get("/v1/break-glass", by="olivia", view="all", user="erin")) == [erins]
    assert admin.get("/v1/break-glass", by="rita", view="all").code == "not_permitted"
    assert ids(admin.get("/v1/break-glass", by="rita", view="reviewable")) == []
    admin.clock.forward(hours=2)
    assert ids(admin.get("/v1/break-glass", by="rita", view="reviewable")) == [alices]
    assert ids(admin.get("/v1/break-glass", by="alice", view="reviewable")) == []
    assert ids(admin.get("/v1/break-glass", by="zoe", view="reviewable")) == []
    assert ids(admin.get("/v1/break-glass", status="expired")) == [alices]


def test_a_long_list_of_what_one_may_not_see_ends_nowhere_in_between(admin: AdminLambda) -> None:
    """The rows read in vain are bounded, and the list continues from a cursor."""
    vault = admin.file(profile="vault", ticket="INC-1")
    admin.clock.forward(seconds=1)
    for number in range(3):
        admin.file(profile="once", by=f"user{number}")
    assert pages(admin, "/v1/requests", "dave", view="approvable", limit=1) == [[vault]]
