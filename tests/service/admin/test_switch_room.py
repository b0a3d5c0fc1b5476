"""Who takes room in the kill switch: only what is needed, and no one pays for what another user revokes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.admin.revocations.revoke import LiveSessions
from shared.aws.dynamodb.rate_limit import RateLimiter
from shared.aws.dynamodb.session_lists import SessionLists
from shared.aws.errors import UnavailableError
from shared.core.kill_switch import build_boundary
from shared.core.revocation import Revocation, Target
from shared.core.switch_guards import Guarded
from tests.gateway_events import ACCOUNT
from tests.service.admin.function import NOON, AdminLambda, Answered
from tests.service.admin.test_kill_switch import applied, open_with_policies
from tests.service.emulator import table_name

REASON = {"reason": "mine"}


@pytest.fixture
def admin(
    aws_url: str,  # noqa: ARG001 - the emulator's address is in the environment
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[AdminLambda]:
    with open_with_policies(environment, monkeypatch, ACCOUNT) as function:
        yield function


def revoke_own(admin: AdminLambda, name: str) -> Answered:
    answered = admin.post("/v1/revocations", {"user": name} | REASON, name)
    assert answered.status == 201, answered.body
    return answered


def entries(admin: AdminLambda) -> list[str]:
    """Name the users that the kill switch's document holds."""
    return [row["name"]["S"] for row in admin.rows() if row["subject"]["S"] == "revocations"]


def test_people_without_a_session_leave_no_trace_in_it(admin: AdminLambda) -> None:
    assert admin.post("/v1/kill-switch/sync", by="sam").body["kill_switch"]["status"] == "applied"
    before = applied()
    for number in range(10):
        # GetFederationToken lets the holder of an IAM user's key pick the name.
        arn = f"arn:aws:sts::{ACCOUNT}:federated-user/n{number}"
        switch = admin.post("/v1/revocations", {"user": f"federated/n{number}"} | REASON, arn).body["kill_switch"]
        assert (switch["status"], switch["reach"], switch["revocations"]) == ("unchanged", "exact", 0)
        admin.clock.forward(seconds=1)
    assert (applied(), entries(admin)) == (before, [])


@pytest.mark.parametrize("by", ["alice", "sam"])
def test_who_has_no_session_is_locked_out_for_the_vends_under_way_all_the_same(admin: AdminLambda, by: str) -> None:
    answered = admin.post("/v1/revocations", {"user": "alice"} | REASON, by)
    assert (answered.body["revocation"]["marked"], answered.body["revocation"]["complete"]) == (0, True)
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).code == "locked_out"


@pytest.mark.parametrize(("minutes", "listed"), [(1, True), (59, True), (61, True), (119, True), (122, False)])
def test_a_session_counts_for_as_long_as_what_it_chained_into_can_live(
    admin: AdminLambda, minutes: int, *, listed: bool
) -> None:
    admin.vended(1, issued_at=admin.clock.now - timedelta(minutes=minutes))
    admin.post("/v1/revocations", {"user": "alice"} | REASON, "sam")
    assert (entries(admin) == ["alice"]) is listed


def test_a_vend_that_is_under_way_counts_though_its_session_is_in_no_list_yet(admin: AdminLambda) -> None:
    budget_of(admin, "alice", seconds_ago=5)
    revoke_own(admin, "alice")
    assert entries(admin) == ["alice"]


def test_so_does_one_that_is_seen_only_once_the_cutoff_is_there(
    admin: AdminLambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def seen_late(_: LiveSessions, user: str, __: Any) -> bool:
        asked.append(user)
        return len(asked) > 1

    monkeypatch.setattr(LiveSessions, "is_vending", seen_late)
    revoke_own(admin, "alice")
    assert (asked, entries(admin)) == (["alice", "alice"], ["alice"])
    assert "alice" in applied()


@pytest.mark.parametrize("reading", [(SessionLists, "page"), (RateLimiter, "was_spent")])
def test_what_cannot_be_known_counts(
    admin: AdminLambda, monkeypatch: pytest.MonkeyPatch, reading: tuple[type, str]
) -> None:
    async def fail(*_: object) -> None:
        raise UnavailableError("dynamodb", "it is away")

    monkeypatch.setattr(*reading, fail)
    revoke_own(admin, "alice")
    assert entries(admin) == ["alice"]


def test_an_attempt_of_two_minutes_ago_does_not(admin: AdminLambda) -> None:
    budget_of(admin, "alice", seconds_ago=120)
    revoke_own(admin, "alice")
    assert entries(admin) == []


def test_revoking_ones_own_again_and_again_is_one_entry(admin: AdminLambda) -> None:
    admin.vended(1)
    for _ in range(8):
        revoke_own(admin, "alice")
        admin.clock.forward(seconds=1)
    assert entries(admin) == ["alice"]


def test_what_was_vended_since_the_last_time_is_another(admin: AdminLambda) -> None:
    admin.vended(1)
    revoke_own(admin, "alice")
    admin.clock.forward(minutes=5)
    admin.vended(2)
    revoke_own(admin, "alice")
    assert entries(admin) == ["alice", "alice"]


def plant_own(admin: AdminLambda, count: int) -> None:
    """Let so many people with a session each revoke their own, one a second."""
    for number in range(count):
        name = f"person-{number:03d}"
        admin.vended(number, user=name)
        revoke_own(admin, name)
        admin.clock.forward(seconds=1)


def test_all_who_revoke_their_own_are_covered_and_no_other_session_ends(admin: AdminLambda) -> None:
    plant_own(admin, 25)
    switch = admin.get("/v1/kill-switch", "olivia").body["kill_switch"]
    assert (switch["status"], switch["reach"], switch["uncovered"]) == ("unchanged", "later", [])
    assert all(name.startswith("person-") for name in switch["widened"])
    assert 0 < switch["room"] < 100


def test_where_there_is_no_room_left_their_own_fails_and_says_so(
    admin: AdminLambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_own(admin, 3)
    together = [Revocation(Target.USER, f"person-{number:03d}", NOON) for number in range(3)]
    full = len(build_boundary(together, NOON, Guarded(ACCOUNT)).document)
    monkeypatch.setattr("shared.core.kill_switch.MAX_LENGTH", full)
    admin.vended(900, user="zoe")
    answered = revoke_own(admin, "zoe")
    switch = answered.body["kill_switch"]
    assert (switch["status"], switch["uncovered"]) == ("failed", ["zoe"])
    assert answered.audit["kill_switch_uncovered"] == ["zoe"]
    admin.vended(901, user="yann")
    # By right it goes before what people revoke of their own, the latest of which then gives way.
    switch = admin.post("/v1/revocations", {"user": "yann"} | REASON, "sam").body["kill_switch"]
    assert (switch["status"], switch["reach"]) == ("partial", "exact")
    assert "zoe" in switch["uncovered"]
    assert "yann" not in switch["uncovered"]


def budget_of(admin: AdminLambda, user: str, seconds_ago: int) -> None:
    """Count a request for credentials, as the vend Lambda does."""
    at = int(admin.clock.now.timestamp()) - seconds_ago
    admin.aws("dynamodb").put_item(
        TableName=table_name("budget"), Item={"subject": {"S": f"vend#{user}#{at - at % 60}"}, "n": {"N": "1"}}
    )
