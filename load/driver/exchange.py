"""What a load test and locust's process exchange: two files, its target and what its users saw; and signed requests.

Every request is noted one by one: locust's own statistics round what they keep to two digits.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from pydantic import TypeAdapter

# Names the file, in locust's environment.
TARGET_FILE: Final = "SENTINEL_LOAD_TARGET"
# The header that carries a request's id and name to the function's journal. Only the journal reads it.
MARK: Final = "x-load-request"


@dataclass(frozen=True, slots=True)
class LoadCaller:
    """One caller: its name, which is also its user name in Sentinel, and its key."""

    user: str
    access_key_id: str
    secret_access_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """The endpoints and their callers, how often each of locust's users asks, and where it writes what it saw.

    `rate_per_user` is in tasks per second. What was asked in the first `warm_up_s` seconds is not part of the
    measurement. `guarded_api` is the base URL of an API behind the authorizer, empty without one.
    """

    http_api: str
    guarded_api: str
    guarded_api_id: str
    sts_url: str
    region: str
    callers: Sequence[LoadCaller]
    operator: LoadCaller
    rate_per_user: float
    warm_up_s: float
    samples_file: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One request as its caller saw it.

    `request_id` is found again in the function's journal. `at_s` is when it was sent, in seconds since the run began;
    `took_ms` how long its answer took. `outcome` is `ok`, the code of a refusal, or why no answer came;
    `expected` whether the scenario expects it.
    """

    request_id: str
    name: str
    at_s: float
    took_ms: float
    outcome: str
    expected: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything a run's callers saw, and when it began and ended, in seconds on the machine's monotonic clock."""

    began_s: float
    ended_s: float
    samples: Sequence[Sample]


TARGETS: Final = TypeAdapter(Target)
SEEN: Final = TypeAdapter(Seen)


def sign_request(
    keys: Credentials,
    region: str,
    method: str,
    url: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
) -> tuple[str, dict[str, str], bytes]:
    """Sign a request to an API; gives its whole URL, its headers and its body."""
    whole = f"{url}?{urlencode(query, quote_via=quote)}" if query else url
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if content else {}
    request = AWSRequest(method, whole, headers=headers, data=content)
    SigV4Auth(keys, "execute-api", region).add_auth(request)
    return whole, dict(request.headers.items()), content
