"""A stand-in for the service's calls on sessions, in the process: what is sent is kept, what is answered is set."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from sentinel.api.responses import Model, read_answer, read_refusal
from sentinel.errors import ClientError, Refusal
from sentinel.settings import Settings

ID = "0123456789abcdef"
OTHER_ID = "fedcba9876543210"
STAMP = f"sentinel-d-{ID}-alice"
ROLE = "arn:aws:iam::111122223333:role/sentinel/protected/prod"


def a_session(**changes: Any) -> dict[str, Any]:
    facts = {
        "id": ID,
        "user": "alice",
        "profile": "prod",
        "status": "active",
        "via": "direct",
        "grant_id": None,
        "rule": "on-call",
        "role_arn": ROLE,
        "stamp": STAMP,
        "account": "111122223333",
        "caller_arn": "arn:aws:iam::111122223333:user/alice",
        "source_ip": "192.0.2.7",
        "policy_version": "16367aacb67a4a01",
        "request_id": "req-1",
        "issued_at": "2026-03-01T12:00:00Z",
        "ends_at": "2026-03-01T13:00:00Z",
        "revoked": None,
    }
    return facts | changes


def a_lockout(**changes: Any) -> dict[str, Any]:
    facts = {
        "id": OTHER_ID,
        "target": "user",
        "name": "alice",
        "reason": "laptop stolen",
        "by": "bob",
        "at": "2026-03-01T12:00:00Z",
        "ends_at": None,
        "lifted": None,
    }
    return facts | changes


def a_revocation(**changes: Any) -> dict[str, Any]:
    facts = {
        "id": OTHER_ID,
        "target": "user",
        "name": "alice",
        "by": "bob",
        "reason": "laptop stolen",
        "at": "2026-03-01T12:00:00Z",
        "issued_until": "2026-03-01T12:00:00Z",
        "marked": 100,
        "complete": True,
    }
    return facts | changes


def a_kill_switch(**changes: Any) -> dict[str, Any]:
    facts = {
        "status": "applied",
        "reach": "exact",
        "revocations": 1,
        "widened": [],
        "applied_at": "2026-03-01T12:00:01Z",
        "accounts": [{"account": "111122223333", "status": "applied", "version": "v7", "detail": None}],
    }
    return facts | changes


def one_revoked(*, id: str = ID, **changes: Any) -> dict[str, Any]:  # noqa: A002 - the field's name
    """Give the answer to the revocation of one session."""
    revoked = a_session(id=id, status="revoked")
    return {"session": revoked, "lockout": None, "kill_switch": a_kill_switch(), "notified": {}} | changes


def many_revoked(**changes: Any) -> dict[str, Any]:
    """Give the answer to the revocation of many."""
    switch, lockout = a_kill_switch(), a_lockout()
    return {"revocation": a_revocation(), "lockout": lockout, "kill_switch": switch, "notified": {}} | changes


Answered = tuple[int, dict[str, Any]] | ClientError


@dataclass
class SessionService:
    """Answers of each call, in turn; the last one stays."""

    answers: dict[tuple[str, str], list[Answered]] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def answer(self, method: str, path: str, *bodies: dict[str, Any] | ClientError, status: int = 200) -> None:
        self.answers[method, path] = [body if isinstance(body, ClientError) else (status, body) for body in bodies]

    async def get(self, path: str, query: Mapping[str, str], model: type[Model]) -> Model | Refusal:
        return self._ask("GET", path, query, model)

    async def post(self, path: str, body: Mapping[str, Any], model: type[Model]) -> Model | Refusal:
        return self._ask("POST", path, body, model)

    async def put(self, path: str, body: Mapping[str, Any], model: type[Model]) -> Model | Refusal:
        return self._ask("PUT", path, body, model)

    async def delete(self, path: str, query: Mapping[str, str], model: type[Model]) -> Model | Refusal:
        return self._ask("DELETE", path, query, model)

    def _ask(self, method: str, path: str, sent: Mapping[str, Any], model: type[Model]) -> Model | Refusal:
        self.asked.append((method, path, sent))
        waiting = self.answers.get((method, path), [(404, {"code": "not_found", "message": "there is no such id"})])
        answered = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answered, ClientError):
            raise answered
        status, body = answered
        return read_answer(model, orjson.dumps(body)) if status < 300 else read_refusal(status, {}, orjson.dumps(body))


def install(monkeypatch: pytest.MonkeyPatch) -> SessionService:
    """Put the stand-in where the commands would open the transport."""
    service = SessionService()

    @asynccontextmanager
    async def open_it(settings: Settings) -> AsyncIterator[SessionService]:
        assert settings.server().region == "eu-central-1"
        yield service

    for module in ("sentinel.api.client", "sentinel.api.sessions_client", "sentinel.api.groups"):
        monkeypatch.setattr(f"{module}.open_transport", open_it)
    monkeypatch.setenv("SENTINEL_REMOTE_SERVER", "https://abc123.execute-api.eu-central-1.amazonaws.com")
    return service
