"""The stack's own calls to the emulator, as its administrator."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from aiobotocore.session import get_session

from deploy.local.keys import Keys
from deploy.local.strict import expect_long_term_keys


@dataclass(frozen=True, slots=True)
class LocalAws:
    """An endpoint, a region and the keys to sign with."""

    endpoint: str
    region: str
    keys: Keys

    def client(self, service: str) -> AbstractAsyncContextManager[Any]:
        """Open a client of a service; use it in `async with`."""
        session = get_session()
        if self.keys.session_token is None:
            expect_long_term_keys(session)
        client: AbstractAsyncContextManager[Any] = session.create_client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            **self.keys.client_arguments,
        )
        return client

    async def assume(self, role_arn: str, session_name: str, duration_s: int = 3600) -> Keys:
        """Assume a role; returns the session's keys."""
        async with self.client("sts") as sts:
            answer = await sts.assume_role(RoleArn=role_arn, RoleSessionName=session_name, DurationSeconds=duration_s)
        found = answer["Credentials"]
        return Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], found["Expiration"])
