"""Exception hierarchy for AWS calls.

    AwsError
    ├── UnavailableError      no answer, or AWS's own failure: try again later
    ├── ThrottledError        too many calls: try again later
    ├── RefusedError          AWS said no, and will say no again
    └── UnreadableError       an answer that cannot be understood

Each means that no decision was possible. Messages name the dependency, the operation and AWS's error code, never a
parameter.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from shared.aws.client.protocol import NoKeysError, ServiceError, UnreadableReplyError

# Codes differ by service and by age, so they are matched as sets (botocore's own retry tables, and AWS's "Common
# errors" pages); the HTTP status decides what no set names.
THROTTLING_CODES: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    },
)
UNAVAILABLE_CODES: Final = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "TransactionConflictException",
    },
)
_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500
# AWS's message for a denial is "... is not authorized to perform: sts:TagSession on resource ..."; only the action is
# logged.
_DENIED_ACTION: Final = re.compile(r"not authorized to perform: ([a-z0-9-]{1,32}:[A-Za-z]{1,64})")


class AwsError(Exception):
    """A call to AWS failed. `dependency` is `dynamodb`, `sns`, `ssm` or `sts`: for the log, not for the caller."""

    def __init__(self, dependency: str, detail: str) -> None:
        super().__init__(f"{dependency}: {detail}")
        self.dependency = dependency


class UnavailableError(AwsError):
    """The dependency did not answer, or failed internally."""


class ThrottledError(AwsError):
    """The dependency throttles calls."""


class RefusedError(AwsError):
    """The dependency refused the call.

    `denied_action` is the IAM action that was not allowed, if AWS names it; `code` is AWS's, empty if Sentinel refused
    the response.
    """

    def __init__(self, dependency: str, detail: str, denied_action: str | None = None, *, code: str = "") -> None:
        super().__init__(dependency, f"{detail}, denied action {denied_action}" if denied_action else detail)
        self.denied_action = denied_action
        self.code = code


class UnreadableError(AwsError):
    """The dependency's response, or data stored there, does not have the required form."""


@contextmanager
def translate_errors(dependency: str) -> Iterator[None]:
    """Translate every failure of a call inside the block.

    The original error is not chained: its text may repeat the request.

    Raises:
        AwsError: the subclass for the failure.

    """
    try:
        yield
    except ServiceError as error:
        raise _translate(dependency, error) from None
    except UnreadableReplyError:
        raise UnreadableError(dependency, "what came back is no answer") from None
    except (NoKeysError, OSError) as error:
        raise UnavailableError(dependency, type(error).__name__) from None


def _translate(dependency: str, error: ServiceError) -> AwsError:
    if error.code in THROTTLING_CODES or error.status == _TOO_MANY_REQUESTS:
        return ThrottledError(dependency, str(error))
    if error.code in UNAVAILABLE_CODES or error.status >= _SERVER_ERROR:
        return UnavailableError(dependency, str(error))
    denied = _DENIED_ACTION.search(error.words)
    return RefusedError(dependency, str(error), denied[1] if denied else None, code=error.code)
