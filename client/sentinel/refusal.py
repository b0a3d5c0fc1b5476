"""A refusal: the service, or the gateway before it, said no."""

from dataclasses import dataclass
from typing import Final

# A refusal is shown on a terminal and put in an SDK's error message: a sentence or two, not a page.
TEXT_LIMIT: Final = 2000


def printable(text: str) -> str:
    """Text from elsewhere, made safe to show: no control characters (terminal escapes), no endless lines."""
    return "".join(character if character.isprintable() else " " for character in text[:TEXT_LIMIT]).strip()


@dataclass(frozen=True, slots=True)
class Refusal:
    """`code` is stable and documented; `message` says why and `hint` what to do next."""

    status: int
    code: str
    message: str
    hint: str = ""
    request_id: str = ""
    retry_after_s: int = 0

    def as_answer(self) -> dict[str, str]:
        """Write the body SDKs read: botocore shows the whole, the JavaScript SDK `Code` and `Message`."""
        message = f"{self.message} ({self.hint})" if self.hint else self.message
        answer = {"code": self.code, "message": message, "Code": self.code, "Message": message}
        return answer | ({"request_id": self.request_id} if self.request_id else {})

    def as_report(self) -> dict[str, str]:
        """Write the refusal as `--json` prints it."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "request_id": self.request_id}
