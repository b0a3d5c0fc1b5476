"""Whether Slack sent it: the signature of time and body, by Slack's own verifier."""

from datetime import datetime

from pydantic import SecretStr
from slack_sdk.signature import Clock, SignatureVerifier

from shared.edge.slack_requests import SignedBody


class _Instant(Clock):
    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> float:
        return self._at.timestamp()


def is_signed(signed: SignedBody, secret: SecretStr, now: datetime) -> bool:
    """Whether the body was signed with the secret within five minutes of `now` (UTC).

    The verifier raises for a body that is no text, and for a signature or a time that is written otherwise than Slack
    writes it; the edge has let only the latter through that are.
    """
    verifier = SignatureVerifier(secret.get_secret_value(), _Instant(now))
    try:
        return verifier.is_valid(signed.body, signed.timestamp, signed.signature)
    except UnicodeDecodeError:
        return False
