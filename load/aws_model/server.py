"""The model on a port of its own: every call is answered when its latency is over, and noted.

Signatures are not checked. DynamoDB and SSM speak JSON; STS, SNS and IAM take forms and answer in XML.
"""

import asyncio
import re
import ssl
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit
from xml.sax.saxutils import escape

import orjson

from deploy.policies.deployment import table_definitions
from load.aws_model.dynamodb import DynamoDb
from load.aws_model.http import Connection, ModelAnswer, Reply
from load.aws_model.latency import Ceiling, LatencySampler, ModelConfig
from load.aws_model.ledger import CALL_LIST, CALLS_PATH, Call
from load.aws_model.services import SIGNED_BY, AwsRefusalError, Iam, Operations, Ssm, Sts, publish

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

    def write(self, result: Any) -> ModelAnswer:
        """Write a result; in XML a mapping is nested elements, and a list repeats `member`."""
        if self.json:
            return ModelAnswer(200, f"application/x-amz-json-{self.json}", orjson.dumps(result))
        name, metadata = self.operation, f"<RequestId>{_REQUEST_ID}</RequestId>"
        inner = f"<{name}Result>{_elements(result)}</{name}Result><ResponseMetadata>{metadata}</ResponseMetadata>"
        text = f'<{name}Response xmlns="{_NAMESPACES[self.service]}">{inner}</{name}Response>'
        return ModelAnswer(200, "text/xml", text.encode())

    def refuse(self, error: AwsRefusalError) -> ModelAnswer:
        """Write an error."""
        if self.json:
            body = {"__type": f"com.amazonaws#{error.code}", "message": error.message, **error.details}
            return ModelAnswer(error.status, f"application/x-amz-json-{self.json}", orjson.dumps(body))
        inner = f"<Type>Sender</Type><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        namespace, request_id = _NAMESPACES[self.service], f"<RequestId>{_REQUEST_ID}</RequestId>"
        text = f'<ErrorResponse xmlns="{namespace}"><Error>{inner}</Error>{request_id}</ErrorResponse>'
        return ModelAnswer(error.status, "text/xml", text.encode())


def _elements(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_elements(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_elements(each)}</member>" for each in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def read_call(headers: Mapping[str, str], body: bytes) -> ModelCall:
    """Find out which operation a request is for; names of headers are in lower case."""
    found = _CREDENTIAL.search(headers.get("authorization", ""))
    key, scope = (found[1], found[2]) if found else ("", "")
    if target := headers.get("x-amz-target"):
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
        self._connections: set[Connection] = set()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._server = await self._loop.create_server(
            lambda: Connection(self._serve, self._connections), "127.0.0.1", ssl=self._tls, backlog=1000
        )
        self._sweeper = asyncio.create_task(self._sweep())
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"https://localhost:{port}" if self._tls else f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._sweeper.cancel()
        self._server.close()
        for connection in list(self._connections):
            connection.abort()
        await self._server.wait_closed()

    async def _sweep(self) -> None:
        """Close idle connections, as the services do: a client that kept one must notice."""
        while True:
            await asyncio.sleep(self._config.keep_alive_s / 4)
            for connection in list(self._connections):
                connection.close_if_quiet(self._loop.time() - self._config.keep_alive_s)

    def _serve(self, method: str, target: str, headers: Mapping[str, str], body: bytes, reply: Reply) -> None:
        started_s, path = self._loop.time(), urlsplit(target)
        if path.path == CALLS_PATH:
            [key] = parse_qs(path.query)["key"]
            calls = sorted(self._calls.pop(key, []), key=lambda call: call.started_s)
            reply(ModelAnswer(200, "application/json", CALL_LIST.dump_json(calls)))
        elif method == "GET":
            reply(ModelAnswer(200, "text/plain", b"healthy"))
        elif (call := read_call(headers, body)).name not in self._operations:
            reply(ModelAnswer(400, "text/plain", f"the latency model does not know {call.name}".encode()))
        else:
            self._answer(call, started_s, reply)

    def _answer(self, call: ModelCall, started_s: float, reply: Reply) -> None:
        """Answer when the latency is over, and note when the answer is written."""
        delay_s = self._sampler.draw_s(call.key, call.name)
        is_throttled = call.service == "sts" and not self._ceiling.admits(started_s)

        def end() -> None:
            # Only now: work before the latency would delay the client's next call.
            reply(call.refuse(_THROTTLED) if is_throttled else self._run(call))
            units = self._dynamodb.take_units()
            self._calls[call.key].append(Call(call.name, started_s, self._loop.time(), units.read, units.write))

        if delay_s:
            self._loop.call_at(started_s + delay_s, end)
        else:
            end()

    def _run(self, call: ModelCall) -> ModelAnswer:
        try:
            return call.write(self._operations[call.name](call.parameters))
        except AwsRefusalError as refusal:
            return call.refuse(refusal)
