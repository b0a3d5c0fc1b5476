"""Several at the same instant, each through a function of their own, on an emulator whose transactions are atomic."""

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

import pytest

from services.vend.handler import wire
from services.vend.issuing import Issuer
from shared.clock import utc_now
from tests.gateway_events import http_api_event
from tests.lambda_context import FakeContext
from tests.service.admin.conftest import APPROVAL, furnish
from tests.service.admin.function import AdminLambda, Answered, Clock, arn_of, open_admin
from tests.service.emulator import aws

RACERS = 4
Outcome = TypeVar("Outcome")


@pytest.fixture
def admins(atomic_url: str, environment: dict[str, str]) -> Iterator[list[AdminLambda]]:  # noqa: ARG001 - the emulator's address is in the environment
    """Give as many functions as race, as Lambda would run them: each in a process of its own."""
    furnish()
    clock = Clock(utc_now())
    with ExitStack() as stack:
        functions = [open_admin(environment, clock, aws) for _ in range(RACERS)]
        for function in functions:
            stack.enter_context(closing(function.app))
        yield functions


def at_once(*calls: Callable[[], Outcome]) -> list[Outcome]:
    """Make the calls in threads that begin together."""
    barrier = Barrier(len(calls))

    def call(each: Callable[[], Outcome]) -> Outcome:
        barrier.wait()
        return each()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def test_of_two_approvers_one_is_decisive_and_neither_sees_an_error(admins: list[AdminLambda]) -> None:
    for _ in range(3):
        request_id = admins[0].file()
        answers = at_once(
            partial(admins[0].approve, request_id, "bob"), partial(admins[1].approve, request_id, "carol")
        )
        assert [answer.status for answer in answers] == [200, 200]
        requests = [answer.body["request"] for answer in answers]
        assert requests[0]["approvals"] == requests[1]["approvals"]
        assert len(requests[0]["approvals"]) == 1
        assert {request["status"] for request in requests} == {"approved"}


def test_approvers_of_one_quorum_lose_no_vote_and_count_none_twice(admins: list[AdminLambda]) -> None:
    rule = {"name": "vault", "profiles": ["vault"], "approvers": ["bob", "carol", "dave", "rita"], "quorum": 3}
    admins[0].store("policies/approval", APPROVAL | {"rules": [rule]})
    request_id = admins[0].file(profile="vault")
    people = ("bob", "carol", "dave", "bob@corp.example")
    admins[0].store("policies/approval", APPROVAL | {"rules": [rule | {"approvers": [*people, "rita"]}]})
    answers = at_once(*(partial(admin.approve, request_id, by) for admin, by in zip(admins, people, strict=True)))
    assert {answer.status for answer in answers} == {200}
    request = admins[0].get(f"/v1/requests/{request_id}").body["request"]
    assert request["status"] == "approved"
    assert {vote["user"].partition("@")[0] for vote in request["approvals"]} == {"bob", "carol", "dave"}
    assert len(request["approvals"]) == 3


def test_of_many_requests_filed_at_once_one_waits_and_the_others_name_it(admins: list[AdminLambda]) -> None:
    for profile in ("prod", "once"):
        wish = {"profile": profile, "reason": "fix"}
        answers = at_once(*(partial(admin.post, "/v1/requests", wish) for admin in admins))
        [filed] = [answer.body["request"]["id"] for answer in answers if answer.status == 201]
        refused = [answer for answer in answers if answer.status != 201]
        assert {answer.code for answer in refused} == {"conflict"}
        assert all(filed in answer.body["message"] for answer in refused)
        listed = admins[0].get("/v1/requests", profile=profile).body["requests"]
        assert [request["id"] for request in listed] == [filed]


def test_of_many_requests_filed_at_once_after_a_decided_one_one_waits(admins: list[AdminLambda]) -> None:
    admins[0].file_denied()
    wish = {"profile": "prod", "reason": "fix"}
    answers = at_once(*(partial(admin.post, "/v1/requests", wish) for admin in admins))
    assert sorted(answer.status for answer in answers) == [201, *[409] * (len(admins) - 1)]


def test_of_many_extensions_of_one_approval_filed_at_once_one_is_open(admins: list[AdminLambda]) -> None:
    first = admins[0].file("trusty", duration="15m")
    body = {"profile": "prod", "reason": "longer", "extends": first, "duration": "15m"}
    answers = at_once(*(partial(admin.post, "/v1/requests", body, "trusty") for admin in admins))
    [filed] = [answer.body["request"] for answer in answers if answer.status == 201]
    assert filed["status"] == "approved"
    assert [answer.body["grant_id"] for answer in answers if answer.code == "conflict"] == [filed["id"]] * (RACERS - 1)


def test_an_approval_withdrawn_while_its_extension_is_approved_leaves_nothing_open(admins: list[AdminLambda]) -> None:
    for _ in range(3):
        first = admins[0].file()
        admins[0].approve(first)
        body = {"profile": "prod", "reason": "longer", "extends": first, "duration": "1h"}
        second = admins[0].post("/v1/requests", body).body["request"]["id"]
        stopped, _ = at_once(
            partial(admins[0].post, f"/v1/requests/{first}/cancel"), partial(admins[1].approve, second, "carol")
        )
        assert (stopped.status, stopped.body["extensions_ended"]) == (200, [second])
        status = admins[0].get(f"/v1/requests/{second}").body["request"]["status"]
        assert status in ("cancelled", "withdrawn")


def test_approval_denial_and_cancellation_have_one_outcome(admins: list[AdminLambda]) -> None:
    for _ in range(3):
        request_id = admins[0].file()
        answers = at_once(
            partial(admins[0].approve, request_id, "bob"),
            partial(admins[1].post, f"/v1/requests/{request_id}/deny", by="carol"),
            partial(admins[2].post, f"/v1/requests/{request_id}/cancel", by="alice"),
        )
        request = admins[0].get(f"/v1/requests/{request_id}").body["request"]
        succeeded = [answer.body["request"]["status"] for answer in answers if answer.status == 200]
        assert request["status"] in succeeded
        # The loser learns the state they met. A withdrawal may follow an approval; nothing follows the others.
        assert len(succeeded) == (2 if request["status"] == "withdrawn" else 1)
        assert {answer.code for answer in answers if answer.status != 200} <= {"conflict"}


def test_of_many_events_begun_at_once_the_budget_is_not_overspent(admins: list[AdminLambda]) -> None:
    answers = at_once(*(partial(admin.break_glass, by="erin") for admin in admins))
    assert sorted(answer.status for answer in answers) == [201, 201, 409, 409]


def make_assumable(admin: AdminLambda, profile: str) -> None:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"}]}
    role = aws("iam").create_role(RoleName=profile, Path="/sentinel/", AssumeRolePolicyDocument=json.dumps(trust))
    admin.store(f"profiles/{profile}", {"role_arn": role["Role"]["Arn"]})


def revoke_all_of(admin: AdminLambda, user: str) -> Answered:
    answered = admin.post("/v1/revocations", {"user": user, "reason": "laptop stolen"}, "sam")
    assert answered.status == 201, answered.body
    return answered


def state_of_session(admin: AdminLambda, session_id: str) -> str:
    return str(admin.get(f"/v1/sessions/{session_id}", "sam").body["session"]["status"])


def test_a_vend_that_races_with_a_revocation_gets_nothing_or_a_revoked_session(
    admins: list[AdminLambda], environment: dict[str, str]
) -> None:
    make_assumable(admins[0], "dev")
    with ExitStack() as stack:
        vends = [stack.enter_context(closing(wire(environment, io.StringIO()))) for _ in range(3)]
        for racer in (f"racer{number}" for number in range(4)):
            racing = (partial(vend, app, "dev", racer) for app in vends)
            *answers, _ = at_once(*racing, partial(lambda user: {"x": revoke_all_of(admins[0], user)}, racer))
            for answer in answers:
                if "AccessKeyId" in answer:
                    assert state_of_session(admins[1], answer["SessionId"]) == "revoked"
                else:
                    assert answer["code"] == "locked_out"


def test_a_vend_that_was_decided_before_a_revocation_ends_under_it(
    admins: list[AdminLambda], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_assumable(admins[0], "dev")
    issue = Issuer.issue

    async def issue_late(*arguments: Any) -> Any:
        await asyncio.to_thread(revoke_all_of, admins[0], "alice")
        return await issue(*arguments)

    monkeypatch.setattr(Issuer, "issue", issue_late)
    with closing(wire(environment, io.StringIO())) as app:
        answer = vend(app, "dev")
    assert state_of_session(admins[1], answer["SessionId"]) == "revoked"
    assert vend_again(environment) == "locked_out"


def vend_again(environment: dict[str, str]) -> str:
    with closing(wire(environment, io.StringIO())) as app:
        return str(vend(app, "dev")["code"])


def test_of_many_who_revoke_one_session_one_does(admins: list[AdminLambda]) -> None:
    row = admins[0].vended(1)
    path = f"/v1/sessions/{row.session_id}/revoke"
    answers = at_once(*(partial(admin.post, path, {"reason": f"{n}"}, "sam") for n, admin in enumerate(admins)))
    assert [answer.status for answer in answers] == [200] * RACERS, [answer.audit for answer in answers]
    assert len({answer.body["session"]["revoked"]["comment"] for answer in answers}) == 1


def test_of_many_who_revoke_everything_at_once_none_fails_and_the_latest_cutoff_holds(
    admins: list[AdminLambda],
) -> None:
    row = admins[0].vended(1)
    at_once(*(partial(revoke_all_of, admin, "alice") for admin in admins))
    assert state_of_session(admins[0], row.session_id) == "revoked"


def test_of_two_vends_of_one_once_approval_one_gets_credentials(
    admins: list[AdminLambda], environment: dict[str, str]
) -> None:
    make_assumable(admins[0], "once")
    request_id = admins[0].file(profile="once")
    admins[0].approve(request_id)
    with ExitStack() as stack:
        vends = [stack.enter_context(closing(wire(environment, io.StringIO()))) for _ in range(2)]
        answers = at_once(*(partial(vend, app) for app in vends))
    assert sorted("AccessKeyId" in answer for answer in answers) == [False, True], answers
    assert admins[0].get(f"/v1/requests/{request_id}").body["request"]["status"] == "consumed"


def vend(app: Any, profile: str = "once", by: str = "alice") -> dict[str, Any]:
    response = app(http_api_event(query=f"profile={profile}", arn=arn_of(by)), FakeContext())
    body: dict[str, Any] = json.loads(response["body"])
    return body


def test_of_pushes_at_once_the_last_one_is_whole(admins: list[AdminLambda]) -> None:
    rule = {"name": "pager", "users": ["alice"], "permissions": ["groups", "read"], "may_push": ["*-oncall"]}
    admins[0].store("policies/admin", {"version": "1", "rules": [rule]})
    path, teams = "/v1/groups/prod-oncall/members", [[f"user{number}", "dave"] for number in range(RACERS)]
    bodies = [{"members": team, "duration": "1h", "reason": "drill"} for team in teams]
    answers = at_once(*(partial(admin.put, path, body) for admin, body in zip(admins, bodies, strict=True)))
    assert {answer.status for answer in answers} <= {200, 409, 429}
    assert 200 in {answer.status for answer in answers}
    members = admins[0].get(path).body["members"]
    assert members in teams
    found = [admins[0].get("/v1/groups", user=f"user{number}").body["groups"] for number in range(RACERS)]
    assert [bool(groups) for groups in found] == [team == members for team in teams]
