"""No request lets callers decide for themselves, or see or end what is not theirs."""

import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from tests.e2e.callers import BECAUSE, Caller, hire, outcome

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def dana(system: LocalStack) -> Caller:
    return await hire(system)


@pytest.fixture
def bob(system: LocalStack) -> Caller:
    return Caller(system, "bob")


async def test_a_second_account_of_the_same_person_approves_nothing(system: LocalStack, bob: Caller) -> None:
    other_self, carol = await hire(system, "Carol"), Caller(system, "carol")
    assert carol.user == "carol@example.com"
    request_id = await other_self.ask("staging")
    assert outcome(await carol.act(request_id, "approve")) == (403, "not_permitted")
    assert outcome(await other_self.vend("staging")) == (403, "approval_required")
    assert (await bob.act(request_id, "approve")).body["request"]["status"] == "approved"


async def test_a_second_account_of_the_same_person_reviews_nothing(system: LocalStack) -> None:
    other_self, carol = await hire(system, "CAROL"), Caller(system, "carol")
    begun = await other_self.break_glass("prod")
    event_id = begun.body["event"]["id"]
    await other_self.follow(event_id, "close")
    assert outcome(await carol.follow(event_id, "review")) == (403, "not_permitted")


@pytest.mark.parametrize("forged", ["user", "status", "approvals", "approvers", "id", "window"])
async def test_a_request_says_nothing_about_who_asks_or_decides(dana: Caller, forged: str) -> None:
    answer = await dana.post("/v1/requests", profile="staging", reason=BECAUSE, **{forged: "bob"})
    assert outcome(answer) == (400, "invalid_request")
    assert (await dana.get("/v1/requests")).body["requests"] == []


async def test_headers_do_not_change_who_the_caller_is(system: LocalStack, dana: Caller) -> None:
    request_id = await (await hire(system)).ask("staging")
    headers = {"x-amzn-iam-user": "bob", "x-forwarded-user": "bob", "x-sentinel-user": "bob"}
    answer = await dana.send("POST", f"/v1/requests/{request_id}/approve", headers=headers)
    assert outcome(answer) == (404, "not_found")


async def test_only_who_may_read_everything_lists_everything(system: LocalStack, dana: Caller, bob: Caller) -> None:
    request_id = await dana.ask("staging")
    for caller in (dana, bob):
        assert outcome(await caller.get("/v1/requests", view="all")) == (403, "not_permitted")
    operator = Caller(system, "operator")
    listed = await operator.get("/v1/requests", view="all", user=dana.user)
    assert [request["id"] for request in listed.body["requests"]] == [request_id]


async def test_another_users_cursor_is_refused(system: LocalStack, dana: Caller) -> None:
    for profile in ("staging", "staging-two"):
        await dana.ask(profile)
    page = await dana.get("/v1/requests", limit="1")
    assert page.body["next_cursor"]
    stranger = await hire(system)
    answer = await stranger.get("/v1/requests", limit="1", cursor=page.body["next_cursor"])
    assert outcome(answer) == (400, "invalid_request")


async def test_a_stranger_ends_nothing(system: LocalStack, dana: Caller, bob: Caller) -> None:
    stranger, request_id = await hire(system), await dana.ask("staging")
    await bob.act(request_id, "approve")
    assert outcome(await stranger.act(request_id, "cancel")) == (404, "not_found")
    event_id = (await dana.break_glass("prod")).body["event"]["id"]
    for action in ("close", "review"):
        assert outcome(await stranger.follow(event_id, action)) == (404, "not_found")
    assert [(await dana.vend(profile)).status for profile in ("staging", "prod")] == [200, 200]
