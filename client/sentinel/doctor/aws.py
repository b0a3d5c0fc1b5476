"""Reading a deployment's AWS resources with an operator's own credentials. Read-only."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sentinel.credentials.base import DENIED, BaseCredentials

# A check may call twice or thrice and has 30 seconds.
_CONFIG: Final = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
_MISSING: Final = frozenset(
    {"NoSuchEntity", "NotFoundException", "ParameterNotFound", "ResourceNotFoundException", "ResourceNotFound"}
    | {"NoSuchBucket", "ObjectLockConfigurationNotFoundError"}
)
# API Gateway has one action for every reading, and that of S3 is not named as the operation (Service Authorization
# Reference).
_PERMISSIONS: Final = {
    "apigateway": "apigateway:GET",
    "apigatewayv2": "apigateway:GET",
    "s3": "s3:GetBucketObjectLockConfiguration",
}
_PAGES_AT_MOST: Final = 50


class DeniedError(Exception):
    """The credentials lack a permission."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


class UnansweredError(Exception):
    """AWS was not reached, or failed; the message names what without repeating what it said."""


@dataclass(slots=True)
class Aws:
    """Reads one account in one region."""

    base: BaseCredentials
    region: str
    _clients: dict[str, Any] = field(default_factory=dict)
    # botocore's sessions are not for several threads at once; its clients are.
    _opening: Lock = field(default_factory=Lock)

    async def find(self, service: str, operation: str, **params: Any) -> Mapping[str, Any] | None:
        """Read one resource; None if it does not exist.

        Raises:
            DeniedError: the credentials may not.
            UnansweredError: AWS fails in another way.

        """
        return await asyncio.to_thread(self._find, service, operation, params)

    async def all(self, service: str, operation: str, key: str, **params: Any) -> list[Any] | None:
        """Read every page of a list; None if its parent does not exist.

        Raises:
            DeniedError: the credentials may not.
            UnansweredError: AWS fails in another way, or the list is endless.

        """
        return await asyncio.to_thread(self._list, service, operation, key, params)

    def _list(self, service: str, operation: str, key: str, params: Mapping[str, Any]) -> list[Any] | None:
        client = self._client(service)
        if not client.can_paginate(operation):
            page = self._find(service, operation, params)
            return None if page is None else list(page.get(key, ()))
        found: list[Any] = []
        try:
            for number, page in enumerate(client.get_paginator(operation).paginate(**params)):
                found += page.get(key, ())
                if number >= _PAGES_AT_MOST:
                    raise UnansweredError(f"{service} lists more than {_PAGES_AT_MOST} pages")
        except (ClientError, BotoCoreError) as error:
            self._require_missing(service, operation, error)
            return None
        return found

    def _find(self, service: str, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = getattr(self._client(service), operation)(**params)
        except (ClientError, BotoCoreError) as error:
            self._require_missing(service, operation, error)
            return None
        return found

    def _client(self, service: str) -> Any:
        with self._opening:
            if service not in self._clients:
                self._clients[service] = self.base.open_client(service, self.region, _CONFIG)
            return self._clients[service]

    def _require_missing(self, service: str, operation: str, error: Exception) -> None:
        """Return if the error means that the resource does not exist; raise for any other."""
        if not isinstance(error, ClientError):
            raise UnansweredError(f"{service} cannot be reached ({type(error).__name__})") from None
        code = str(error.response.get("Error", {}).get("Code", "no code"))
        if code in DENIED:
            action = self._client(service).meta.method_to_api_mapping[operation]
            raise DeniedError(_PERMISSIONS.get(service, f"{service}:{action}")) from None
        if code not in _MISSING:
            raise UnansweredError(f"{service} says {code}") from None
