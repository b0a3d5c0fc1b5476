"""Approval requests in the table: each change is one write on the state it leaves, and races have one outcome."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.aws.dynamodb.grant_store import Moved
from shared.aws.dynamodb.grants import GrantTable
from shared.aws.dynamodb.sessions import Recording, SessionTable
from shared.aws.errors import ThrottledError
from shared.core.approval.decide import Act, DecidingRejection, approve, cancel, deny
from shared.core.approval.policy import ApprovalRule
from shared.core.approval.request import ApprovalRequest, Vote
from shared.core.grants import Grant, GrantUses, RequestStatus
from shared.core.people import Action, Person
from shared.core.stamp import Via
from tests.grants import HOUR, NOW, a_request, a_session, an_approval_rule
from tests.service.emulator import table_name

Step = Callable[[ApprovalRequest], ApprovalRequest | DecidingRejection]


def table(clients: Clients) -> ApprovalTable:
    return ApprovalTable(clients.dynamodb, table_name("grant"))


def approval(user: str, rule: ApprovalRule | None = None) -> Step:
    act = Act(Person(user), NOW, rule or an_approval_rule())
    return lambda request: approve(request, act, is_still_demanded=True)


async def take(requests: ApprovalTable, step: Step) -> ApprovalRequest | DecidingRejection:
    """Take a step as a service does: on the row as it is, again where it moved meanwhile."""
    current = await requests.find("0123456789abcdef")
    assert current is not None
    while True:
        after = step(current)
        if isinstance(after, DecidingRejection) or after == current:
            return after
        outcome = await requests.change(current, after)
        if not isinstance(outcome, Moved):
            return outcome
        current = outcome.current


async def test_a_request_is_found_by_id_as_it_was_filed(clients: Clients) -> None:
    request = a_request(votes=(Vote(Person("bob", "b", "444455556666"), NOW, "fine"),), wanted_start=NOW + HOUR)
    await table(clients).add(request)
    assert await table(clients).find(request.request_id) == request
    assert await table(clients).find("zzzzzzzzzzzzzzzz") is None


async def test_that_a_vote_is_from_the_chat_is_kept_for_every_vend(clients: Clients) -> None:
    votes = (Vote(Person("bob", is_from_chat=True), NOW), Vote(Person("carol"), NOW))
    request = a_request(votes=votes, status=RequestStatus.APPROVED, starts_at=NOW, ends_at=NOW + HOUR)
    await table(clients).add(request)
    found = await table(clients).find("0123456789abcdef")
    assert found is not None
    assert [vote.by.is_from_chat for vote in found.votes] == [True, False]
    [grant] = (await GrantTable(clients.dynamodb, table_name("grant")).load_serving("alice", NOW)).grants
    assert [each.person.is_from_chat for each in grant.approved_by] == [True, False]


async def test_filing_twice_what_was_heard_once_is_no_error(clients: Clients) -> None:
    await table(clients).add(a_request())
    await table(clients).add(a_request())


@pytest.mark.parametrize("stored", list(RequestStatus))
@pytest.mark.parametrize("assumed", list(RequestStatus))
async def test_a_change_happens_only_from_the_state_it_was_decided_in(
    clients: Clients, stored: RequestStatus, assumed: RequestStatus
) -> None:
    requests = table(clients)
    row = replace(a_request(), status=stored, ends_at=NOW + HOUR, starts_at=NOW)
    await requests.add(row)
    after = replace(row, ended=Action("bob", NOW))
    outcome = await requests.change(replace(row, status=assumed), after)
    assert outcome == (after if stored is assumed else Moved(row))


async def test_a_change_whose_response_was_lost_is_a_success(clients: Clients) -> None:
    requests = table(clients)
    denied = replace(a_request(), status=RequestStatus.DENIED)
    await requests.add(a_request())
    assert await requests.change(a_request(), denied) == denied
    assert await requests.change(a_request(), denied) == denied


async def test_an_approval_serves_the_next_vend_until_it_is_withdrawn(clients: Clients) -> None:
    requests, grants = table(clients), GrantTable(clients.dynamodb, table_name("grant"))
    await requests.add(a_request())
    assert (await grants.load(Person("alice"), "prod", NOW)).grants == ()
    await take(requests, approval("bob"))
    [grant] = (await grants.load(Person("alice"), "prod", NOW)).grants
    assert (grant.via, grant.ends_at) == (Via.APPROVAL, NOW + HOUR)
    withdrawing = Act(Person("alice"), NOW, None)
    await take(requests, lambda request: cancel(request, withdrawing, may_revoke=False))
    assert (await grants.load(Person("alice"), "prod", NOW)).grants == ()


class TestRaces:
    """On the emulator whose writes are atomic, with real parallelism."""

    @pytest.mark.parametrize("quorum", [1, 2])
    async def test_approvers_at_the_same_instant_make_one_decision(self, atomic_clients: Clients, quorum: int) -> None:
        requests = table(atomic_clients)
        rule = an_approval_rule(approvers=["boss-*"], quorum=quorum)
        await requests.add(a_request())
        outcomes = await asyncio.gather(*(take(requests, approval(f"boss-{n}", rule)) for n in range(10)))
        assert not any(isinstance(outcome, DecidingRejection) for outcome in outcomes)
        final = await requests.find(a_request().request_id)
        assert final is not None
        assert (final.status, len(final.votes)) == (RequestStatus.APPROVED, quorum)
        assert len({vote.by.user for vote in final.votes}) == quorum

    async def test_yes_no_and_never_mind_at_once_have_one_outcome(self, atomic_clients: Clients) -> None:
        requests = table(atomic_clients)
        await requests.add(a_request())
        no, mine = Act(Person("dave"), NOW, an_approval_rule()), Act(Person("alice"), NOW, None)
        outcomes = await asyncio.gather(
            take(requests, approval("bob")),
            take(requests, lambda request: deny(request, no)),
            take(requests, lambda request: cancel(request, mine, may_revoke=False)),
        )
        final = await requests.find(a_request().request_id)
        assert final is not None
        assert final.status in {RequestStatus.DENIED, RequestStatus.CANCELLED, RequestStatus.WITHDRAWN}
        reached = {outcome.status for outcome in outcomes if isinstance(outcome, ApprovalRequest)}
        assert reached in ({final.status}, {final.status, RequestStatus.APPROVED})

    async def test_a_once_approval_is_used_or_withdrawn_and_never_both(self, atomic_clients: Clients) -> None:
        requests = table(atomic_clients)
        sessions = SessionTable(atomic_clients.dynamodb, table_name("session"), table_name("grant"))
        approved = replace(
            a_request(),
            status=RequestStatus.APPROVED,
            uses=GrantUses.ONCE,
            starts_at=NOW,
            ends_at=NOW + HOUR,
        )
        await requests.add(approved)
        grant = Grant(Via.APPROVAL, approved.request_id, "prod", NOW, NOW + HOUR, GrantUses.ONCE)
        mine = Act(Person("alice"), NOW + timedelta(seconds=1), None)
        recorded, outcome = await asyncio.gather(
            sessions.record_session_consuming(a_session(), grant),
            take(requests, lambda request: cancel(request, mine, may_revoke=False)),
            return_exceptions=True,
        )
        final = await requests.find(approved.request_id)
        assert final is not None
        if recorded is Recording.RECORDED:
            assert (final.status, outcome) == (RequestStatus.CONSUMED, DecidingRejection.WRONG_STATE)
        else:
            assert isinstance(recorded, ThrottledError) or recorded is Recording.GRANT_ALREADY_USED
            assert final.status is RequestStatus.WITHDRAWN


async def test_a_write_repeated_after_a_lost_response_finds_no_conflict(clients: Clients) -> None:
    requests, moment = table(clients), timedelta(microseconds=1)
    filed = a_request(created_at=NOW + moment, pending_until=NOW + HOUR + moment)
    await requests.add(filed)
    await requests.add(filed)
    approved = approve(filed, Act(Person("bob"), NOW + moment, an_approval_rule()), is_still_demanded=True)
    assert isinstance(approved, ApprovalRequest)
    assert await requests.change(filed, approved) == approved
    assert await requests.change(filed, approved) == approved
