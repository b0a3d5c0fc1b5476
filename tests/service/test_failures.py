"""What shared.aws says when AWS is away, slow to please, or says no."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from shared.aws.clients import Clients, open_clients
from shared.aws.dynamodb.grants import GrantTable
from shared.aws.dynamodb.rate_limit import RateLimiter
from shared.aws.dynamodb.sessions import SessionTable
from shared.aws.errors import AwsError, RefusedError, ThrottledError, UnavailableError
from shared.aws.ssm.documents import SsmDocuments
from shared.core.people import Person
from tests.grants import a_session
from tests.service.conftest import REGION
from tests.service.rows import NOW, a_grant

pytestmark = pytest.mark.usefixtures("dummy_credentials")

DENIED = (
    "User: arn:aws:sts::123456789012:assumed-role/Vend/f is not authorized to perform: sts:TagSession on resource: x"
)


@dataclass
class Answers:
    """An AWS that gives the same answers to everyone, in order, the last one for ever."""

    answers: list[tuple[int, dict[str, Any]]]
    targets: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        await request.read()
        self.targets.append(request.headers.get("X-Amz-Target", "").rpartition(".")[2])
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, body=json.dumps(body), content_type="application/x-amz-json-1.0")


@asynccontextmanager
async def aws_answering(
    monkeypatch: pytest.MonkeyPatch,
    *answers: tuple[int, dict[str, Any]],
) -> AsyncIterator[tuple[Clients, Answers]]:
    fake = Answers(list(answers))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    try:
        async with aclosing(await open_clients(REGION)) as clients:
            yield clients, fake
    finally:
        await runner.cleanup()


def error(code: str, message: str = "") -> dict[str, Any]:
    return {"__type": f"com.amazonaws#{code}", "message": message}


Call = Callable[[Clients], Awaitable[object]]
CALLS: dict[str, Call] = {
    "documents": lambda c: SsmDocuments(c.ssm, "/sentinel").load(["policies/access"]),
    "catalogue": lambda c: SsmDocuments(c.ssm, "/sentinel").load_profiles(),
    "standing": lambda c: GrantTable(c.dynamodb, "grants").load(Person("alice"), "prod", NOW),
    "budget": lambda c: RateLimiter(c.dynamodb, "budgets", name="vend", limit=1, window=timedelta(minutes=1)).spend(
        "alice", NOW
    ),
    "record": lambda c: SessionTable(c.dynamodb, "sessions", "grants").record_session(a_session()),
    "find": lambda c: SessionTable(c.dynamodb, "sessions", "grants").find_session("0123456789abcdef"),
    "mark failed": lambda c: SessionTable(c.dynamodb, "sessions", "grants").mark_failed("0123456789abcdef"),
    "consume": lambda c: SessionTable(c.dynamodb, "sessions", "grants").record_session_consuming(
        a_session(), a_grant()
    ),
    "give back": lambda c: SessionTable(c.dynamodb, "sessions", "grants").give_back(a_session(), a_grant()),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@every_call
async def test_an_aws_that_is_away_is_unavailable(
    call: Call, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{unused_tcp_port}")
    async with aclosing(await open_clients(REGION)) as clients:
        with pytest.raises(UnavailableError):
            await call(clients)


@every_call
async def test_throttling_is_distinguished(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws_answering(monkeypatch, (400, error("ThrottlingException", "Rate exceeded"))) as (clients, _):
        with pytest.raises(ThrottledError):
            await call(clients)


@every_call
async def test_a_denial_names_the_action_and_nothing_that_was_sent(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws_answering(monkeypatch, (400, error("AccessDeniedException", DENIED))) as (clients, _):
        with pytest.raises(RefusedError) as refused:
            await call(clients)
    assert refused.value.denied_action == "sts:TagSession"
    assert "123456789012" not in str(refused.value)
    assert refused.value.__suppress_context__


async def test_awss_own_failure_is_tried_once_more_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    failure, answer = (500, error("InternalServerError")), (200, {"Parameters": [], "InvalidParameters": ["/s/a"]})
    async with aws_answering(monkeypatch, failure, answer) as (clients, fake):
        assert await SsmDocuments(clients.ssm, "/s").load(["a"]) == {"a": None}
    assert fake.targets == ["GetParameters", "GetParameters"]


async def test_a_refusal_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws_answering(monkeypatch, (400, error("ThrottlingException"))) as (clients, fake):
        with pytest.raises(ThrottledError):
            await SsmDocuments(clients.ssm, "/s").load(["a"])
    assert fake.targets == ["GetParameters"]


async def test_an_answer_that_forgets_a_name_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws_answering(monkeypatch, (200, {"Parameters": []})) as (clients, _):
        with pytest.raises(AwsError, match="every name"):
            await SsmDocuments(clients.ssm, "/s").load(["a"])


async def test_empty_pages_are_not_the_end_of_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    parameter = {"Name": "/s/profiles/dev", "Value": "{}", "Version": 1}
    pages: list[tuple[int, dict[str, Any]]] = [
        (200, {"Parameters": [], "NextToken": "1"}),
        (200, {"Parameters": [], "NextToken": "2"}),
        (200, {"Parameters": [parameter]}),
    ]
    async with aws_answering(monkeypatch, *pages) as (clients, _):
        assert set(await SsmDocuments(clients.ssm, "/s").load_profiles()) == {"dev"}


async def test_lockouts_left_unread_are_asked_for_again_and_then_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    left_out = {"grants": {"Keys": [{"subject": {"S": "all"}, "item": {"S": "lockout##"}}], "ConsistentRead": True}}
    answer = (200, {"Items": [], "Responses": {}, "UnprocessedKeys": left_out})
    async with aws_answering(monkeypatch, answer) as (clients, fake):
        with pytest.raises(ThrottledError, match="rows unread"):
            await CALLS["standing"](clients)
    assert fake.targets.count("BatchGetItem") == 3


async def test_a_transaction_waits_for_another_and_then_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    conflict = error("TransactionCanceledException") | {
        "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}]
    }
    async with aws_answering(monkeypatch, (400, conflict)) as (clients, fake):
        with pytest.raises(ThrottledError, match="kept meeting others"):
            await CALLS["consume"](clients)
    assert len(fake.targets) == 4


async def test_a_conflict_that_passes_is_not_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    conflict = error("TransactionCanceledException") | {
        "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]
    }
    async with aws_answering(monkeypatch, (400, conflict), (200, {})) as (clients, _):
        assert await SessionTable(clients.dynamodb, "sessions", "grants").give_back(a_session(), a_grant())


async def test_a_transaction_cancelled_for_an_unknown_reason_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = error("TransactionCanceledException") | {"CancellationReasons": [{"Code": "SolarFlare"}]}
    async with aws_answering(monkeypatch, (400, strange)) as (clients, _):
        with pytest.raises(UnavailableError, match="reason"):
            await CALLS["consume"](clients)
