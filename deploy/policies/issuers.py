"""Token issuers of a deployment: one choice gives both the API's authorizer and the issuer document.

Names, defaults and limits are those of the Terraform module's variable `issuers`.
"""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from deploy.policies.settings import Options
from shared.core.durations import parse_duration

# API Gateway quotas: authorizers of one API.
MOST_ISSUERS: Final = 10
# What a user name may begin with, or a path, so that no issuer's users look like something else.
RESERVED: Final = frozenset(
    {"account", "accounts", "all", "as", "assumed-role", "federated", "group", "groups", "iam", "people", "person"}
    | {"profile", "profiles", "role", "roles", "sso", "sts", "team", "teams", "user", "users", "v1"}
)
# Every token of an issuer has these, or the authorizer checks them: they narrow nothing, and neither does such a glob.
_SAYS_NOTHING: Final = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti"})
_EVERYTHING: Final = re.compile(r"[*/]+")
IDENTITY_SOURCE: Final = "$request.header.Authorization"
"""API Gateway accepts a token there with or without `Bearer `."""

IssuerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
_Text = Annotated[str, Field(min_length=1)]
_Globs = Annotated[tuple[_Text, ...], Field(min_length=1)]
_VERSION: Final = "1"


def _check_duration(text: str) -> str:
    parse_duration(text)
    return text


class Issuer(Options):
    """One issuer, by the keys of its document. `required_claims`: globs that every token's claims must match."""

    issuer: Annotated[str, Field(pattern=r"^https://[A-Za-z0-9.:-]+(/[^\s?#]*)?$")]
    audiences: Annotated[tuple[_Text, ...], Field(min_length=1)]
    kind: Literal["people", "workload"]
    user_claim: _Text | None = None
    namespace: Literal[""] | None = None
    required_claims: Mapping[_Text, _Globs] = {}
    groups_claim: _Text | None = None
    max_token_age: Annotated[str, AfterValidator(_check_duration)] | None = None

    @property
    def document(self) -> str:
        """The issuer document, as JSON without the keys that are not chosen."""
        chosen = self.model_dump(mode="json", exclude_none=True)
        return json.dumps({"version": _VERSION, **{key: value for key, value in chosen.items() if value != {}}})

    @model_validator(mode="after")
    def _is_not_open_to_the_world(self) -> Self:
        if self.kind == "workload" and not any(map(_narrows, self.required_claims, self.required_claims.values())):
            raise ValueError(
                "required_claims: a workload issuer needs at least one that narrows it, such as repository_owner_id; "
                "anyone can get a token of a public issuer with your audience"
            )
        if self.kind == "workload" and self.namespace is not None:
            raise ValueError("namespace: only people may go by the bare name; leave it out")
        return self


def _narrows(claim: str, globs: tuple[str, ...]) -> bool:
    return claim not in _SAYS_NOTHING and not any(map(_EVERYTHING.fullmatch, globs))


def check_issuers(issuers: Mapping[str, Issuer], *, http_api: bool) -> None:
    """Check what concerns the API rather than one issuer.

    Raises:
        ValueError: a name is reserved, there are too many, or there is no API that admits tokens.

    """
    if taken := sorted(RESERVED & issuers.keys()):
        raise ValueError(f"issuers: {taken[0]} is reserved: choose another name")
    if len(issuers) > MOST_ISSUERS:
        raise ValueError(f"issuers: {len(issuers)} of them, and an HTTP API has at most {MOST_ISSUERS} authorizers")
    if issuers and not http_api:
        raise ValueError("issuers: only an HTTP API verifies tokens: leave http_api on")
