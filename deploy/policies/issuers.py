"""Token issuers of a deployment: one choice gives both the API's authorizer and the issuer document.

Names, defaults and limits are those of the Terraform module's variable `issuers`.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from deploy.policies.settings import Options, check_settings
from shared.core.issuer import ISSUER_NAME_PATTERN, RESERVED_NAMES
from shared.core.issuer import Issuer as IssuerDocument
from shared.documents.document import DocumentError
from shared.documents.load import load_document

# API Gateway quotas: authorizers of one API.
MOST_ISSUERS: Final = 10
IDENTITY_SOURCE: Final = "$request.header.Authorization"
"""API Gateway accepts a token there with or without `Bearer `."""

IssuerName = Annotated[str, Field(pattern=f"^{ISSUER_NAME_PATTERN}$")]
_VERSION: Final = "1"
SIGNATURE: Final = r"^signed:[1-9][0-9]*:[1-9][0-9]{9}:[A-Za-z0-9+/]+=*$"


class Issuer(Options):
    """One issuer, by the keys of its document. `required_claims`: globs that every token's claims must match.

    `signature`: the line that `sentinel policy sign` prints for the document, where documents have to be signed.
    """

    issuer: str
    audiences: Annotated[tuple[str, ...], Field(min_length=1)]
    kind: Literal["people", "workload"]
    user_claim: str | None = None
    namespace: Literal[""] | None = None
    required_claims: Mapping[str, tuple[str, ...]] = {}
    groups_claim: str | None = None
    max_token_age: str | None = None
    signature: Annotated[str, Field(pattern=SIGNATURE)] | None = None

    @property
    def stored(self) -> str:
        """The issuer document as it is stored, after its signature."""
        return self.document if self.signature is None else f"{self.signature}\n{self.document}"

    @property
    def document(self) -> str:
        """The issuer document, as JSON without the keys that are not chosen."""
        chosen = self.model_dump(mode="json", exclude_none=True, exclude={"signature"})
        return json.dumps({"version": _VERSION, **{key: value for key, value in chosen.items() if value != {}}})

    @model_validator(mode="after")
    def _is_a_document(self) -> Self:
        try:
            load_document(self.document, IssuerDocument)
        except DocumentError as error:
            # Lines of the written document are not the reader's.
            raise ValueError("; ".join(map(str, error.problems))) from None
        return self


class Console(Options):
    """The hosted console: the people issuer at which its users sign in, and the page's public OAuth client there.

    `scopes` are separated by spaces; `origins` are those of endpoints that the provider has elsewhere than its issuer
    URL, such as its token endpoint.
    """

    issuer: str
    client_id: str
    scopes: str = "openid email profile"
    origins: tuple[str, ...] = ()

    def settings(self, issuers: Mapping[str, Issuer]) -> dict[str, str]:
        """Return the admin function's setting.

        Raises:
            ValueError: the issuer is not one of people, or accepts no token of this client.

        """
        found = issuers.get(self.issuer)
        if found is None or found.kind != "people":
            raise ValueError(f"console: {self.issuer!r} is not one of the issuers of kind people")
        if self.client_id not in found.audiences:
            raise ValueError(f"console: client_id has to be one of the audiences of the issuer {self.issuer!r}")
        setting = json.dumps({**self.model_dump(mode="json"), "issuer_url": found.issuer})
        check_settings({"console": setting})
        return {"console": setting}


def check_issuers(issuers: Mapping[str, Issuer], *, http_api: bool) -> None:
    """Check what concerns the API rather than one issuer.

    Raises:
        ValueError: a name is reserved, there are too many, or there is no API that admits tokens.

    """
    if taken := sorted(RESERVED_NAMES & issuers.keys()):
        raise ValueError(f"issuers: {taken[0]} is reserved: choose another name")
    if len(issuers) > MOST_ISSUERS:
        raise ValueError(f"issuers: {len(issuers)} of them, and an HTTP API has at most {MOST_ISSUERS} authorizers")
    if issuers and not http_api:
        raise ValueError("issuers: only an HTTP API verifies tokens: leave http_api on")
