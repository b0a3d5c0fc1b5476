"""What a provider says of itself, and of a device login, as far as it is used."""

from authlib.oidc.discovery import get_well_known_url
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sentinel.errors import ProviderError, printable
from sentinel.oidc.connection import Connection, check_url


class Metadata(BaseModel):
    """What discovery says of a provider (OpenID Connect Discovery 1.0), as far as it is used."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    issuer: str
    authorization_endpoint: str | None = None
    token_endpoint: str
    jwks_uri: str
    revocation_endpoint: str | None = None
    device_authorization_endpoint: str | None = None
    scopes_supported: tuple[str, ...] = ()
    names_issuer: bool = Field(default=False, alias="authorization_response_iss_parameter_supported")


class DeviceAnswer(BaseModel):
    """The answer to a device authorization request (RFC 8628)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    device_code: str = Field(min_length=1)
    user_code: str = Field(min_length=1, max_length=100)
    verification_uri: str = Field(alias="verification_uri", min_length=1, max_length=2000)
    expires_in: int = Field(ge=1, le=86_400)
    interval: int = Field(default=5, ge=1, le=60)


def read_metadata(issuer_url: str, connection: Connection) -> Metadata:
    """Read a provider's metadata, which must be that of exactly this issuer.

    Raises:
        ProviderError: it does not answer, or is another issuer.

    """
    check_url(issuer_url)
    answer = connection.get(get_well_known_url(issuer_url, external=True))
    answer.raise_for_status()
    try:
        metadata = Metadata.model_validate_json(answer.body)
    except ValidationError:
        raise ProviderError(f"{issuer_url} is not the issuer of an OpenID provider", "check oidc_issuer_url") from None
    if metadata.issuer != issuer_url:
        raise ProviderError(
            f"the identity provider calls itself {printable(metadata.issuer)}, not {issuer_url}",
            "oidc_issuer_url must be equal to the `iss` of its tokens, a slash at the end included",
        )
    return metadata


def required(endpoint: str | None, purpose: str) -> str:
    """Return an endpoint that a purpose needs.

    Raises:
        ProviderError: the provider has none, or one that nothing may be sent to.

    """
    if endpoint is None:
        raise ProviderError(f"the identity provider offers no way to {purpose}")
    check_url(endpoint)
    return endpoint
