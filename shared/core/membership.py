"""The organization's own groups: their names, and the document `groups/<name>` that lists who is in one.

The document's name is the group's name in policies. An issuer's group has a `/` in its name, and only tokens say who is
in it.
"""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from shared.core.caller_names import is_caller_name
from shared.core.fields import DocumentModel, NonEmpty, SchemaVersion

GROUPS_FOLDER: Final = "groups"
GROUP_NAME_RULE: Final = "use 1-64 letters, digits, '.', '_', '-', and not only dots"
MOST_MEMBERS: Final = 200
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_GLOB: Final = re.compile(r"[A-Za-z0-9_.*?-]{1,64}")


def is_group_name(text: str) -> bool:
    """Whether a document or a push can name a group so. Only dots would make another path of one that holds it."""
    return _NAME.fullmatch(text) is not None and text.strip(".") != ""


def _is_a_group_glob(value: str) -> str:
    if not _GLOB.fullmatch(value):
        raise ValueError(f"{value!a} matches no group that can be pushed: {GROUP_NAME_RULE}; only * and ? are special")
    return value


def _is_a_user(value: str) -> str:
    if not is_caller_name(value):
        raise ValueError(f"{value!a} is not a user: list each by name, exactly as `sentinel whoami` shows it")
    return value


def _are_different(members: tuple[str, ...]) -> tuple[str, ...]:
    if twice := next((name for name in members if members.count(name) > 1), None):
        raise ValueError(f"{twice!r} is listed twice")
    return members


_Text = StringConstraints(min_length=1, max_length=256)
GroupGlobs = Annotated[tuple[Annotated[str, _Text, AfterValidator(_is_a_group_glob)], ...], NonEmpty]
Members = Annotated[
    tuple[Annotated[str, _Text, AfterValidator(_is_a_user)], ...],
    Field(min_length=1, max_length=MOST_MEMBERS, strict=False, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_are_different),
]


class GroupDocument(DocumentModel):
    """The document `groups/<name>`. Its members are users, exactly as policies name them, without globs."""

    version: SchemaVersion
    members: Members
