"""A webhook: an endpoint that receives notifications. Its URL and its secret are credentials, in secret types."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, SecretStr, model_validator

from shared.core.events import NoticeEvent
from shared.core.fields import DocumentModel, Glob, NonEmpty
from shared.core.globs import matches, matches_any
from shared.core.https_url import HttpsUrl

_SECRET: Final = re.compile(r"[!-~]{32,256}")
# PagerDuty, "Send an Alert Event": the 32 characters of an integration's key.
_ROUTING_KEY: Final = re.compile(r"[A-Za-z0-9]{32}")
Format: TypeAlias = Literal["sentinel", "slack", "pagerduty", "teams"]
# They warn the holder of an access that ends as planned: no alert is opened or resolved by that.
_FOR_HOLDERS: Final = frozenset({NoticeEvent.REQUEST_ENDING, NoticeEvent.BREAK_GLASS_ENDING})
# The credentials next to the URL: the format each is for, and what to write where it is missing.
_CREDENTIALS: Final[Mapping[str, tuple[Format, str]]] = {
    "secret": ("sentinel", "a sentinel webhook is signed: write a secret of 32 to 256 characters"),
    "routing_key": ("pagerduty", "PagerDuty routes by a key: write the routing_key, the integration's key"),
}


def _is_long_enough(value: SecretStr) -> SecretStr:
    if not _SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("must be 32 to 256 plain ASCII characters without spaces; `openssl rand -hex 32` makes one")
    return value


def _is_routing_key(value: SecretStr) -> SecretStr:
    if not _ROUTING_KEY.fullmatch(value.get_secret_value()):
        raise ValueError("must be the 32 letters and digits of an Events API v2 integration's key")
    return value


def _names_an_event(value: str) -> str:
    if not any(matches(value, event) for event in NoticeEvent):
        raise ValueError(f"matches no event; the events are {', '.join(NoticeEvent)}")
    return value


class Webhook(DocumentModel):
    """The document `webhooks/<name>`.

    A `sentinel` webhook receives the notification as JSON, signed with `secret`; a `pagerduty` one an event for the
    integration of `routing_key`. A `slack` one is a Slack incoming webhook and a `teams` one a workflow of Teams, each
    protected by its URL alone. Without `events` it receives every event of its format. Without `allow_private`,
    Sentinel connects to no internal address (private, loopback, link-local and the like), for any host name.
    """

    url: HttpsUrl
    format: Format = "sentinel"
    secret: Annotated[SecretStr, AfterValidator(_is_long_enough)] | None = None
    routing_key: Annotated[SecretStr, AfterValidator(_is_routing_key)] | None = None
    events: Annotated[tuple[Annotated[Glob, AfterValidator(_names_an_event)], ...], NonEmpty] | None = None
    allow_private: bool = Field(default=False)
    enabled: bool = Field(default=True)

    @model_validator(mode="after")
    def _has_the_credentials_of_its_format(self) -> Self:
        for key, (owner, remedy) in _CREDENTIALS.items():
            is_written = getattr(self, key) is not None
            if self.format == owner and not is_written:
                raise ValueError(remedy)
            if self.format != owner and is_written:
                raise ValueError(f"format {self.format} takes no {key}: remove it, or write format: {owner}")
        return self

    @model_validator(mode="after")
    def _gets_an_event(self) -> Self:
        if self.enabled and not any(map(self.wants, NoticeEvent)):
            raise ValueError(f"format {self.format} sends none of these events: they warn the holder of an access")
        return self

    def wants(self, event: NoticeEvent) -> bool:
        """Whether the webhook receives the event."""
        if not self.enabled or (self.format == "pagerduty" and event in _FOR_HOLDERS):
            return False
        return self.events is None or matches_any(self.events, event)
