"""What stops a command, in words for the person who ran it.

ClientError               anything below; shown as `sentinel: MESSAGE` and a hint, never as a traceback
├── UsageError            a flag, variable or file says something that cannot be (exit code 2)
├── BaseCredentialsError  the caller has no AWS credentials of their own to sign with
├── ServiceUnreachableError  no answer, or not an answer of Sentinel's
└── RefusedError          the service said no; carries the refusal
"""

from sentinel.refusal import Refusal


class ClientError(Exception):
    """A failure with a remedy: `hint` says what to do next and may be empty."""

    exit_code = 1
    code = "failed"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_refusal(self) -> Refusal:
        """Put the failure as an SDK behind the loopback endpoint is told it."""
        return Refusal(status=503, code=self.code, message=self.message, hint=self.hint)


class UsageError(ClientError):
    exit_code = 2
    code = "usage"


class BaseCredentialsError(ClientError):
    code = "no_base_credentials"


class ServiceUnreachableError(ClientError):
    code = "unreachable"


class RefusedError(ClientError):
    """Ends a command on a refusal, which until then is a value."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, refusal.hint)
        self.refusal = refusal
        self.code = refusal.code

    def as_refusal(self) -> Refusal:
        return self.refusal
