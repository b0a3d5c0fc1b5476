"""The admin policy document: who may see and end grants and sessions of other people."""

from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.core.fields import Accounts, DocumentModel, Name, NonEmpty, RuleNames, SchemaVersion
from shared.core.globs import matches_any
from shared.core.name_globs import UserGlob
from shared.core.people import Person, is_from


class Permission(StrEnum):
    READ = "read"  # see all requests, events and sessions
    REVOKE = "revoke"  # end grants and sessions
    LOCK = "lock"  # set and lift lockouts
    REVIEW = "review"  # review break-glass events


class AdminRule(DocumentModel):
    """One rule; permissions of several rules add up. With `accounts`, it applies only to callers of those accounts."""

    name: Name
    users: Annotated[tuple[UserGlob, ...], NonEmpty]
    accounts: Accounts | None = None
    permissions: Annotated[tuple[Annotated[Permission, Field(strict=False)], ...], NonEmpty]


class AdminPolicy(DocumentModel):
    """The document `policies/admin`. Without it, no one has any of these permissions."""

    version: SchemaVersion
    rules: Annotated[tuple[AdminRule, ...], NonEmpty, RuleNames]


def permissions_of(policy: AdminPolicy | None, person: Person) -> AbstractSet[Permission]:
    """Give the permissions that the policy gives a person."""
    rules = () if policy is None else policy.rules
    return frozenset(
        permission
        for rule in rules
        if matches_any(rule.users, person.user) and is_from(rule.accounts, person)
        for permission in rule.permissions
    )
