"""Field types that documents share, and the base class of their models."""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from shared.core.arn import is_account_id
from shared.core.durations import STS_MINIMUM, MalformedDurationError, format_duration, parse_duration
from shared.core.session_policy import check_session_policy

PROFILE_NAME_PATTERN: Final = r"[A-Za-z0-9._-]{1,64}"


class DocumentModel(BaseModel):
    """Strict and frozen: unknown keys, wrong types and nulls are errors, and a loaded document never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def _read_duration(value: Any) -> timedelta:
    try:
        return parse_duration(value)
    except MalformedDurationError as error:
        raise ValueError(str(error)) from None


def _at_least_the_sts_floor(value: timedelta) -> timedelta:
    if value < STS_MINIMUM:
        raise ValueError(f"at least {format_duration(STS_MINIMUM)}: STS issues nothing shorter")
    return value


def _read_account(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError("an account is text: put its 12 digits in quotes, or a leading zero is lost")  # noqa: TRY004 - pydantic collects ValueErrors
    if not isinstance(value, str) or not is_account_id(value):
        raise ValueError("an account is exactly 12 digits in quotes")
    return value


def _is_session_policy(value: dict[str, Any]) -> dict[str, Any]:
    check_session_policy(value)
    return value


def _read_version(value: Any) -> Any:
    # The Go CLI reads an unquoted 1 as well; no other spelling has ever meant this schema.
    return "1" if value == 1 and not isinstance(value, bool | float) else value


# A list must have an item: an empty one would match nothing.
NonEmpty = Field(min_length=1, strict=False)
SchemaVersion = Annotated[
    Literal["1"], BeforeValidator(_read_version), WithJsonSchema({"enum": ["1", 1], "title": "Version"})
]
# For editors; the validators of `parse_duration` say more.
DURATION_SCHEMA: Final[dict[str, Any]] = {
    "description": "Like 1h30m or 45m, or whole seconds.",
    "oneOf": [
        {"type": "string", "pattern": r"^([0-9]{1,9}|([0-9]{1,9}(\.[0-9]{1,9})?[hms])+)$"},
        {"type": "integer", "minimum": 1, "maximum": 10**9},
    ],
}


def _names_are_unique(rules: tuple[Any, ...]) -> tuple[Any, ...]:
    names = [rule.name for rule in rules]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"two rules are named {twice!r}: a name says in the audit which one decided")
    return rules


RuleNames = AfterValidator(_names_are_unique)
Duration = Annotated[timedelta, BeforeValidator(_read_duration), Field(strict=False), WithJsonSchema(DURATION_SCHEMA)]
SessionDuration = Annotated[Duration, AfterValidator(_at_least_the_sts_floor)]
AccountId = Annotated[str, BeforeValidator(_read_account), WithJsonSchema({"type": "string", "pattern": "^[0-9]{12}$"})]
Accounts = Annotated[tuple[AccountId, ...], NonEmpty]
# One line of printable text, so that a name is safe in a log line, a table and a header.
Name = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
Glob = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
SessionPolicy = Annotated[dict[str, Any], AfterValidator(_is_session_policy)]
