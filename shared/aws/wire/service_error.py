"""AWS's own answer to a call that it refused, or in which it failed."""

from collections.abc import Mapping
from typing import Any


class ServiceError(Exception):
    """`code` is AWS's, such as `ConditionalCheckFailedException`; `status` is HTTP's.

    `words` may repeat what was sent: they are searched, never logged, and not part of the exception's text. `details`
    is what else the error's shape holds, such as the reasons a transaction was cancelled for.
    """

    def __init__(self, operation: str, status: int, code: str, words: str, details: Mapping[str, Any]) -> None:
        super().__init__(f"{operation} answered {code or 'no code'} ({status})")
        self.operation = operation
        self.status = status
        self.code = code
        self.words = words
        self.details = details
