"""Ending what STS has issued, against the whole system: the sensitive API, live credentials, the vend."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

import aiohttp
import httpx
import pytest
import requests
from botocore.exceptions import ClientError

from deploy.local.aws import Keys, LocalAws
from deploy.local.deployment import REGION, demo_table
from deploy.local.stack import LocalStack
from sentinel.proof_auth import AiohttpProof, HttpxProof, RequestsProof
from sentinel.proof_source import ProofSource
from tests.e2e.callers import Caller, hear, hire, outcome
from tests.patience import LIMIT_S

pytestmark = pytest.mark.asyncio(loop_scope="session")
REASON = {"reason": "laptop stolen"}


@pytest.fixture(autouse=True)
def emulated_sts(system: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof is signed for the STS the authorizer asks."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", system.emulator.endpoint)


@dataclass(frozen=True)
class FrozenKeys:
    """Vended credentials as botocore holds them."""

    access_key: str
    secret_key: str
    token: str


@dataclass(frozen=True)
class Session:
    """A vended session of a caller, and what it may reach."""

    system: LocalStack
    session_id: str
    keys: FrozenKeys

    def proofs(self, api_id: str = "") -> ProofSource:
        return ProofSource(api_id or self.system.sensitive_endpoint.api_id, REGION, credentials=lambda: self.keys)

    async def call_the_api(self, proofs: ProofSource | None = None) -> int:
        auth = HttpxProof(proofs or self.proofs())
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{self.system.sensitive_api}/ledger", auth=auth)).status_code

    async def use_aws(self, profile: str) -> bool:
        """Whether the credentials still read the profile's table."""
        keys = Keys(self.keys.access_key, self.keys.secret_key, self.keys.token)
        async with LocalAws(self.system.emulator.endpoint, REGION, keys).client("dynamodb") as dynamodb:
            try:
                await dynamodb.scan(TableName=demo_table(profile))
            except ClientError as error:
                return "AccessDenied" not in error.response["Error"]["Code"]
        return True


async def vended(caller: Caller, profile: str) -> Session:
    request_id = await caller.ask(profile)
    await Caller(caller.stack, "bob").act(request_id, "approve")
    answer = await caller.vend(profile)
    assert answer.status == 200, answer.body
    body: Mapping[str, str] = answer.body
    keys = FrozenKeys(body["AccessKeyId"], body["SecretAccessKey"], body["Token"])
    return Session(caller.stack, body["SessionId"], keys)


def operator(system: LocalStack) -> Caller:
    return Caller(system, "operator")


async def test_a_revoked_session_is_refused_by_the_api_and_by_aws_on_its_next_request(system: LocalStack) -> None:
    person = await hire(system)
    session, other = await vended(person, "staging"), await vended(person, "staging")
    assert await session.call_the_api() == 200
    assert await session.use_aws("staging")
    revoked = await operator(system).post(f"/v1/sessions/{session.session_id}/revoke", **REASON)
    assert revoked.body["kill_switch"]["status"] == "applied"
    assert await session.call_the_api() == 403
    assert not await session.use_aws("staging")
    assert (await other.call_the_api(), await other.use_aws("staging")) == (200, True)


async def test_everything_of_a_user_ends_at_once_and_nothing_new_begins(system: LocalStack) -> None:
    person, colleague = await hire(system), await hire(system)
    session, theirs = await vended(person, "staging"), await vended(colleague, "staging")
    revoked = await operator(system).post("/v1/revocations", user=person.user, **REASON)
    assert (revoked.status, revoked.body["revocation"]["marked"]) == (201, 1)
    assert (await session.call_the_api(), await session.use_aws("staging")) == (403, False)
    assert (await theirs.call_the_api(), await theirs.use_aws("staging")) == (200, True)
    assert outcome(await person.vend("staging")) == (403, "locked_out")


async def test_a_lockout_stops_the_api_too_until_it_is_lifted(system: LocalStack) -> None:
    person = await hire(system)
    session = await vended(person, "staging")
    await operator(system).post("/v1/lockouts", user=person.user, **REASON)
    assert await session.call_the_api() == 403
    await operator(system).send("DELETE", f"/v1/lockouts?user={person.user}")
    assert await session.call_the_api() == 200


async def test_subscribers_are_notified_of_a_revocation(system: LocalStack) -> None:
    person = await hire(system)
    session = await vended(person, "staging")
    inbox = await person.inbox()
    await operator(system).post(f"/v1/sessions/{session.session_id}/revoke", **REASON)
    await operator(system).post("/v1/revocations", user=person.user, **REASON)
    heard = await hear(inbox, 2)
    assert set(heard) == {"session.revoked", "sessions.revoked"}
    assert "laptop stolen" in heard["session.revoked"].message["text"]


async def test_each_library_proves_its_session(system: LocalStack) -> None:
    session = await vended(await hire(system), "staging")
    url, proofs = f"{system.sensitive_api}/ledger", session.proofs()
    answers = [await asyncio.to_thread(requests.get, url, auth=RequestsProof(proofs), timeout=LIMIT_S)]
    async with aiohttp.ClientSession(middlewares=[AiohttpProof(proofs)]) as client, client.get(url) as answer:
        caller = (await answer.json())["caller"]
    assert [answer.json()["caller"] for answer in answers] == [caller]
    assert (caller["session_id"], caller["profile"], caller["via"]) == (session.session_id, "staging", "approval")


async def test_without_a_proof_no_function_runs(system: LocalStack) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{system.sensitive_api}/ledger")
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


async def test_a_proof_for_another_api_is_refused(system: LocalStack) -> None:
    session = await vended(await hire(system), "staging")
    assert await session.call_the_api(session.proofs("otherapi00")) == 403


async def test_a_session_of_a_profile_the_api_does_not_accept_is_refused(system: LocalStack) -> None:
    assert await (await vended(await hire(system), "staging-once")).call_the_api() == 403


async def test_credentials_that_sentinel_did_not_vend_are_refused(system: LocalStack) -> None:
    keys = system.callers["carol"].keys
    assert keys.session_token is not None
    session = await vended(await hire(system), "staging")
    stolen = replace(session, keys=FrozenKeys(keys.access_key_id, keys.secret_access_key, keys.session_token))
    assert await stolen.call_the_api() == 403
