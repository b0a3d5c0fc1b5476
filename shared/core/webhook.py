"""A webhook: an endpoint that receives notifications. Its URL and its secret are credentials, in secret types."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from shared.core.events import NoticeEvent
from shared.core.fields import DocumentModel, Glob, NonEmpty
from shared.core.globs import matches, matches_any

# The host's characters exclude a user name, a second authority and escapes, so that all parsers agree on the host.
_URL: Final = re.compile(r"https://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?(?:[/?][!-~]*)?")
_MAX_URL_LENGTH: Final = 2048
_SECRET: Final = re.compile(r"[!-~]{32,256}")


def _is_https_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    if not url.startswith("https://"):
        raise ValueError("must begin with https://, in lower case: notifications are confidential")
    if "@" in re.split(r"[/?]", url.removeprefix("https://"), maxsplit=1)[0]:
        raise ValueError("may not hold a user name or password: remove the part before the @")
    if "#" in url or len(url) > _MAX_URL_LENGTH or not _URL.fullmatch(url):
        raise ValueError(
            f"must be https://HOST/PATH in at most {_MAX_URL_LENGTH} plain ASCII characters, without spaces or #",
        )
    return value


def _is_long_enough(value: SecretStr) -> SecretStr:
    if not _SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("must be 32 to 256 plain ASCII characters without spaces; `openssl rand -hex 32` makes one")
    return value


def _names_an_event(value: str) -> str:
    if not any(matches(value, event) for event in NoticeEvent):
        raise ValueError(f"matches no event; the events are {', '.join(NoticeEvent)}")
    return value


class Webhook(DocumentModel):
    """The document `webhooks/<name>`.

    A `sentinel` webhook receives the notification as JSON, signed with `secret`; a `slack` one is a Slack incoming
    webhook, which is protected by its URL alone. Without `events` it receives every event. Without `allow_private`,
    Sentinel connects to no internal address (private, loopback, link-local and the like), for any host name.
    """

    url: Annotated[SecretStr, AfterValidator(_is_https_url)]
    format: Literal["sentinel", "slack"] = "sentinel"
    secret: Annotated[SecretStr, AfterValidator(_is_long_enough)] | None = None
    events: Annotated[tuple[Annotated[Glob, AfterValidator(_names_an_event)], ...], NonEmpty] | None = None
    allow_private: bool = Field(default=False)
    enabled: bool = Field(default=True)

    @model_validator(mode="after")
    def _only_what_is_signed_has_a_secret(self) -> Self:
        if self.format == "sentinel" and self.secret is None:
            raise ValueError("a sentinel webhook is signed: write a secret of 32 to 256 characters")
        if self.format == "slack" and self.secret is not None:
            raise ValueError("a Slack message is not signed: remove the secret, or write format: sentinel")
        return self

    def wants(self, event: NoticeEvent) -> bool:
        """Whether the webhook receives the event."""
        return self.enabled and (self.events is None or matches_any(self.events, event))
