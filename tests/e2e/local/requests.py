from typing import Any

import aiohttp
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from yarl import URL

from deploy.local.aws import Keys
from deploy.local.deployment import REGION


class Answer:
    def __init__(self, status: int, headers: Any, body: Any) -> None:
        self.status = status
        self.headers = headers
        self.error_type = headers.get("x-amzn-errortype")
        self.body = body


async def call(
    url: str,
    keys: Keys | None,
    *,
    method: str = "GET",
    body: bytes = b"",
    service: str = "execute-api",
    presigned: bool = False,
    headers: dict[str, str] | None = None,
) -> Answer:
    request = AWSRequest(method=method, url=url, data=body, headers=headers or {})
    if keys is not None:
        credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
        signer = SigV4QueryAuth if presigned else SigV4Auth
        signer(credentials, service, REGION).add_auth(request)
    return await send(method, request.url, dict(request.headers.items()), body)


async def send(method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Answer:

    async with (
        aiohttp.ClientSession() as session,
        session.request(method, URL(url, encoded=True), headers=headers, data=body) as answer,
    ):
        # The content type is not asked for: AWS refuses with others than ours.
        return Answer(answer.status, answer.headers, await answer.json(content_type=None))
