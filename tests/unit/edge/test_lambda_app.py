"""The entry point both Lambdas share: isolation, deadlines, and what becomes of an exception."""

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.aws.errors import AwsError, ThrottledError, UnavailableError
from shared.edge.audit.writing import AuditError
from shared.edge.error_codes import Code
from shared.edge.lambda_app import LambdaApp, RequestContext
from shared.edge.responses import Refusal, Response
from shared.edge.settings import load_settings
from shared.edge.traces import Tracer
from tests.gateway_events import ACCOUNT, API_ID, http_api_event
from tests.lambda_context import FakeContext

SETTINGS = load_settings(
    {
        "SENTINEL_API_ID": API_ID,
        "SENTINEL_SESSION_TABLE": "sessions",
        "SENTINEL_GRANT_TABLE": "grants",
        "SENTINEL_BUDGET_TABLE": "budgets",
    },
)
EVENT = http_api_event(path="/here")


@dataclass
class Harness:
    """An app with one route, `GET /here`, that a test fills in."""

    operation: Callable[[RequestContext], Any] = field(default=lambda _: Response({}))
    stdout: io.StringIO = field(default_factory=io.StringIO)
    context: FakeContext = field(default_factory=FakeContext)

    def __post_init__(self) -> None:
        async def operate(asked: RequestContext) -> Response | Refusal:
            answer: Response | Refusal = self.operation(asked)
            return await answer if asyncio.iscoroutine(answer) else answer

        routes = {("GET", "/here"): operate}
        self.app = LambdaApp("vend", SETTINGS, asyncio.Runner(), routes, Tracer("vend", None), self.stdout)

    def call(self, event: object = EVENT) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.app(event, self.context)["body"])
        return answer

    def audit(self) -> dict[str, Any]:
        lines = [json.loads(line) for line in self.stdout.getvalue().splitlines()]
        found: list[dict[str, Any]] = [line for line in lines if line.get("kind") == "sentinel.audit"]
        assert len(found) == 1
        return found[0]


@pytest.fixture
def harness() -> Iterator[Harness]:
    harness = Harness()
    yield harness
    harness.app.close()


def raising(error: Exception) -> Callable[[RequestContext], Response]:
    def operation(_: RequestContext) -> Response:
        raise error

    return operation


def test_nothing_of_one_caller_is_left_for_the_next(harness: Harness) -> None:
    left_behind: ContextVar[str] = ContextVar("left_behind", default="nothing")
    found = []

    def leave_something(asked: RequestContext) -> Response:
        found.append(left_behind.get())
        left_behind.set(asked.principal.user)
        return Response({})

    harness.operation = leave_something
    harness.call()
    harness.call()
    assert found == ["nothing", "nothing"]


def test_every_invocation_runs_on_the_one_loop_of_the_process(harness: Harness) -> None:
    loops = []

    async def note_the_loop(_: RequestContext) -> Response:
        loops.append(asyncio.get_running_loop())
        return Response({})

    harness.operation = note_the_loop
    harness.call()
    harness.call()
    assert loops[0] is loops[1]


def test_an_invocation_lambda_is_about_to_end_is_answered_before(harness: Harness) -> None:
    async def never(_: RequestContext) -> Response:
        return await asyncio.Future[Response]()

    harness.operation = never
    harness.context.remaining_ms = 510
    assert harness.call()["code"] == "unavailable"
    assert harness.audit()["dependency"] == "deadline"


def test_an_unforeseen_error_is_logged_by_place_and_never_by_text(harness: Harness) -> None:
    harness.operation = raising(KeyError("planted secret"))
    assert harness.call()["code"] == "unavailable"
    assert harness.audit()["detail"].startswith("KeyError in operation (test_lambda_app.py:")
    assert "planted secret" not in harness.stdout.getvalue()


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([ThrottledError("sts", "x")], "throttled"),
        ([ThrottledError("sts", "x"), UnavailableError("dynamodb", "y")], "unavailable"),
        ([UnavailableError("dynamodb", "y"), ThrottledError("sts", "x")], "unavailable"),
    ],
)
def test_of_several_failures_the_most_severe_answers(harness: Harness, errors: list[AwsError], code: str) -> None:
    harness.operation = raising(ExceptionGroup("reads", errors))
    assert harness.call()["code"] == code


def test_the_log_names_the_dependency_and_the_caller_does_not_learn_it(harness: Harness) -> None:
    harness.operation = raising(UnavailableError("dynamodb", "Query answered 500"))
    assert "dynamodb" not in json.dumps(harness.call())
    assert harness.audit()["dependency"] == "dynamodb"


def test_no_answer_leaves_when_its_audit_line_cannot_be_written(harness: Harness) -> None:
    harness.stdout.close()
    with pytest.raises(AuditError):
        harness.call()


@pytest.mark.parametrize(
    "failure", [None, KeyError("x"), ThrottledError("sts", "x"), UnavailableError("sts", "x")], ids=repr
)
@pytest.mark.parametrize(
    "event", [EVENT, {}, http_api_event(path="/nowhere"), http_api_event(arn="none")], ids=range(4)
)
def test_no_response_may_be_stored_after_any_outcome_of_an_event(
    harness: Harness, event: object, failure: Exception | None
) -> None:
    harness.operation = (lambda _: Response({})) if failure is None else raising(failure)
    assert harness.app(event, harness.context)["headers"]["cache-control"] == "no-store"


def test_a_refused_caller_is_audited_with_what_the_gateway_said_of_them(harness: Harness) -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    assert harness.call(http_api_event(path="/here", arn=root))["code"] == Code.UNKNOWN_CALLER
    assert (harness.audit()["caller_arn"], harness.audit()["outcome"]) == (root, "refused")
