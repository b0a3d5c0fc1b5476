"""Callers with a token through the whole entry point: the issuer's document, the refusals, and the audit line."""

import asyncio
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.aws.errors import UnavailableError
from shared.aws.ssm.documents import Document
from shared.core.issuer import Issuer
from shared.documents import load_access_policy
from shared.edge import lambda_app
from shared.edge.deciding import decide
from shared.edge.http_request import HttpRequest
from shared.edge.lambda_app import LambdaApp, RequestContext
from shared.edge.responses import Response
from shared.edge.settings import load_settings
from shared.edge.traces import Tracer
from tests.gateway_events import ACCOUNT, API_ID, http_api_event
from tests.lambda_context import FakeContext
from tests.tokens import NOW, corp, corp_claims, github, github_claims, token_event, token_of

OTHER = "210987654321"
ENVIRON = {
    "SENTINEL_API_ID": API_ID,
    "SENTINEL_SESSION_TABLE": "sessions",
    "SENTINEL_GRANT_TABLE": "grants",
    "SENTINEL_BUDGET_TABLE": "budgets",
}
POLICY = load_access_policy(
    """
version: "1"
rules:
  - name: deploy
    effect: allow
    conditions:
      claims: {repository: [acme/*], environment: [production]}
      groups: [corp/payments-oncall, corp/others]
""",
)


@dataclass
class Harness:
    """An app with one route, `GET /here`, and the issuers that a test gives it."""

    environ: dict[str, str] = field(default_factory=dict)
    issuers: dict[str, Issuer | Exception] = field(default_factory=lambda: {"github": github(), "corp": corp()})
    asked: list[str] = field(default_factory=list)
    seen: list[RequestContext] = field(default_factory=list)
    stdout: io.StringIO = field(default_factory=io.StringIO)
    has_issuers: bool = True

    def __post_init__(self) -> None:
        async def operate(asked: RequestContext) -> Response:
            self.seen.append(asked)
            decide(asked, POLICY, "prod", NOW)
            return Response({})

        settings = load_settings(ENVIRON | self.environ)
        tracer, source = Tracer("vend", None), self.find if self.has_issuers else None
        self.app = LambdaApp(
            "vend", settings, asyncio.Runner(), {("GET", "/here"): operate}, tracer, self.stdout, None, source
        )

    async def find(self, name: str, request: HttpRequest) -> Document[Issuer] | None:
        assert request.path == "/here"
        self.asked.append(name)
        found = self.issuers.get(name)
        if isinstance(found, Exception):
            raise found
        return None if found is None else Document(f"issuers/{name}", found, 3, "digest", age_s=1.5, stale=True)

    def call(self, event: object) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.app(event, FakeContext())["body"])
        return answer

    def line(self) -> dict[str, Any]:
        lines = [json.loads(line) for line in self.stdout.getvalue().splitlines()]
        [found] = [line for line in lines if line.get("kind") == "sentinel.audit"]
        assert isinstance(found, dict)
        return found


@pytest.fixture(autouse=True)
def at_the_time_of_the_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_app, "utc_now", lambda: NOW)


@pytest.fixture
def harness() -> Iterator[Harness]:
    harness = Harness()
    yield harness
    harness.app.close()


def test_the_context_and_the_line_say_issuer_subject_and_authentication(harness: Harness) -> None:
    assert harness.call(token_event("github", github_claims(environment="production"), path="/here")) == {}
    principal = harness.seen[0].principal
    assert (principal.user, principal.issuer) == ("github/repo:acme/app:ref:refs/heads/main", "github")
    line = harness.line()
    assert (line["authentication"], line["issuer"], line["subject"]) == ("oidc", "github", principal.subject)
    assert (line["user"], line["caller_kind"], line["outcome"]) == (principal.user, "oidc-workload", "answered")
    assert line["facts"]["claims"] == {"repository": "acme/app", "environment": "production"}
    assert line["document_ages_s"] == {"issuers/github": 1.5}
    assert line["stale_documents"] == ["issuers/github"]


def test_of_claims_and_groups_only_what_the_policy_reads_is_kept(harness: Harness) -> None:
    harness.call(token_event("corp", corp_claims(secret="s3cr3t"), path="/here"))
    line = harness.line()
    assert line["facts"]["groups"] == {"corp/others": False, "corp/payments-oncall": True}
    assert line["facts"]["claims"] == {"environment": None, "repository": None}
    assert "s3cr3t" not in harness.stdout.getvalue()


def test_the_token_is_in_no_line_after_any_outcome(harness: Harness) -> None:
    events = [
        token_event("github", github_claims(), path="/here"),
        token_event("github", github_claims(aud="other"), path="/here"),
        token_event("nowhere", github_claims(), path="/here"),
        token_event("github", github_claims(), path="/here", authorization="x" + token_of(github_claims())),
    ]
    for event in events:
        answer = harness.app(event, FakeContext())
        written = harness.stdout.getvalue() + json.dumps(answer)
        for part in event["headers"]["authorization"].split("."):
            assert part not in written


def test_without_the_document_the_caller_is_unknown(harness: Harness) -> None:
    answer = harness.call(token_event("nowhere", github_claims(), path="/here"))
    assert (answer["code"], "no issuer 'nowhere'" in answer["message"]) == ("unknown_caller", True)
    assert harness.line()["subject"] == github_claims()["sub"]
    assert harness.seen == []


def test_a_document_that_cannot_be_read_decides_nothing(harness: Harness) -> None:
    harness.issuers["github"] = UnavailableError("ssm", "down")
    assert harness.call(token_event("github", github_claims(), path="/here"))["code"] == "unavailable"
    assert harness.seen == []


def test_a_refused_token_says_why_and_no_value(harness: Harness) -> None:
    answer = harness.call(token_event("github", github_claims(repository_owner_id="666"), path="/here"))
    assert answer["code"] == "unknown_caller"
    assert "claim repository_owner_id" in answer["message"]
    assert "666" not in answer["message"]


def test_a_service_without_issuers_takes_no_token() -> None:
    harness = Harness()
    harness.app._issuers = None
    assert harness.call(token_event("github", github_claims(), path="/here"))["code"] == "unknown_caller"
    harness.app.close()


def test_a_signed_request_asks_for_no_issuer(harness: Harness) -> None:
    assert harness.call(http_api_event(path="/here")) == {}
    assert harness.asked == []
    assert harness.line()["authentication"] == "sigv4"


@pytest.mark.parametrize(
    ("shared", "user"), [("", f"{OTHER}/alice"), (OTHER, "alice"), ("*", "alice"), (ACCOUNT, f"{OTHER}/alice")]
)
def test_a_user_of_another_account_is_another_user_unless_its_names_are_shared(shared: str, user: str) -> None:
    harness = Harness(
        {"SENTINEL_TRUSTED_ACCOUNTS": f"{ACCOUNT},{OTHER}", "SENTINEL_SHARED_NAME_ACCOUNTS": shared},
    )
    event = http_api_event(path="/here", arn=f"arn:aws:iam::{OTHER}:user/alice")
    event["requestContext"]["authorizer"]["iam"]["accountId"] = OTHER
    harness.call(event)
    harness.call(http_api_event(path="/here"))
    assert [context.principal.user for context in harness.seen] == [user, "alice"]
    harness.app.close()
