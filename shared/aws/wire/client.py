"""The client of one service: a call's parameters in, its answer out, as botocore's own clients have it."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import ClientError as HttpError
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import ResponseParserError, create_parser
from botocore.serialize import create_serializer
from yarl import URL

from shared.aws.errors import UnreadableError
from shared.aws.wire.endpoints import Endpoint
from shared.aws.wire.hedging import Hedge
from shared.aws.wire.http import Http, Reply, proxy_for
from shared.aws.wire.keys import Keys
from shared.aws.wire.signing import Signer

Observe = Callable[[str], AbstractContextManager[Any]]

_ERROR: Final = 300
_SERVER_ERROR: Final = 500
# Changing a policy takes IAM longer than any other call takes its service, in seconds.
_SLOW_SERVICES_S: Final = {"iam": 3.0}
# Found in CloudTrail beside every call.
_USER_AGENT: Final = {"User-Agent": "sentinel"}
# What may be sent again although an answer to the first may be on its way: reads, AssumeRole, and what carries a token.
_REPEATABLE: Final = frozenset(
    {
        "AssumeRole",
        "BatchGetItem",
        "GetItem",
        "GetParameters",
        "GetParametersByPath",
        "GetPolicy",
        "GetPolicyVersion",
        "ListPolicyVersions",
        "Query",
        "TransactWriteItems",
    },
)


class AwsClient:
    """Calls the operations of one service: `await client.get_item(TableName=…)`, by botocore's names and shapes.

    Parameters are sent as they are given: what botocore's clients would check first, and what AWS would, is checked by
    the strict rules that every test runs under. Every call raises `ClientError` for AWS's refusals, `BotoCoreError`
    where there are no keys, `HttpError` or `OSError` where there was no answer: `speaking_to` translates them.
    """

    def __init__(
        self,
        service: str,
        endpoint: Endpoint,
        http: Http,
        keys: Keys,
        *,
        observe: Observe,
        hedge: Hedge,
        timeout_s: float,
        clock: Callable[[], datetime],
    ) -> None:
        """Read the service's model.

        `timeout_s` is how long one attempt may take, in seconds: a connection that leads nowhere any more costs all of
        it once. `observe` is entered around every call with its name (`sts.AssumeRole`). `clock` gives UTC.
        """
        self._service = service
        self._model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
        self._serializer = create_serializer(self._model.resolved_protocol, include_validation=False)
        self._parser = create_parser(self._model.resolved_protocol)
        self.endpoint = endpoint
        self._url = URL(f"{endpoint.url}/")
        self._signer = Signer(_host(self._url), self._model.signing_name, endpoint.region)
        self._proxy = proxy_for(endpoint.url)
        self._timeout_s = max(timeout_s, _SLOW_SERVICES_S.get(service, 0))
        self._http = http
        self._keys = keys
        self._clock = clock
        self._observe = observe
        self._hedge = hedge
        self._operations = {xform_name(name): name for name in self._model.operation_names}

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        """Give the operation of a name such as `get_item`."""
        if name.startswith("_") or name not in self._operations:
            raise AttributeError(f"{type(self).__name__} of {self.__dict__.get('_service')} has no {name}")
        model = self._model.operation_model(self._operations[name])
        call = partial(self._call_with_keywords, model)
        self.__dict__[name] = call
        return call

    async def _call_with_keywords(self, operation: OperationModel, **parameters: Any) -> Any:
        return await self.call(operation, parameters)

    async def call(self, operation: OperationModel, parameters: Mapping[str, Any]) -> Any:
        """Make one call: the funnel of all, where checks hook in."""
        name = f"{self._service}.{operation.name}"
        with self._observe(name):
            request = self._serializer.serialize_to_request(parameters, operation)
            reply = await self._hedge.run(name, lambda: self._send_persistently(operation, request))
            return self._read(operation, reply)

    async def _send_persistently(self, operation: OperationModel, request: Mapping[str, Any]) -> Reply:
        """Send once more, and at once, what a fresh connection or another host may cure.

        A socket may have died while Lambda froze the process, and AWS's own 5xx pass. botocore's retries would wait up
        to a second first, which a request for credentials cannot.
        """
        try:
            reply = await self._send(request)
        except TimeoutError:
            if operation.name not in _REPEATABLE:
                raise
        except (HttpError, OSError):
            pass
        else:
            if reply.status < _SERVER_ERROR:
                return reply
        return await self._send(request)

    async def _send(self, request: Mapping[str, Any]) -> Reply:
        body = request["body"]
        content = body if isinstance(body, bytes) else urlencode(body, doseq=True).encode()
        headers = self._signer.sign(request["headers"], content, await self._keys.current(), self._clock())
        return await self._http.post(
            self._url, {**headers, **_USER_AGENT}, content, timeout_s=self._timeout_s, proxy=self._proxy
        )

    def _read(self, operation: OperationModel, reply: Reply) -> Any:
        response = {
            "status_code": reply.status,
            "headers": reply.headers,
            "body": reply.body,
            "context": {"operation_name": operation.name},
        }
        try:
            answer = self._parser.parse(response, operation.output_shape)
            if reply.status < _ERROR:
                return answer
            answer |= self._details(response, answer)
        except ResponseParserError:
            raise UnreadableError(
                self._service, f"{operation.name} answered what is no answer ({reply.status})"
            ) from None
        raise ClientError(answer, operation.name)

    def _details(self, response: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Read what the error's own shape holds, such as the reasons a transaction was cancelled for."""
        shape = self._model.shape_for_error_code(answer.get("Error", {}).get("Code"))
        if shape is None:
            return {}
        details: dict[str, Any] = self._parser.parse(response, shape)
        return details


def _host(url: URL) -> str:
    """Give the Host header aiohttp sends."""
    return url.host or "" if url.is_default_port() else f"{url.host}:{url.port}"
