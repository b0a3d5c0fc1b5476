"""The client of one service: parameters in, response out, with the names and shapes of botocore's clients.

Hooks: `botocore.model.ServiceModel`, as a client's `meta` gives it, and `botocore.xform_name`.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cache
from typing import Any, Final

from botocore import xform_name

from shared.aws.client.http import Http, locate
from shared.aws.client.library import Found
from shared.aws.client.protocol import Format, Reply
from shared.aws.client.signing import Keys, Signer
from shared.aws.hedging import Hedge

Observe = Callable[[str], AbstractContextManager[Any]]

_SERVER_ERROR: Final = 500
# IAM needs more time to change a policy than any other call needs, in seconds.
_SLOW_SERVICES_S: Final = {"iam": 3.0}
# Found in CloudTrail with every call.
_USER_AGENT: Final = {"user-agent": "sentinel"}
# Calls that may be sent twice: reads, AssumeRole, and calls with an idempotency token.
_REPEATABLE: Final = frozenset(
    {"AssumeRole", "BatchGetItem", "GetItem", "GetParameters", "GetParametersByPath", "GetPolicy", "GetPolicyVersion"}
    | {"ListPolicyVersions", "Query", "TransactWriteItems"},
)


class AwsClient:
    """Calls the operations of one service: `await client.get_item(TableName=…)`, by botocore's names and shapes.

    Parameters are sent without validation: every test runs under strict rules that check what botocore's clients and
    AWS would check. Every call raises `ServiceError` for AWS's refusals, `NoKeysError`, `UnreadableReplyError`, and
    `OSError` where there was no answer: `translate_errors` translates them.
    """

    def __init__(
        self,
        found: Found,
        http: Http,
        keys: Keys,
        *,
        observe: Observe,
        hedge: Hedge,
        timeout_s: float,
        clock: Callable[[], datetime],
    ) -> None:
        """Use the library's data about the service.

        `timeout_s` is the timeout of one attempt, in seconds; a dead connection costs all of it once. `observe` is
        entered around every call with its name (`sts.AssumeRole`). `clock` gives UTC.
        """
        model = found.model
        self.service: str = model.service_name
        self.url, self.region = found.url, found.region
        self._names: Mapping[str, str] = {xform_name(name): name for name in model.operation_names}
        self._operation = cache(model.operation_model)
        self._format = Format(model)
        self._signer = Signer(locate(self.url).raw_authority, model.signing_name, self.region)
        self._timeout_s = max(timeout_s, _SLOW_SERVICES_S.get(self.service, 0))
        self._http, self._keys, self._clock, self._observe, self._hedge = http, keys, clock, observe, hedge

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        """Give the operation of a name such as `get_item`."""
        if name.startswith("_") or name not in self._names:
            raise AttributeError(f"{type(self).__name__} has no {name}")

        async def call(**parameters: Any) -> Any:
            return await self.call(self._names[name], parameters)

        self.__dict__[name] = call
        return call

    async def call(self, operation: str, parameters: Mapping[str, Any]) -> Any:
        """Make one call. Every call goes through this method, so tests check requests here."""
        name = f"{self.service}.{operation}"
        with self._observe(name):
            model = self._operation(operation)
            headers, body = self._format.write(model, parameters)
            reply = await self._hedge.run(name, lambda: self._send_persistently(operation, headers, body))
            return self._format.read(model, reply)

    async def _send_persistently(self, operation: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send, and repeat at once what may succeed on a new connection or at another host.

        A connection may have closed while Lambda froze the process, and most 5xx of AWS are temporary. botocore's
        retries would wait up to a second first, which is too long for a request for credentials.
        """
        try:
            reply = await self._send(headers, body)
        except TimeoutError:
            if operation not in _REPEATABLE:
                raise
        except OSError:
            pass
        else:
            if reply.status < _SERVER_ERROR:
                return reply
        return await self._send(headers, body)

    async def _send(self, headers: Mapping[str, str], body: bytes) -> Reply:
        signed = self._signer.sign(headers, body, await self._keys.current(), self._clock())
        return await self._http.post(self.url, signed | _USER_AGENT, body, timeout_s=self._timeout_s)
