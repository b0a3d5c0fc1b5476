"""What a person who is locked out may still do, for every operation there is: with their own, and with others'."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import pytest

from services.admin.api import ENDPOINTS
from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import ADMIN, APPROVAL, BREAK_GLASS
from tests.service.admin.function import AdminLambda, Answered

REASON: Final = {"reason": "laptop stolen"}
FILED: Final = {"profile": "vault", "reason": "fix", "ticket": "INC-1"}
EMERGENCY: Final = {"profile": "prod", "reason": "incident", "justification": "the payment service is down"}
LOCKOUTS: Final = "/v1/lockouts"
REVOCATIONS: Final = "/v1/revocations"
Attempt = Callable[[AdminLambda, Any], Answered]
Prepare = Callable[[AdminLambda], Any]


@dataclass(frozen=True)
class Case:
    """One attempt by olaf, who may do everything, at what `prepare` made before anyone was locked out.

    `stopped_by` says whose lockout stops it: his own, also everyone's, or none.
    """

    operation: str
    at: str
    stopped_by: str
    attempt: Attempt
    prepare: Prepare = lambda _: None


def get(path: str) -> Attempt:
    return lambda admin, made: admin.get(path.format(made), "olaf")


def list_all(path: str) -> Attempt:
    return lambda admin, _: admin.get(path, "olaf", view="all")


def post(path: str, body: object = None) -> Attempt:
    return lambda admin, made: admin.post(path.format(made), body, "olaf")


def request_of(user: str) -> Prepare:
    return lambda admin: admin.file(user, **FILED)


def approved_request_of(user: str) -> Prepare:
    def prepare(admin: AdminLambda) -> str:
        request_id = admin.file(user, profile="once")
        assert admin.approve(request_id).body["request"]["status"] == "approved"
        return request_id

    return prepare


def event_of(user: str) -> Prepare:
    return lambda admin: admin.began(user)


def closed_event_of(user: str) -> Prepare:
    def prepare(admin: AdminLambda) -> str:
        event_id = admin.began(user)
        assert admin.post(f"/v1/break-glass/{event_id}/close", by=user).status == 200
        return event_id

    return prepare


def session_of(user: str) -> Prepare:
    return lambda admin: admin.vended(1, user=user).session_id


def revocation_of(user: str) -> Prepare:
    def prepare(admin: AdminLambda) -> Any:
        # Where there is no session, there is nothing to continue.
        admin.vended(900, user=user)
        return admin.post(REVOCATIONS, {"user": user} | REASON, "walt").body["revocation"]["id"]

    return prepare


def lockout_of(user: str) -> Prepare:
    return lambda admin: admin.post(LOCKOUTS, {"user": user} | REASON, "walt")


def revoke(**body: object) -> Attempt:
    return post(REVOCATIONS, body | REASON)


def lock(**body: object) -> Attempt:
    return post(LOCKOUTS, body | REASON)


MEMBERS: Final = "/v1/groups/prod-oncall/members"
PUSH: Final = {"members": ["ann"], "duration": "8h"} | REASON


def pushed(admin: AdminLambda) -> None:
    assert admin.put(MEMBERS, PUSH, "olaf").status == 200


REQUEST, EVENT, SESSION = "/v1/requests/{}", "/v1/break-glass/{}", "/v1/sessions/{}"
AND_LOCK = REASON | {"lock_for": "1h"}
TABLE: Final = (
    Case("whoami", "", "none", get("/v1/whoami")),
    Case("health", "", "none", get("/v1/health")),
    Case("explain", "own", "none", post("/v1/explain", {"profile": "prod"})),
    Case("list_requests", "all", "none", list_all("/v1/requests")),
    Case("get_request", "others", "none", get(REQUEST), request_of("ann")),
    Case("file_request", "own", "everyone", post("/v1/requests", FILED)),
    Case("approve_request", "others", "everyone", post(f"{REQUEST}/approve"), request_of("ann")),
    Case("deny_request", "others", "own", post(f"{REQUEST}/deny"), request_of("ann")),
    Case("cancel_request", "own", "none", post(f"{REQUEST}/cancel"), request_of("olaf")),
    Case("cancel_request", "own, approved", "none", post(f"{REQUEST}/cancel"), approved_request_of("olaf")),
    Case("cancel_request", "others", "own", post(f"{REQUEST}/cancel"), approved_request_of("ann")),
    Case("list_break_glass", "all", "none", list_all("/v1/break-glass")),
    Case("get_break_glass", "others", "none", get(EVENT), event_of("alice")),
    Case("begin_break_glass", "own", "everyone", post("/v1/break-glass", EMERGENCY)),
    Case("close_break_glass", "own", "none", post(f"{EVENT}/close"), event_of("olaf")),
    Case("close_break_glass", "others", "own", post(f"{EVENT}/close"), event_of("alice")),
    Case("review_break_glass", "others", "everyone", post(f"{EVENT}/review"), closed_event_of("alice")),
    Case("list_sessions", "all", "none", list_all("/v1/sessions")),
    Case("get_session", "others", "none", get(SESSION), session_of("ann")),
    Case("revoke_session", "own", "none", post(f"{SESSION}/revoke", REASON), session_of("olaf")),
    Case("revoke_session", "others", "own", post(f"{SESSION}/revoke", REASON), session_of("ann")),
    Case("revoke_session", "own, and lock", "own", post(f"{SESSION}/revoke", AND_LOCK), session_of("olaf")),
    Case("revoke_many", "own", "none", revoke(user="olaf")),
    Case("revoke_many", "own, and lock", "own", revoke(user="olaf", lock_for="1h")),
    Case("revoke_many", "own in another spelling", "own", revoke(user="Olaf")),
    Case("revoke_many", "others", "own", revoke(user="ann")),
    Case("revoke_many", "a profile", "own", revoke(profile="prod")),
    Case("revoke_many", "everyone", "own", revoke(all=True)),
    Case("continue_revocation", "own", "none", post(f"{REVOCATIONS}/{{}}/continue"), revocation_of("olaf")),
    Case("continue_revocation", "others", "own", post(f"{REVOCATIONS}/{{}}/continue"), revocation_of("ann")),
    Case("list_lockouts", "all", "none", get(LOCKOUTS)),
    Case("lock", "others", "own", lock(user="ann")),
    Case("lock", "own", "own", lock(user="olaf", duration="1h")),
    Case("lock", "a profile", "own", lock(profile="prod")),
    Case("lock", "everyone", "own", lock(all=True)),
    Case("unlock", "others", "own", lambda a, _: a.delete(LOCKOUTS, "olaf", user="ann"), lockout_of("ann")),
    Case("list_groups", "others", "none", lambda admin, _: admin.get("/v1/groups", "olaf", user="ann")),
    Case("list_group_members", "", "none", get(MEMBERS), pushed),
    Case("push_group", "", "everyone", lambda admin, _: admin.put(MEMBERS, PUSH, "olaf")),
    Case("remove_group", "", "own", lambda admin, _: admin.delete(MEMBERS, "olaf"), pushed),
    Case("kill_switch_status", "", "none", get("/v1/kill-switch")),
    Case("sync_kill_switch", "", "own", post("/v1/kill-switch/sync")),
)
OLAF_SSO = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/Olaf+x@corp.example"
SPELLINGS: Final = ("olaf", "OLAF", "olaf@corp.example", "olaf+admin@sec.example", "federated/olaf")


def mighty(admin: AdminLambda, *names: str) -> None:
    """Let these users do everything."""
    approval, break_glass, powers = deepcopy(APPROVAL), deepcopy(BREAK_GLASS), deepcopy(ADMIN)
    for rule in approval["rules"]:
        rule["approvers"] += names
    break_glass["rules"][0]["users"] += names
    permissions = ["read", "revoke", "lock", "review", "groups"]
    rule = {"name": "mighty", "users": list(names), "permissions": permissions, "may_push": ["*-oncall"]}
    powers["rules"].append(rule)
    for name, document in (("approval", approval), ("break-glass", break_glass), ("admin", powers)):
        admin.store(f"policies/{name}", document)


def check(admin: AdminLambda, answered: Answered, before: object, *, is_refused: bool) -> None:
    if not is_refused:
        assert answered.status in (200, 201), answered.body
        return
    assert (answered.status, answered.code) == (403, "locked_out"), answered.body
    assert "locked out" in answered.body["message"] or "A lockout of" in answered.body["message"]
    assert (answered.audit["outcome"], answered.audit["code"]) == ("refused", "locked_out")
    assert admin.rows() == before


def named(case: Case) -> str:
    return f"{case.operation} {case.at}".strip()


@pytest.mark.parametrize("case", TABLE, ids=named)
def test_a_persons_own_lockout_stops_them_and_leaves_what_protects_them(admin: AdminLambda, case: Case) -> None:
    mighty(admin, "olaf")
    made = case.prepare(admin)
    assert admin.post(LOCKOUTS, {"user": "olaf"} | REASON, "walt").status == 200
    before = admin.rows()
    check(admin, case.attempt(admin, made), before, is_refused=case.stopped_by != "none")


@pytest.mark.parametrize("case", TABLE, ids=named)
def test_a_lockout_of_everyone_stops_what_gives_access_and_never_what_takes_it_away(
    admin: AdminLambda, case: Case
) -> None:
    mighty(admin, "olaf")
    made = case.prepare(admin)
    assert admin.post(LOCKOUTS, {"all": True} | REASON, "walt").status == 200
    before = admin.rows()
    check(admin, case.attempt(admin, made), before, is_refused=case.stopped_by == "everyone")


def routes_of(admin: AdminLambda) -> set[tuple[str, str]]:
    router = admin.app._router
    return {*router._exact, *((method, "/".join(template)) for method, template, _ in router._templates)}


def test_every_operation_there_is_has_its_line_in_the_table(admin: AdminLambda) -> None:
    names = {(call.method, call.path): call.name for call in ENDPOINTS}
    assert {names.get(route) for route in routes_of(admin)} == {case.operation for case in TABLE}


@pytest.mark.parametrize("case", TABLE, ids=named)
def test_each_attempt_is_one_that_olaf_may_make(admin: AdminLambda, case: Case) -> None:
    mighty(admin, "olaf")
    check(admin, case.attempt(admin, case.prepare(admin)), None, is_refused=False)


@pytest.mark.parametrize("locked", SPELLINGS)
@pytest.mark.parametrize("by", ["olaf", "Olaf@corp.example", OLAF_SSO])
def test_a_lockout_holds_under_every_name_of_the_person(admin: AdminLambda, locked: str, by: str) -> None:
    mighty(admin, "olaf", "Olaf@corp.example", "Olaf+x@corp.example")
    request_id = admin.file("ann")
    assert admin.post(LOCKOUTS, {"user": locked} | REASON, "walt").status == 200
    assert admin.approve(request_id, by).code == "locked_out"
    assert admin.post("/v1/requests", FILED, by).code == "locked_out"
    assert admin.break_glass(by).code == "locked_out"
    assert admin.post(LOCKOUTS, {"user": "walt"} | REASON, by).code == "locked_out"
    assert admin.delete(LOCKOUTS, by, user=locked).code == "locked_out"


@pytest.mark.parametrize("session", ["olaf", "Olaf@corp.example", "olaf+x"])
def test_a_role_session_is_stopped_by_the_name_it_gives_itself_and_stops_no_one_else_by_it(
    admin: AdminLambda, session: str
) -> None:
    mighty(admin, "olaf", "role/oncall")
    role = f"arn:aws:sts::{ACCOUNT}:assumed-role/oncall"
    request_id = admin.file("ann")
    admin.post(LOCKOUTS, {"user": "olaf"} | REASON, "walt")
    assert admin.approve(request_id, f"{role}/{session}").code == "locked_out"
    assert admin.approve(request_id, f"{role}/ida").status == 200
    admin.post(LOCKOUTS, {"user": "role/OnCall"} | REASON, "walt")
    assert admin.post(f"/v1/requests/{request_id}/deny", by=f"{role}/ida").code == "locked_out"
    admin.delete(LOCKOUTS, "walt", user="olaf")
    assert admin.post(f"/v1/requests/{request_id}/cancel", by="olaf").status == 200


def test_a_lockout_that_an_earlier_version_wrote_still_stops_its_user(admin: AdminLambda) -> None:
    mighty(admin, "Olaf@corp.example")
    admin.lock_out("user#Olaf@corp.example")
    assert admin.approve(admin.file("ann"), "Olaf@corp.example").code == "locked_out"


def test_the_thief_of_a_wardens_keys_does_not_lock_out_the_defenders(admin: AdminLambda) -> None:
    admin.post(LOCKOUTS, {"user": "walt"} | REASON, "wanda")
    assert admin.post(LOCKOUTS, {"user": "wanda", "reason": "sabotage"}, "walt").code == "locked_out"
    assert admin.post(REVOCATIONS, {"user": "walt"} | REASON, "wanda").status == 201
    assert admin.delete(LOCKOUTS, "wanda", user="walt").status == 200


def test_votes_of_who_is_locked_out_do_not_count(admin: AdminLambda) -> None:
    request_id = admin.file(profile="vault", ticket="INC-1")
    admin.approve(request_id, by="bob")
    admin.post(LOCKOUTS, {"user": "BOB@corp.example"} | REASON, "walt")
    request = admin.approve(request_id, by="carol").body["request"]
    assert (request["status"], [vote["user"] for vote in request["approvals"]]) == ("pending", ["carol"])
    admin.delete(LOCKOUTS, "walt", user="bob")
    assert admin.approve(request_id, by="bob").body["request"]["status"] == "approved"
