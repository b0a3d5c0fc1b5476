"""What comes back from AWS: an answer, or the reason why there is no answer. Uses no hook of the library."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whole. Header names are in lower case; of a name that comes twice the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswerError(ConnectionError):
    """The connection failed, or what came back is not HTTP; the text is the kind of failure alone."""


class TooLargeError(Exception):
    """An answer is larger than its caller takes."""


class NoKeysError(Exception):
    """There are no keys to sign with; the message says why, and holds nothing of them."""


class UnreadableReplyError(Exception):
    """What came back is no answer in the service's protocol."""


class ServiceError(Exception):
    """AWS refused a call, or failed in it.

    `code` is AWS's, such as `ConditionalCheckFailedException`; `status` is HTTP's. `words` may repeat what was sent:
    they are searched, never logged, and not part of the exception's text. `details` is what else the error's shape
    holds, such as the reasons a transaction was cancelled for.
    """

    def __init__(self, operation: str, status: int, code: str, words: str, details: Mapping[str, Any]) -> None:
        super().__init__(f"{operation} answered {code or 'no code'} ({status})")
        self.operation, self.status, self.code, self.words, self.details = operation, status, code, words, details
