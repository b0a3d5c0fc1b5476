"""The document `chat/slack`: the Slack workspace in which requests are decided, and which user each of its members is.

Its secrets are in secret types. What a member's name in Slack permits is decided elsewhere: the approval rule has to
say `chat: true`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from shared.core.caller_names import NAME, is_caller_name
from shared.core.fields import DocumentModel, NonEmpty
from shared.core.people import person_key
from shared.core.stamp import parse_stamp

SLACK_DOCUMENT: Final = "chat/slack"
_SECRET: Final = re.compile(r"[!-~]{32,256}")
_TOKEN: Final = re.compile(r"xoxb-[A-Za-z0-9-]{10,250}")
_MEMBER_ID: Final = re.compile(r"[UW][A-Z0-9]{2,30}")
# Narrower than RFC 5321 on purpose: an address that needs more is no name that a caller can have.
_EMAIL: Final = re.compile(r"[a-z0-9_+=,.-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")
_DOMAIN: Final = r"^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$"


class NoUser(StrEnum):
    """Why a member of the workspace is no user."""

    UNMAPPED = "no user is mapped to this Slack account"
    TWO_USERS = "this Slack account is mapped to two users, one by its id and one by its e-mail"


@dataclass(frozen=True, slots=True)
class SlackMember:
    """A member of the workspace, by Slack's own word: the id, and the confirmed e-mail address, empty without one."""

    id: str
    email: str


def is_member_id(text: str) -> bool:
    """Whether it is written like the id of a Slack user: U or W, then capitals and digits."""
    return _MEMBER_ID.fullmatch(text) is not None


def _is_signing_secret(value: SecretStr) -> SecretStr:
    if not _SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("must be the app's signing secret: 32 or more plain ASCII characters without spaces")
    return value


def _is_bot_token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("must be the app's bot token, which begins with xoxb-")
    return value


def _is_member(value: str) -> str:
    if not is_member_id(value) and not _EMAIL.fullmatch(value):
        raise ValueError("the key is neither a Slack id (U0123ABCD) nor an e-mail address in lower case")
    return value


def _is_person(value: str) -> str:
    if not is_caller_name(value) or "/" in person_key(value):
        raise ValueError("must be the user name of a person: roles and workloads are not in Slack")
    return value


def _id_pattern(letters: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^[{letters}][A-Z0-9]{{2,30}}$")


_Member = Annotated[str, AfterValidator(_is_member)]
_User = Annotated[str, AfterValidator(_is_person)]


class SlackWorkspace(DocumentModel):
    """The document `chat/slack`.

    `user` says how a member becomes a user: by the whole e-mail address, by its part before the @, or by `map` alone,
    whose keys are Slack ids and e-mail addresses. `email_domains` are the domains whose addresses count: any number
    for `email`, exactly one for `local_part`. Addresses are compared in lower case, and the user is in lower case.
    """

    team_id: Annotated[str, _id_pattern("T")]
    channel: Annotated[str, _id_pattern("CG")]
    signing_secret: Annotated[SecretStr, AfterValidator(_is_signing_secret)]
    bot_token: Annotated[SecretStr, AfterValidator(_is_bot_token)]
    user: Literal["email", "local_part", "map"]
    email_domains: Annotated[tuple[Annotated[str, StringConstraints(pattern=_DOMAIN)], ...], NonEmpty] | None = None
    map: Annotated[dict[_Member, _User], Field(min_length=1)] | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def _has_what_its_mapping_needs(self) -> Self:
        if (self.map is not None) != (self.user == "map"):
            raise ValueError("map belongs to user: map, and that needs one; remove it, or change user")
        if self.user == "map" and self.email_domains is not None:
            raise ValueError("email_domains are for user: email and user: local_part; a map has whole addresses")
        if self.user == "email" and self.email_domains is None:
            raise ValueError("user: email needs email_domains: those whose addresses are people of yours")
        if self.user == "local_part" and len(self.email_domains or ()) != 1:
            raise ValueError("user: local_part needs exactly one of email_domains: two would give two people one name")
        return self

    def user_of(self, member: SlackMember) -> str | NoUser:
        """Give the user that a member is. The caller vouches for the member: in the team, confirmed, no guest."""
        email = member.email.lower() if member.email.isascii() else ""
        if self.map is not None:
            users = {self.map[key] for key in (member.id, email) if key in self.map}
        else:
            users = self._users_by_email(email)
        if len(users) > 1:
            return NoUser.TWO_USERS
        return next(iter(users), NoUser.UNMAPPED)

    def members_of(self, user: str) -> tuple[str, ...]:
        """Give where a user may be found in Slack: ids and e-mail addresses, none where no member can be the user.

        What Slack has there is that user only where `user_of` says so.
        """
        if self.map is not None:
            return tuple(member for member, mapped in self.map.items() if mapped == user)
        email = user if self.user == "email" else f"{user}@{(self.email_domains or ('',))[0]}"
        return (email,) if self._users_by_email(email) == {user} else ()

    def _users_by_email(self, email: str) -> set[str]:
        local, _, domain = email.rpartition("@")
        if domain not in (self.email_domains or ()) or not _EMAIL.fullmatch(email):
            return set()
        user = email if self.user == "email" else local
        # The name of a vended session is no one's, as for the tokens of an issuer.
        return {user} if NAME.fullmatch(user) and parse_stamp(user) is None else set()
