import asyncio
from datetime import timedelta

import pytest

from sentinel.credentials.refresher import STILL_FETCHING, CredentialRefresher, Outcome
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import Refusal
from tests.unit.client.upstream import DENIED, Upstream


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
def refresher(upstream: Upstream) -> CredentialRefresher:
    return CredentialRefresher(upstream.fetch, upstream.now)


def _key(outcome: Outcome) -> str:
    assert isinstance(outcome, VendedCredentials)
    return outcome.access_key_id


async def test_fifty_parallel_fetches_cause_one_vend(refresher: CredentialRefresher, upstream: Upstream) -> None:
    upstream.gate.clear()
    fetches = [asyncio.create_task(refresher.current()) for _ in range(50)]
    for _ in range(5):
        await asyncio.sleep(0)  # every fetch waits for a flight, and every flight at the gate
    upstream.gate.set()
    assert {_key(outcome) for outcome in await asyncio.gather(*fetches)} == {"ASIA0001"}
    assert upstream.calls == 1


@pytest.mark.parametrize("minutes", [0, 10, 39])
async def test_a_credential_serves_for_two_thirds_of_its_hour(
    refresher: CredentialRefresher, upstream: Upstream, minutes: int
) -> None:
    await refresher.current()
    upstream.pass_time(minutes=minutes)
    assert _key(await refresher.current()) == "ASIA0001"


@pytest.mark.parametrize("remaining", [19, 15, 14, 5])
async def test_an_sdk_that_asks_again_gets_a_new_credential(
    refresher: CredentialRefresher, upstream: Upstream, remaining: int
) -> None:
    await refresher.current()
    upstream.pass_time(minutes=60 - remaining)
    assert _key(await refresher.current()) == "ASIA0002"


async def test_a_short_credential_is_not_vended_again_on_every_fetch(
    refresher: CredentialRefresher, upstream: Upstream
) -> None:
    upstream.life = timedelta(minutes=15)
    for _ in range(9):
        await refresher.current()
        upstream.pass_time(minutes=1)
    assert upstream.calls == 1


async def test_an_idle_refresher_vends_nothing(refresher: CredentialRefresher, upstream: Upstream) -> None:
    await refresher.current()
    upstream.pass_time(hours=24)
    assert upstream.calls == 1


async def test_a_refusal_is_asked_for_once_however_often_an_sdk_retries(
    refresher: CredentialRefresher, upstream: Upstream
) -> None:
    upstream.refusal = DENIED
    for _ in range(5):
        assert await refresher.current() == DENIED
        upstream.pass_time(seconds=0.9)
    assert upstream.calls == 1


async def test_a_refusal_is_forgotten_after_some_seconds(refresher: CredentialRefresher, upstream: Upstream) -> None:
    upstream.refusal = DENIED
    await refresher.current()
    upstream.refusal = None
    upstream.pass_time(seconds=5)
    assert _key(await refresher.current()) == "ASIA0002"


async def test_a_throttle_is_remembered_as_long_as_it_asks_for(
    refresher: CredentialRefresher, upstream: Upstream
) -> None:
    upstream.refusal = Refusal(429, "throttled", "too many", retry_after_s=30)
    await refresher.current()
    upstream.pass_time(seconds=29)
    await refresher.current()
    assert upstream.calls == 1
    upstream.pass_time(seconds=1)
    await refresher.current()
    assert upstream.calls == 2


@pytest.mark.parametrize("code", ["role_refused", "session_policy_refused", "region_disabled"])
async def test_what_aws_will_refuse_again_is_asked_for_once_a_minute_and_what_is_held_serves_on(
    refresher: CredentialRefresher, upstream: Upstream, code: str
) -> None:
    await refresher.current()
    upstream.refusal = Refusal(403, code, "AWS does not let Sentinel assume the role")
    upstream.pass_time(minutes=45)
    for _ in range(59):
        assert _key(await refresher.current()) == "ASIA0001"
        upstream.pass_time(seconds=1)
    assert upstream.calls == 2
    upstream.pass_time(seconds=1)
    await refresher.current()
    assert upstream.calls == 3


async def test_a_valid_credential_serves_on_while_the_service_is_away(
    refresher: CredentialRefresher, upstream: Upstream
) -> None:
    await refresher.current()
    upstream.away = True
    upstream.pass_time(minutes=59)
    assert _key(await refresher.current()) == "ASIA0001"


async def test_an_expired_credential_is_never_served(refresher: CredentialRefresher, upstream: Upstream) -> None:
    await refresher.current()
    upstream.away = True
    upstream.pass_time(minutes=60)
    assert await refresher.current() == Refusal(503, "unreachable", "the service is away", "wait")


async def test_service_resumes_when_it_is_back(refresher: CredentialRefresher, upstream: Upstream) -> None:
    upstream.away = True
    await refresher.current()
    upstream.away = False
    upstream.pass_time(seconds=5)
    assert _key(await refresher.current()) == "ASIA0002"


async def test_a_held_session_is_asked_about_once_a_minute_at_most(upstream: Upstream) -> None:
    asked: list[str] = []

    async def is_valid(session_id: str) -> bool:
        asked.append(session_id)
        return True

    refresher = CredentialRefresher(upstream.fetch, upstream.now, is_valid)
    for seconds in (0, 59, 1, 30, 29, 1):
        upstream.pass_time(seconds=seconds)
        assert _key(await refresher.current()) == "ASIA0001"
    assert asked == ["0000000000000001"] * 2


@pytest.mark.parametrize("refused", [False, True])
async def test_a_revoked_session_is_not_handed_out_again(upstream: Upstream, *, refused: bool) -> None:
    async def is_valid(_: str) -> bool:
        return False

    refresher = CredentialRefresher(upstream.fetch, upstream.now, is_valid)
    await refresher.current()
    upstream.pass_time(minutes=1)
    upstream.refusal = Refusal(403, "approval_required", "used up") if refused else None
    outcome = await refresher.current()
    assert outcome == upstream.refusal if refused else _key(outcome) == "ASIA0002"


@pytest.mark.parametrize("code", ["denied", "locked_out", "unknown_caller", "not_found"])
async def test_a_credential_the_service_has_since_withdrawn_is_not_handed_out(
    refresher: CredentialRefresher, upstream: Upstream, code: str
) -> None:
    await refresher.current()
    upstream.refusal = Refusal(403, code, "no longer")
    upstream.pass_time(minutes=45)
    assert await refresher.current() == upstream.refusal


@pytest.mark.parametrize("code", ["approval_required", "grant_ending", "throttled", "gateway_refused", "unavailable"])
async def test_a_credential_serves_to_its_end_after_any_other_refusal(
    refresher: CredentialRefresher, upstream: Upstream, code: str
) -> None:
    await refresher.current()
    upstream.refusal = Refusal(403, code, "not now")
    upstream.pass_time(minutes=45)
    assert _key(await refresher.current()) == "ASIA0001"


async def test_a_slow_vend_is_answered_still_fetching_and_serves_the_retry(upstream: Upstream) -> None:
    refresher = CredentialRefresher(upstream.fetch, upstream.now, answer_within_s=0)
    upstream.gate.clear()
    assert await refresher.current() == STILL_FETCHING
    assert await refresher.current() == STILL_FETCHING
    upstream.gate.set()
    assert _key(await refresher.first()) == "ASIA0001"
    assert upstream.calls == 1


async def test_a_slow_refresh_serves_the_credential_that_is_still_valid(upstream: Upstream) -> None:
    refresher = CredentialRefresher(upstream.fetch, upstream.now, answer_within_s=0)
    await refresher.first()
    upstream.pass_time(minutes=50)
    upstream.gate.clear()
    assert _key(await refresher.current()) == "ASIA0001"
    await refresher.close()


async def test_a_fetch_that_hangs_up_does_not_end_the_flight_others_wait_for(
    refresher: CredentialRefresher, upstream: Upstream
) -> None:
    upstream.gate.clear()
    gone, staying = asyncio.create_task(refresher.current()), asyncio.create_task(refresher.current())
    await asyncio.sleep(0)  # both are waiting now
    gone.cancel()
    upstream.gate.set()
    assert _key(await staying) == "ASIA0001"
    assert upstream.calls == 1
