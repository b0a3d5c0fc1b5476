"""The endpoints of the vend API, as its documentation states them; tests hold responses to these models."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.core.fields import PROFILE_NAME_PATTERN
from shared.edge.api import Endpoint
from shared.edge.error_codes import Code
from shared.edge.inputs import WrittenDuration
from shared.edge.timestamps import Timestamp

ProfileName = Annotated[str, Field(pattern=f"^{PROFILE_NAME_PATTERN}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VendInput(_Shape):
    """The profile wanted and, if the caller likes, how long: 15m to 12h, of which at most an hour is given."""

    profile: ProfileName
    duration: WrittenDuration | None = None


class CredentialsResponse(_Shape):
    """Temporary credentials in the container-credentials format of the AWS SDKs, and the session's id."""

    AccessKeyId: str
    SecretAccessKey: str
    Token: str
    Expiration: Timestamp
    AccountId: str
    SessionId: str


class CatalogueEntry(_Shape):
    """One profile as the caller sees it."""

    name: str
    description: str | None = None
    account: str | None = None
    region: str | None = None
    access: Literal["allowed", "approval", "denied"]
    reason: str


class CatalogueResponse(_Shape):
    """Every enabled profile. `unreadable` are entries of the catalogue whose names no profile can have."""

    profiles: list[CatalogueEntry]
    unreadable: list[str]


_REFUSALS: Final = frozenset(
    {
        Code.DENIED,
        Code.APPROVAL_REQUIRED,
        Code.LOCKED_OUT,
        Code.GRANT_ENDING,
        Code.ROLE_REFUSED,
        Code.SESSION_POLICY_REFUSED,
        Code.REGION_DISABLED,
    },
)
ENDPOINTS: Final = (
    Endpoint(
        "vend",
        "GET",
        "/",
        "Give credentials for a profile.",
        CredentialsResponse,
        query=VendInput,
        refusals=_REFUSALS,
    ),
    Endpoint(
        "vend_by_post",
        "POST",
        "/",
        "Give credentials for a profile.",
        CredentialsResponse,
        body=VendInput,
        refusals=_REFUSALS,
    ),
    Endpoint("list_profiles", "GET", "/profiles", "List the catalogue as the caller sees it.", CatalogueResponse),
)
