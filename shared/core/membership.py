"""Memberships in groups that no token carries: the document `groups/<name>` lists who is in the group of that name."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from shared.core.caller_names import is_caller_name
from shared.core.fields import DocumentModel, NonEmpty, SchemaVersion

GROUPS_FOLDER: Final = "groups"
# A group that a document or a push defines: the end of a parameter's name, and never an issuer's, which has a slash.
DEFINED_GROUP_PATTERN: Final = r"[A-Za-z0-9_.-]{1,64}"
MOST_MEMBERS: Final = 200


def _is_a_caller(value: str) -> str:
    if not is_caller_name(value):
        raise ValueError(f"{value!a} is not a user: write the name that whoami shows, without * and ?")
    return value


def _are_unique(members: tuple[str, ...]) -> tuple[str, ...]:
    if twice := next((each for each in members if members.count(each) > 1), None):
        raise ValueError(f"{twice!a} is listed twice: list each member once")
    return members


Member = Annotated[str, AfterValidator(_is_a_caller)]
Members = Annotated[tuple[Member, ...], NonEmpty, Field(max_length=MOST_MEMBERS), AfterValidator(_are_unique)]


class GroupDocument(DocumentModel):
    """The document `groups/<name>`: the users in the group of that name, each exactly as policies name them."""

    version: SchemaVersion
    members: Members
