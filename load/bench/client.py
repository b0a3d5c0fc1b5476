"""A client of the authorizer: the holder of a vended session, with one proof for all requests or one for each."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from botocore.credentials import ReadOnlyCredentials

from deploy.local.deployment import ACCOUNT, REGION
from load.bench.fixtures import API_ID, PROFILE, LambdaContext, authorizer_environment, vend_environment, vend_event
from sentinel.proof import make_proof
from services.authorizer import handler as authorizer
from services.vend import handler as vend
from shared.clock import monotonic_s

# A proof is good for a minute.
_PROOF_S = 30


def ask_authorizer(*, is_new: bool = False) -> Callable[[], dict[str, Any]]:
    """Open the authorizer and a session to ask it about; `is_new` has STS verify every request's proof."""
    sink = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for the life of the process
    vended = json.loads(vend.wire(vend_environment(), sink)(vend_event(), LambdaContext())["body"])
    app = authorizer.wire(authorizer_environment(os.environ["AWS_ENDPOINT_URL"]), sink)
    made_at_s, question = monotonic_s(), make_question(vended)

    def ask() -> dict[str, Any]:
        nonlocal made_at_s, question
        if is_new or monotonic_s() - made_at_s > _PROOF_S:
            made_at_s, question = monotonic_s(), make_question(vended)
        return app(question, LambdaContext())

    return ask


def make_question(vended: Mapping[str, str]) -> dict[str, Any]:
    """Return the event of an HTTP API to its authorizer (payload 2.0), with a fresh proof by vended credentials."""
    keys = ReadOnlyCredentials(vended["AccessKeyId"], vended["SecretAccessKey"], vended["Token"])
    proof = make_proof(keys, api_id=API_ID, region=REGION)
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/$default/GET/{PROFILE}",
        "identitySource": [proof],
        "routeKey": "GET /ledger",
        "rawPath": "/ledger",
        "rawQueryString": "",
        "headers": {"authorization": proof, "host": f"{API_ID}.execute-api.{REGION}.amazonaws.com"},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": f"{API_ID}.execute-api.{REGION}.amazonaws.com",
            "http": {
                "method": "GET",
                "path": "/ledger",
                "protocol": "HTTP/1.1",
                "sourceIp": "198.51.100.7",
                "userAgent": "benchmark",
            },
            "requestId": "benchmark=",
            "routeKey": "GET /ledger",
            "stage": "$default",
            "time": "26/Nov/2026:00:00:00 +0000",
            "timeEpoch": 1795651200000,
        },
        "pathParameters": {},
    }
