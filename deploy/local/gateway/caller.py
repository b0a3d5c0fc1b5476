"""The caller, once the gateway has verified the signature."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity API Gateway writes into `requestContext`."""

    access_key_id: str
    account: str
    arn: str
    user_id: str
