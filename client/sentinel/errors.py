"""Refusals, which are values, and failures, which are exceptions: what ends a command and what an SDK is shown."""

from dataclasses import dataclass
from typing import Final

# A refusal is shown on a terminal and put in an SDK's error message: a sentence or two, not a page.
TEXT_LIMIT: Final = 2000


def printable(text: str) -> str:
    """Make text from elsewhere safe to show: no control characters (terminal escapes), at most `TEXT_LIMIT` long."""
    return "".join(character if character.isprintable() else " " for character in text[:TEXT_LIMIT]).strip()


def visible(text: str) -> str:
    """Make a document's text safe to show: control characters and bidirectional marks become escapes."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode() for each in text
    )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A no of the service, or of the gateway in front of it.

    `code` is stable and documented; `message` says why and `hint` what to do next. `grant_id` is the caller's own
    request that is in the way, if one is.
    """

    status: int
    code: str
    message: str
    hint: str = ""
    request_id: str = ""
    retry_after_s: int = 0
    grant_id: str = ""

    def as_answer(self) -> dict[str, str]:
        """Write the body SDKs read: botocore shows the whole, the JavaScript SDK `Code` and `Message`."""
        message = f"{self.message} ({self.hint})" if self.hint else self.message
        answer = {"code": self.code, "message": message, "Code": self.code, "Message": message}
        return answer | ({"request_id": self.request_id} if self.request_id else {})

    def as_report(self) -> dict[str, str]:
        """Write the refusal as `--json` prints it."""
        report = {"code": self.code, "message": self.message, "hint": self.hint, "request_id": self.request_id}
        return report | ({"grant_id": self.grant_id} if self.grant_id else {})


class ClientError(Exception):
    """A failure with a remedy: `hint` says what to do next and may be empty."""

    exit_code = 1
    code = "failed"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_refusal(self) -> Refusal:
        """Convert the failure to what the loopback endpoint returns to an SDK."""
        return Refusal(status=503, code=self.code, message=self.message, hint=self.hint)


class UsageError(ClientError):
    exit_code = 2
    code = "usage"


class BaseCredentialsError(ClientError):
    code = "no_base_credentials"


class LoginError(BaseCredentialsError):
    """There is no login or no token, or it cannot be used."""

    code = "no_login"


class ProviderError(ClientError):
    """The identity provider does not answer, or not as it has to."""

    code = "provider_failed"


class ServiceUnreachableError(ClientError):
    code = "unreachable"


class RefusedError(ClientError):
    """Ends a command because of a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, refusal.hint)
        self.refusal = refusal
        self.code = refusal.code

    def as_refusal(self) -> Refusal:
        return self.refusal
