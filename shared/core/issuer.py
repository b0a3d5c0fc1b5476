"""The document `issuers/<name>`: an OpenID Connect issuer whose tokens are accepted, and who its users are.

The gateway has one JWT authorizer for each, written from the same source.
"""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared.core.claims import ClaimName, WantedClaims, is_every_value
from shared.core.fields import DocumentModel, Duration, NonEmpty, SchemaVersion

ISSUERS_FOLDER: Final = "issuers"
ISSUER_NAME_PATTERN: Final = r"[a-z][a-z0-9-]{0,31}"
_ISSUER_NAME: Final = re.compile(ISSUER_NAME_PATTERN)
# First parts of names that mean something else, or are written for it by mistake.
RESERVED_NAMES: Final = frozenset(
    {"account", "accounts", "all", "as", "assumed-role", "federated", "group", "groups", "iam", "people", "person"}
    | {"profile", "profiles", "role", "roles", "sso", "sts", "team", "teams", "user", "users", "v1"}
)
# Every token of the issuer has these, or they are checked without being listed.
_SAYS_NOTHING: Final = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti"})


class IssuerKind(StrEnum):
    PEOPLE = "people"
    WORKLOAD = "workload"


def is_issuer_name(text: str) -> bool:
    """Whether an issuer can have this name: lower case letters, digits and `-`, none that already has a meaning."""
    return _ISSUER_NAME.fullmatch(text) is not None and text not in RESERVED_NAMES


def _is_issuer_url(value: str) -> str:
    problem = "write the issuer exactly as tokens have it in iss: an https URL without query and fragment"
    if not value.isascii() or not value.isprintable() or re.search(r"[\s?#@]", value):
        raise ValueError(problem)
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError(problem) from None
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError(problem)
    return value


def _is_no_name(value: str) -> str:
    if value:
        raise ValueError('leave it out, and the user is <issuer>/<claim>; or write "", and the user is the bare claim')
    return value


def _is_an_age(value: timedelta) -> timedelta:
    if value < timedelta(minutes=1):
        raise ValueError("at least 1m: a token takes some time to arrive")
    return value


IssuerUrl = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_is_issuer_url)]
Audience = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[!-~]+$")]


class Issuer(DocumentModel):
    """An issuer. `issuer` and `audiences` are those of its authorizer at the gateway.

    A user is `<name>/<user_claim>`, or the bare claim with `namespace: ""`. Every token must meet `required_claims`.
    `max_token_age` counts from `iat`.
    """

    version: SchemaVersion
    issuer: IssuerUrl
    audiences: Annotated[tuple[Audience, ...], NonEmpty]
    kind: Annotated[IssuerKind, Field(strict=False)]
    user_claim: ClaimName = "sub"
    namespace: Annotated[str, AfterValidator(_is_no_name)] | None = None
    required_claims: WantedClaims | None = None
    groups_claim: ClaimName | None = None
    max_token_age: Annotated[Duration, AfterValidator(_is_an_age)] | None = None

    @model_validator(mode="after")
    def _workloads_are_narrowed(self) -> Self:
        if self.kind is IssuerKind.PEOPLE:
            return self
        if self.namespace is not None:
            raise ValueError('namespace: "" is for people: leave it out, and the user is <issuer>/<claim>')
        if not any(
            name not in _SAYS_NOTHING and not any(map(is_every_value, globs))
            for name, globs in (self.required_claims or {}).items()
        ):
            raise ValueError(
                "a workload issuer needs required_claims that narrow it, such as repository_owner_id: on a public "
                "issuer anyone can get a token with your audience"
            )
        return self
