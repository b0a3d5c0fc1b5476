"""The model on a port of its own: every call is answered when its latency is over, and noted.

Signatures are not checked. DynamoDB and SSM speak JSON; STS, SNS and IAM take forms and answer in XML.
"""

import asyncio
import re
import ssl
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import orjson
from aiohttp import web

from deploy.local.deployment import table_definitions
from load.aws_model.dynamodb import DynamoDb
from load.aws_model.latency import Ceiling, LatencySampler, ModelConfig
from load.aws_model.ledger import Call
from load.aws_model.services import SIGNED_BY, AwsRefusalError, Iam, Operations, Ssm, Sts, publish

CALLS: Final = "/_model/calls"
_CREDENTIAL: Final = re.compile(r"Credential=([A-Za-z0-9]+)/\d{8}/[a-z0-9-]*/([a-z]+)/")
_TARGETS: Final = {"DynamoDB_20120810": ("dynamodb", "1.0"), "AmazonSSM": ("ssm", "1.1")}
_NAMESPACES: Final = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
_REQUEST_ID: Final = "00000000-0000-4000-8000-000000000000"
_THROTTLED: Final = AwsRefusalError("Throttling", "Rate exceeded")


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call: by whose access key id, of which operation (`sts.AssumeRole`), with what.

    `json` is the version of the JSON protocol, empty for the protocol of forms and XML.
    """

    key: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    json: str = ""

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"

    def write(self, result: Any) -> web.Response:
        """Write a result; in XML a mapping is nested elements, and a list repeats `member`."""
        if self.json:
            return web.Response(body=orjson.dumps(result), content_type=f"application/x-amz-json-{self.json}")
        name, metadata = self.operation, f"<RequestId>{_REQUEST_ID}</RequestId>"
        inner = f"<{name}Result>{_elements(result)}</{name}Result><ResponseMetadata>{metadata}</ResponseMetadata>"
        text = f'<{name}Response xmlns="{_NAMESPACES[self.service]}">{inner}</{name}Response>'
        return web.Response(text=text, content_type="text/xml")

    def refuse(self, error: AwsRefusalError) -> web.Response:
        """Write an error."""
        if self.json:
            body = {"__type": f"com.amazonaws#{error.code}", "message": error.message, **error.details}
            content_type = f"application/x-amz-json-{self.json}"
            return web.Response(status=error.status, body=orjson.dumps(body), content_type=content_type)
        inner = f"<Type>Sender</Type><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        namespace, request_id = _NAMESPACES[self.service], f"<RequestId>{_REQUEST_ID}</RequestId>"
        text = f'<ErrorResponse xmlns="{namespace}"><Error>{inner}</Error>{request_id}</ErrorResponse>'
        return web.Response(status=error.status, text=text, content_type="text/xml")


def _elements(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_elements(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_elements(each)}</member>" for each in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def read_call(headers: Mapping[str, str], body: bytes) -> ModelCall:
    """Find out which operation a request is for."""
    found = _CREDENTIAL.search(headers.get("Authorization", ""))
    key, scope = (found[1], found[2]) if found else ("", "")
    if target := headers.get("X-Amz-Target"):
        prefix, _, operation = target.partition(".")
        service, version = _TARGETS.get(prefix, (prefix, "1.0"))
        return ModelCall(key, service, operation, orjson.loads(body), version)
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return ModelCall(key, scope, form.get("Action", ""), {**form, SIGNED_BY: key})


class AwsModel:
    """`async with AwsModel(config) as model` serves at `model.url`, on loopback."""

    def __init__(self, config: ModelConfig, tls: ssl.SSLContext | None = None) -> None:
        self._config, self._tls = config, tls
        self._sampler, self._ceiling = LatencySampler(config), Ceiling(config.sts_per_second)
        self._dynamodb = DynamoDb(table_definitions())
        services: Mapping[str, Operations] = {
            "dynamodb": self._dynamodb.operations,
            "iam": Iam().operations,
            "sns": {"Publish": publish},
            "ssm": Ssm().operations,
            "sts": Sts().operations,
        }
        self._operations: Operations = {
            f"{service}.{name}": answer
            for service, operations in services.items()
            for name, answer in operations.items()
        }
        # By access key id, since they were last taken.
        self._calls: defaultdict[str, list[Call]] = defaultdict(list)

    async def __aenter__(self) -> Self:
        # Idle connections are closed, as the services do: a client that kept one must notice.
        self._server = web.Server(self._serve, keepalive_timeout=self._config.keep_alive_s, access_log=None)
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._server, "127.0.0.1", ssl=self._tls, backlog=1000)
        port = self._listener.sockets[0].getsockname()[1]
        self.url = f"https://localhost:{port}" if self._tls else f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        await self._server.shutdown()
        await self._listener.wait_closed()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        if request.path == CALLS:
            calls = sorted(self._calls.pop(request.query["key"], []), key=lambda call: call.started_s)
            return web.Response(body=orjson.dumps([asdict(call) for call in calls]), content_type="application/json")
        if request.method == "GET":
            return web.Response(text="healthy")
        call = read_call(request.headers, body)
        if call.name not in self._operations:
            return web.Response(status=400, text=f"the latency model does not know {call.name}")
        return await self._answer(call, request)

    async def _answer(self, call: ModelCall, request: web.BaseRequest) -> web.StreamResponse:
        """Answer when the latency is over, and note when the answer is written."""
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        delay_s = self._sampler.draw_s(call.key, call.name)
        is_throttled = call.service == "sts" and not self._ceiling.admits(started_s)
        if delay_s:
            await asyncio.sleep(started_s + delay_s - loop.time())
        # Only now: work before the latency would delay the client's next call.
        response = call.refuse(_THROTTLED) if is_throttled else self._run(call)
        units = self._dynamodb.take_units()
        await response.prepare(request)
        await response.write_eof()
        self._calls[call.key].append(Call(call.name, started_s, loop.time(), units.read, units.write))
        return response

    def _run(self, call: ModelCall) -> web.Response:
        try:
            return call.write(self._operations[call.name](call.parameters))
        except AwsRefusalError as refusal:
            return call.refuse(refusal)
