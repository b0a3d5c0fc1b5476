"""The document `tickets/<name>`: where the state of a ticket is looked up, and which states a request may be filed in.

What answers is another system: its JSON is searched along one path, and nothing else of it is believed.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from shared.core.fields import DocumentModel, NonEmpty
from shared.core.https_url import HttpsUrl

TICKETS_FOLDER: Final = "tickets"
_PLACE: Final = "{ticket}"
# Nothing in it has a meaning in a URL, in a header or in the query language of a ticket system (JQL, `sysparm_query`),
# which would read it after any escaping of ours is undone.
_TICKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_MOST_STEPS: Final = 16
_STEP: Final = re.compile(r"[^.\x00-\x1f\x7f]{1,64}")
_INDEX: Final = re.compile(r"[0-9]{1,4}")
_HEADER_VALUE: Final = re.compile(r"[!-~](?:[ -~]{0,4094}[!-~])?")
# They are the HTTP library's own: another value would make another request of it, or another reading of the answer.
_FORBIDDEN_HEADERS: Final = frozenset(
    {"accept", "accept-encoding", "connection", "expect", "host", "keep-alive", "range", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "user-agent"}
)
_FORBIDDEN_PREFIXES: Final = ("content-", "if-", "proxy-")


def _has_one_place(value: SecretStr) -> SecretStr:
    before, _, after = value.get_secret_value().partition(_PLACE)
    if _PLACE not in value.get_secret_value() or set(before + after) & set("{}"):
        raise ValueError(f"must have {_PLACE} once, in the path or the query, and no other braces")
    return value


def _is_a_path(value: str) -> str:
    steps = value.split(".")
    if len(steps) > _MOST_STEPS or not all(map(_STEP.fullmatch, steps)):
        raise ValueError(
            f"must be at most {_MOST_STEPS} keys and list positions with dots between, like result.0.state"
        )
    return value


def _is_allowed_header(value: str) -> str:
    if value.lower() in _FORBIDDEN_HEADERS or value.lower().startswith(_FORBIDDEN_PREFIXES):
        raise ValueError("this header is set by Sentinel; name one that carries a credential, such as Authorization")
    return value


def _is_one_line(value: SecretStr) -> SecretStr:
    if not _HEADER_VALUE.fullmatch(value.get_secret_value()):
        raise ValueError("must be 1 to 4096 plain ASCII characters on one line, without a space at either end")
    return value


class CredentialHeader(DocumentModel):
    """A header with a credential, such as `Authorization`."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$"), AfterValidator(_is_allowed_header)]
    value: Annotated[SecretStr, AfterValidator(_is_one_line)]


@dataclass(frozen=True, slots=True)
class TicketState:
    """What a ticket system says of a ticket. `state` is its text, None where there is no ticket or no state of it."""

    state: str | None
    is_accepted: bool = False


NO_STATE: Final = TicketState(None)


class TicketLookup(DocumentModel):
    """The document `tickets/<name>`.

    `url` is called with the ticket in the place of `{ticket}`; `field` is the path to the state in the JSON that
    answers, and `values` are the states in which a request may be filed. Without `allow_private`, Sentinel connects to
    no internal address, for any host name. Without `enabled`, tickets are accepted without being looked up.
    """

    url: Annotated[HttpsUrl, AfterValidator(_has_one_place)]
    field: Annotated[str, AfterValidator(_is_a_path)]
    values: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=128)], ...], NonEmpty, Field(max_length=50)
    ]
    header: CredentialHeader | None = None
    allow_private: bool = Field(default=False)
    enabled: bool = Field(default=True)

    def url_of(self, ticket: str) -> SecretStr:
        """Give the URL to call for a ticket that `can_be_looked_up`."""
        assert can_be_looked_up(ticket), "only such a ticket is put into a URL"
        return SecretStr(self.url.get_secret_value().replace(_PLACE, ticket))

    def judge(self, answer: Any) -> TicketState:
        """Find the state in the JSON of an answer, and say whether it is one of those that are accepted."""
        found = answer
        for step in self.field.split("."):
            found = _within(found, step)
        state = _as_text(found)
        return NO_STATE if state is None else TicketState(state, state in self.values)


def can_be_looked_up(ticket: str) -> bool:
    """Whether a ticket is written like the key or the number of one: letters, digits, `_` and `-`, at most 64."""
    return _TICKET.fullmatch(ticket) is not None


def _within(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
        return value[int(step)]
    return None


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int) else None
