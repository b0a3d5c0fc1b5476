"""The client of one service: a call's parameters in, its answer out, as botocore's own clients have it.

Hooks: `botocore.model.ServiceModel`, as a client's `meta` gives it, and `botocore.xform_name`.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cache
from typing import Any, Final

from botocore import xform_name

from shared.aws.client.formats import Format
from shared.aws.client.hedging import Hedge
from shared.aws.client.http import Http, locate
from shared.aws.client.keys import Keys
from shared.aws.client.library import Found
from shared.aws.client.replies import Reply
from shared.aws.client.signing import Signer

Observe = Callable[[str], AbstractContextManager[Any]]

_SERVER_ERROR: Final = 500
# Changing a policy takes IAM longer than any other call takes its service, in seconds.
_SLOW_SERVICES_S: Final = {"iam": 3.0}
# Found in CloudTrail with every call.
_USER_AGENT: Final = {"user-agent": "sentinel"}
# What may be sent again although an answer to the first may be on its way: reads, AssumeRole, and what carries a token.
_REPEATABLE: Final = frozenset(
    {"AssumeRole", "BatchGetItem", "GetItem", "GetParameters", "GetParametersByPath", "GetPolicy", "GetPolicyVersion"}
    | {"ListPolicyVersions", "Query", "TransactWriteItems"},
)


class AwsClient:
    """Calls the operations of one service: `await client.get_item(TableName=…)`, by botocore's names and shapes.

    Parameters are sent as they are given: what botocore's clients would check first, and what AWS would, is checked by
    the strict rules that every test runs under. Every call raises `ServiceError` for AWS's refusals, `NoKeysError`,
    `UnreadableReplyError`, and `OSError` where there was no answer: `translate_errors` translates them.
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
        """Take what the library knows of the service.

        `timeout_s` is how long one attempt may take, in seconds: a connection that leads nowhere any more costs all of
        it once. `observe` is entered around every call with its name (`sts.AssumeRole`). `clock` gives UTC.
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
        """Make one call: the funnel of all, where checks hook in."""
        name = f"{self.service}.{operation}"
        with self._observe(name):
            model = self._operation(operation)
            headers, body = self._format.write(model, parameters)
            reply = await self._hedge.run(name, lambda: self._send_persistently(operation, headers, body))
            return self._format.read(model, reply)

    async def _send_persistently(self, operation: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send once more, and at once, what a fresh connection or another host may cure.

        A socket may have died while Lambda froze the process, and AWS's own 5xx pass. botocore's retries would wait up
        to a second first, which a request for credentials cannot.
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
