"""A profile: a name in the catalogue for a role that can be vended."""

import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared.core.arn import MalformedArnError, parse_arn, role_name
from shared.core.fields import PROFILE_NAME_PATTERN, AccountId, DocumentModel, SessionDuration, SessionPolicy, Text

_PROFILE_NAME: Final = re.compile(PROFILE_NAME_PATTERN)


def is_profile_name(text: str) -> bool:
    """Whether the text can be a profile's name: 1-64 of letters, digits, `.`, `_`, `-`."""
    return _PROFILE_NAME.fullmatch(text) is not None


def _is_role_arn(value: str) -> str:
    try:
        role_name(parse_arn(value))
    except MalformedArnError as error:
        raise ValueError(str(error)) from None
    return value


class Profile(DocumentModel):
    """The document `profiles/<name>`."""

    role_arn: Annotated[str, AfterValidator(_is_role_arn)]
    account: AccountId | None = None
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$")] | None = None
    description: Text | None = None
    max_duration: SessionDuration | None = None
    session_policy: SessionPolicy | None = None
    # Whether a session under a grant may assume further roles; their credentials can outlive the grant.
    chaining: bool = Field(default=False)
    enabled: bool = Field(default=True)

    @model_validator(mode="after")
    def _account_is_the_roles(self) -> Self:
        if self.account is not None and self.account != self.role_account:
            raise ValueError(f"account {self.account} is not the role's, which is {self.role_account}")
        return self

    @property
    def role_account(self) -> str:
        return parse_arn(self.role_arn).account
