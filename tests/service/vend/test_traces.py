"""One subsegment per AWS call of a vend, received as the X-Ray daemon would."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.gateway_events import http_api_event
from tests.patience import LIMIT_S
from tests.service.vend.conftest import VendLambda
from tests.tokens import corp_claims, token_event

ROOT, PARENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
CORP = {
    "version": "1",
    "issuer": "https://login.corp.example",
    "audiences": ["sentinel"],
    "kind": "people",
    "user_claim": "email",
}
CALLS = {
    "read": {
        ("ssm", "GetParameters"),
        ("dynamodb", "Query"),
        ("dynamodb", "BatchGetItem"),
        ("dynamodb", "UpdateItem"),
    },
    "write": {("sts", "AssumeRole"), ("dynamodb", "PutItem")},
}


@pytest.fixture(autouse=True)
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(LIMIT_S)
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={ROOT};Parent={PARENT};Sampled=1")
        yield listener


def test_each_call_is_under_its_step_in_one_tree(vend: VendLambda, daemon: socket.socket) -> None:
    assert vend.call(http_api_event(query="profile=dev")).status == 200
    tree = json.loads(daemon.recv(65536).split(b"\n", 1)[1])
    assert (tree["trace_id"], tree["parent_id"]) == (ROOT, PARENT)
    steps = {step["name"]: step["subsegments"] for step in tree["subsegments"]}
    calls = {name: {(call["name"], call["aws"]["operation"]) for call in found} for name, found in steps.items()}
    assert calls == CALLS
    assert not any(call.get("fault") for found in steps.values() for call in found)


def test_neither_a_token_nor_its_claims_are_in_a_trace(vend: VendLambda, daemon: socket.socket) -> None:
    vend.store("issuers/corp", CORP)
    now_s = int(datetime.now(UTC).timestamp())  # noqa: TID251 - the function under test reads the real clock
    event = token_event("corp", corp_claims(iat=now_s, exp=now_s + 300), query="profile=dev")
    assert vend.call(event).status == 200
    trace = daemon.recv(65536).decode()
    assert '"issuer"' in trace
    for text in (*event["headers"]["authorization"].split("."), "alice@corp.example", "payments-oncall"):
        assert text not in trace
