"""A signed request that was changed later is refused at every endpoint, in AWS's words, before the Lambda sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from deploy.local.aws import Keys
from deploy.local.deployment import REGION
from deploy.local.gateway.endpoints import EndpointKind
from deploy.local.stack import LocalStack
from shared.clock import utc_now
from tests.e2e.local.requests import Answer, send

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("endpoint", EndpointKind),
]
MISMATCH = "The request signature we calculated does not match the signature you provided."
UNKNOWN = "The security token included in the request is invalid."


async def vend(
    stack: LocalStack, endpoint: EndpointKind, keys: Keys, *, sent: str = "profile=dev", age: timedelta = timedelta()
) -> Answer:
    """Sign `GET /?profile=dev` as it was `age` ago, and send it with the query `sent`."""
    urls = {
        EndpointKind.HTTP_API: stack.http_api,
        EndpointKind.REST_API: stack.rest_api,
        EndpointKind.FUNCTION_URL: stack.function_url,
    }
    service = "lambda" if endpoint is EndpointKind.FUNCTION_URL else "execute-api"
    credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
    auth = SigV4Auth(credentials, service, REGION)
    request = AWSRequest("GET", f"{urls[endpoint]}/?profile=dev")
    request.context["timestamp"] = (utc_now() - age).strftime("%Y%m%dT%H%M%SZ")
    # What `add_auth` does after it has asked the clock.
    auth._modify_request_before_signing(request)
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    auth._inject_signature_to_request(request, signature)
    return await send("GET", f"{urls[endpoint]}/?{sent}", dict(request.headers.items()), b"")


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body.get("message") or answer.body["Message"]


async def test_what_was_signed_is_vended(stack: LocalStack, endpoint: EndpointKind) -> None:
    answer = await vend(stack, endpoint, stack.callers["carol"].keys)
    assert (answer.status, answer.body["AccessKeyId"][:4]) == (200, "ASIA")


async def test_a_query_altered_on_the_way_is_refused(stack: LocalStack, endpoint: EndpointKind) -> None:
    answer = await vend(stack, endpoint, stack.callers["carol"].keys, sent="profile=prod")
    status, message = refusal(answer)
    assert (status, message.startswith(MISMATCH)) == (403, True), message


async def test_a_wrong_secret_is_refused(stack: LocalStack, endpoint: EndpointKind) -> None:
    answer = await vend(stack, endpoint, replace(stack.callers["carol"].keys, secret_access_key="not-hers"))
    status, message = refusal(answer)
    assert (status, message.startswith(MISMATCH)) == (403, True), message


async def test_a_stale_date_is_refused(stack: LocalStack, endpoint: EndpointKind) -> None:
    answer = await vend(stack, endpoint, stack.callers["carol"].keys, age=timedelta(minutes=6))
    status, message = refusal(answer)
    assert (status, message.startswith("Signature expired: ")) == (403, True), message


async def test_a_temporary_key_without_its_token_is_refused(stack: LocalStack, endpoint: EndpointKind) -> None:
    answer = await vend(stack, endpoint, replace(stack.callers["carol"].keys, session_token=None))
    assert refusal(answer) == (403, UNKNOWN)
