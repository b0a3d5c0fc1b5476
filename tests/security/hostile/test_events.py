"""Any event at the vend or the admin Lambda: it answers, logs one line, and gives nothing to a stranger."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.deployment import PATIENCE, UNLIMITED
from services.admin.api import ENDPOINTS
from tests.examples import tried
from tests.gateway_events import API_ID
from tests.security.hostile.bodies import BODIES
from tests.security.hostile.gateway import events, may_be_identified
from tests.security.hostile.mutations import mutated
from tests.security.promises import check_answer
from tests.service.admin.function import AdminLambda
from tests.service.emulator import table_name
from tests.service.vend.conftest import VendLambda

SECRETS = ("AccessKeyId", "SecretAccessKey", "Token")
asks = st.sampled_from([{"profile": "dev"}, {"profile": "dev", "duration": "15m"}, {"profile": "prod"}, {}])


@pytest.fixture
def environment() -> dict[str, str]:
    """Settings of a Lambda that never throttles."""
    return {
        **PATIENCE,
        "AWS_REGION": "eu-central-1",
        "SENTINEL_API_ID": API_ID,
        "SENTINEL_SESSION_TABLE": table_name("session"),
        "SENTINEL_GRANT_TABLE": table_name("grant"),
        "SENTINEL_BUDGET_TABLE": table_name("budget"),
        **UNLIMITED,
    }


def _answer(function: VendLambda | AdminLambda, event: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    function.stdout.seek(0)
    function.stdout.truncate()
    response = function.app(event, function.context)
    body, audit = check_answer(response, function.stdout.getvalue())
    if not may_be_identified(event):
        assert body.get("code") in ("unknown_caller", "invalid_request")
        assert "user" not in audit
    return body, audit


vends = st.sampled_from(["GET", "POST"]).flatmap(
    lambda method: events(method, st.sampled_from(["/", "/", "/profiles"]), mutated(asks))
)


def test_nothing_that_can_be_sent_to_the_vend_gets_a_credential_without_a_row(vend: VendLambda) -> None:
    issued: set[str] = set()

    @tried(250)
    @given(event=vends)
    def answers(event: Any) -> None:
        body, audit = _answer(vend, event)
        assert (audit["outcome"] == "issued") == any(secret in body for secret in SECRETS)
        if audit["outcome"] == "issued":
            issued.add(body["SessionId"])
            _check_recorded(vend, body, audit)

    answers()
    assert len(issued) > 10, "hardly anything was issued, so hardly anything was tried"


def _check_recorded(vend: VendLambda, body: dict[str, Any], audit: dict[str, Any]) -> None:
    key = {"session_id": {"S": body["SessionId"]}}
    row = vend.aws("dynamodb").get_item(TableName=table_name("session"), Key=key, ConsistentRead=True)["Item"]
    assert (row["stamp"]["S"], row["user"]["S"]) == (audit["stamp"], audit["user"])
    assert body["SecretAccessKey"] not in vend.stdout.getvalue()
    assert body["Token"] not in vend.stdout.getvalue()


def _calls(admin: AdminLambda) -> st.SearchStrategy[Any]:
    ids = [admin.file(), admin.began(), admin.vended(1).session_id, "0123456789abcdef", "x", "..", "%00"]

    def event_of(call: Any) -> st.SearchStrategy[Any]:
        path = st.sampled_from(ids).map(lambda row_id: call.path.replace("{id}", row_id))
        return events(call.method, path, mutated(st.sampled_from(BODIES.get(call.name, [{}]))))

    return st.sampled_from(ENDPOINTS).flatmap(event_of)


def test_nothing_that_can_be_sent_to_the_admin_api_breaks_its_promises(admin: AdminLambda) -> None:
    operations: set[str] = set()

    @tried(400)
    @given(event=_calls(admin))
    def answers(event: Any) -> None:
        body, audit = _answer(admin, event)
        assert not any(secret in body for secret in SECRETS)
        if "code" not in body:
            operations.add(audit["operation"].split(" ")[0] + " " + audit["operation"].split("/")[2])

    answers()
    assert len(operations) > 5, "hardly anything was answered, so hardly anything was tried"
