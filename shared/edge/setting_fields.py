"""Types of settings: lists, which are separated by commas and checked entry by entry, and times."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from shared.core.arn import MalformedArnError, is_account_id, parse_arn
from shared.core.durations import format_duration
from shared.core.fields import Duration
from shared.core.identity import is_sso_role
from shared.core.switch_guards import POLICY_NAME

ALL_ACCOUNTS: Final = "*"
_ROLE_ENTRY: Final = re.compile(r"(?:[0-9]{12}:)?[A-Za-z0-9_+=,.@*?-]{1,64}")


def split_list(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value).split(",") if part.strip())


def _split_accounts(value: Any) -> tuple[str, ...]:
    accounts = split_list(value)
    if wrong := [account for account in accounts if not is_account_id(account)]:
        raise ValueError(f"{wrong[0]!r} is not an account: 12 digits, several separated by commas")
    return accounts


def _split_accounts_or_all(value: Any) -> tuple[str, ...]:
    return (ALL_ACCOUNTS,) if split_list(value) == (ALL_ACCOUNTS,) else _split_accounts(value)


def _split_roles(value: Any) -> tuple[str, ...]:
    entries = split_list(value)
    if wrong := [entry for entry in entries if not _ROLE_ENTRY.fullmatch(entry)]:
        raise ValueError(f"{wrong[0]!r} is neither a role's name nor <account>:<name>; several separated by commas")
    return entries


def _split_sso_roles(value: Any) -> tuple[str, ...]:
    entries = _split_roles(value)
    if wrong := [entry for entry in entries if not is_sso_role(entry.rpartition(":")[2])]:
        raise ValueError(
            f"{wrong[0]!r} is not the name of an Identity Center role: AWSReservedSSO_<permission set>_<16 hex digits>"
        )
    return entries


def _split_policies(value: Any) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else tuple(dict.fromkeys(map(_account_of, split_list(value))))


def _account_of(text: str) -> str:
    """Parse an account id, or the ARN of the account's kill switch policy."""
    if is_account_id(text):
        return text
    try:
        arn = parse_arn(text)
    except MalformedArnError as error:
        raise ValueError(f"{text!r} is neither an account nor an ARN: {error}") from None
    if arn.service != "iam" or not arn.account or not arn.resource.startswith(f"policy/{POLICY_NAME}"):
        raise ValueError(f"{text!r} is neither an account of 12 digits nor the ARN of a policy {POLICY_NAME}")
    return arn.account


# Only what no mail or chat client reads as markup or as the end of a link. http is for `sentinel ui --port` alone.
CONSOLE_URL: Final = r"^(https://[A-Za-z0-9.-]{1,253}|http://(localhost|127\.0\.0\.1|\[::1\]))(:[0-9]{1,5})?(/[A-Za-z0-9._~-]{1,64}){0,4}/?$"
_CONSOLE_URL: Final = re.compile(CONSOLE_URL)


def _is_console_url(value: str) -> str:
    """Refuse what a link cannot be made of, without repeating it: it may hold a password."""
    if not re.match("https?://", value):
        raise ValueError("write an absolute URL, such as https://sentinel.example.com/console")
    if "@" in value:
        raise ValueError("a link may not hold a user name or password: remove the part before the @")
    if {"?", "#"} & set(value):
        raise ValueError("a link's own fragment follows it: remove the query and the fragment, from the ? or # on")
    if _CONSOLE_URL.fullmatch(value):
        return value.rstrip("/")
    if value.startswith("http://"):
        raise ValueError("http is for loopback only (http://127.0.0.1:9912, for sentinel ui --port 9912): use https://")
    raise ValueError("write https://HOST/PATH in letters, digits, dots, hyphens, _ and ~")


# Slack's Web API, or one that replaces it on the same machine: what is sent there bears the bot's token.
SLACK_API: Final = "https://slack.com/api/"
_SLACK_API: Final = re.compile(
    r"(https://[A-Za-z0-9.-]{1,253}|http://(localhost|127\.0\.0\.1|\[::1\]))(:[0-9]{1,5})?(/[A-Za-z0-9._~-]{1,64}){0,4}/?"
)


def _is_slack_api(value: str) -> str:
    """Refuse without repeating it: it may hold a password."""
    if not _SLACK_API.fullmatch(value):
        raise ValueError("write https://HOST/PATH without user name, query and fragment; http is for loopback only")
    return value if value.endswith("/") else f"{value}/"


_BELIEVED: Final = (timedelta(minutes=30), timedelta(hours=24))


def _is_a_useful_time(value: timedelta) -> timedelta:
    shortest, longest = _BELIEVED
    if not shortest <= value <= longest:
        raise ValueError(f"write {format_duration(shortest)} to {format_duration(longest)}")
    return value


Names = Annotated[tuple[str, ...], BeforeValidator(split_list)]
SsoRoles = Annotated[tuple[str, ...], BeforeValidator(_split_sso_roles)]
RoleGlobs = Annotated[tuple[str, ...], BeforeValidator(_split_roles)]
BelievedFor = Annotated[Duration, AfterValidator(_is_a_useful_time)]
Accounts = Annotated[tuple[str, ...], BeforeValidator(_split_accounts)]
AccountsOrAll = Annotated[tuple[str, ...], BeforeValidator(_split_accounts_or_all)]
KillSwitchAccounts = Annotated[tuple[str, ...], BeforeValidator(_split_policies)]
ConsoleUrl = Annotated[str, AfterValidator(_is_console_url)]
SlackApi = Annotated[str, AfterValidator(_is_slack_api)]
TableName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{3,255}$")]
