"""Responses of AWS, and the errors of a call without one. Uses no hook of the library."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete response. Header names are in lower case; of a repeated header the last value counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswerError(ConnectionError):
    """The connection failed, or the response is not HTTP; the text is only the kind of failure."""


class TooLargeError(Exception):
    """A response is larger than its caller allows."""


class NoKeysError(Exception):
    """There are no keys to sign with; the message gives the reason, and nothing of any key."""


class UnreadableReplyError(Exception):
    """The response is not in the service's protocol."""


class ServiceError(Exception):
    """AWS refused a call, or failed.

    `code` is AWS's, such as `ConditionalCheckFailedException`; `status` is HTTP's. `words` is AWS's message, which may
    repeat parts of the request: it is searched, never logged, and not part of the exception's text. `details` has the
    other fields of the error, such as the reasons for a cancelled transaction.
    """

    def __init__(self, operation: str, status: int, code: str, words: str, details: Mapping[str, Any]) -> None:
        super().__init__(f"{operation} answered {code or 'no code'} ({status})")
        self.operation, self.status, self.code, self.words, self.details = operation, status, code, words, details
