"""Any event at the authorizer: it denies in a form API Gateway takes, unless the event holds the proof."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.examples import tried
from tests.security.hostile.mutations import mutated
from tests.security.promises import only_audit_line
from tests.service.authorizer.events import http_api_question, rest_api_question
from tests.service.authorizer.function import AuthorizerLambda


def _questions(proof: str) -> st.SearchStrategy[Any]:
    asked = [http_api_question(proof), rest_api_question(proof), http_api_question("Sentinel-STS x"), {}]
    return mutated(st.sampled_from(asked))


def test_nothing_that_can_be_sent_to_the_authorizer_passes_without_its_proof(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    proof = authorizer.proof()

    @tried(200)
    @given(event=_questions(proof))
    def answers(event: Any) -> None:
        authorizer.stdout.seek(0)
        authorizer.stdout.truncate()
        answer = authorizer.app(event, authorizer.context)
        written = authorizer.stdout.getvalue()
        audit = only_audit_line(written)
        assert audit["outcome"] != "failed", audit.get("detail")
        assert proof not in written
        if audit["outcome"] == "allowed":
            assert proof in json.dumps(event)
        else:
            assert answer in (_simple_denial(), _denial(event))

    answers()


def _simple_denial() -> dict[str, Any]:
    return {"isAuthorized": False, "context": {}}


def _denial(event: Any) -> dict[str, Any]:
    arn = event.get("methodArn") if isinstance(event, dict) else None
    statement = {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": arn}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "nobody", "policyDocument": document, "context": {}}  # codespell:ignore
