"""Settings of the vend and the admin Lambda."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from shared.aws.ssm.read_through import CacheLimits
from shared.documents.public_keys import PublicKeys
from shared.edge.common_settings import PREFIX, CommonSettings, read_settings
from shared.edge.document_keys import DocumentKeys
from shared.edge.hosted_console import ConsoleSetting
from shared.edge.setting_fields import (
    ALL_ACCOUNTS,
    SLACK_API,
    Accounts,
    AccountsOrAll,
    BelievedFor,
    ConsoleUrl,
    KillSwitchAccounts,
    RoleGlobs,
    SlackApi,
    SsoRoles,
    TableName,
)

# An error message lists at most this many accounts.
_SHOWN: Final = 3


class Settings(CommonSettings):
    """Settings of the vend and the admin Lambda."""

    budget_table: Annotated[TableName, Field(description="Name of the table of rate budgets.")]
    parameter_prefix: Annotated[
        str,
        Field(
            pattern=r"^(/[A-Za-z0-9_.-]+)+$",
            description="Path in SSM Parameter Store under which the documents are stored.",
        ),
    ] = "/sentinel"
    trusted_accounts: Annotated[
        Accounts,
        Field(description="Accounts whose callers are accepted, separated by commas. Empty: the function's own."),
    ] = ()
    sso_roles: Annotated[
        SsoRoles,
        Field(
            description="Exact names of the Identity Center roles whose session name is trusted, each as "
            "`account:name`; the name alone is enough while one account is trusted. Empty: every AWSReservedSSO_ role "
            "of every trusted account.",
        ),
    ] = ()
    named_session_roles: Annotated[
        RoleGlobs,
        Field(
            description="Globs on names of roles whose trust policy pins the session name to the person, each as "
            "`account:glob`; the glob alone is enough while one account is trusted. Their session name is then the "
            "user.",
        ),
    ] = ()
    shared_name_accounts: Annotated[
        AccountsOrAll,
        BelievedFor,
        Field(
            description="Trusted accounts, other than the function's own, that share names with it, separated by "
            "commas, or `*` for every trusted one: their `alice` is the user `alice`. Any other account is part of the "
            "name: `210987654321/alice`. Share names only where who creates users and roles in these accounts is "
            "governed.",
        ),
    ] = ()
    document_ttl: Annotated[
        float,
        Field(ge=0, le=300, description="Seconds for which a document is served from memory before it is read again."),
    ] = 5
    document_max_stale: Annotated[
        float,
        Field(ge=0, le=3600, description="Seconds for which the last good version serves while reads fail."),
    ] = 300
    document_keys: Annotated[
        DocumentKeys,
        Field(
            description="Public keys, separated by commas and at most 3, in base64 as `aws kms get-public-key` prints "
            "them (ECC_NIST_P256): a document that none of them signed is as good as unreadable. Empty: documents need "
            "no signature.",
        ),
    ] = ()
    vend_budget: Annotated[
        int,
        Field(ge=1, le=10_000, description="Requests for credentials of one user in a minute."),
    ] = 60
    admin_budget: Annotated[
        int,
        Field(ge=1, le=10_000, description="Requests, votes, break-glass events and the like of one user in a minute."),
    ] = 60
    read_budget: Annotated[
        int,
        Field(ge=1, le=10_000, description="Lists, explanations, catalogues and other reads of one user in a minute."),
    ] = 600
    group_sync: Annotated[
        bool,
        Field(
            description="`true`: memberships in groups are synchronized on a schedule, so without a fresh one a user's "
            "groups are not known.",
        ),
    ] = False
    groups_believed_for: Annotated[
        BelievedFor,
        Field(description="How long a synchronized membership is believed without a refresh: 30m to 24h."),
    ] = timedelta(hours=2)
    identity_store: Annotated[
        str | None,
        Field(
            pattern=r"^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
            description="Id of the identity store of IAM Identity Center, such as d-1234567890, whose groups the "
            "admin Lambda synchronizes. Empty: group documents only.",
        ),
    ] = None
    identity_store_region: Annotated[
        str | None,
        Field(pattern=r"^[a-z0-9-]{1,32}$", description="Region of Identity Center. Empty: the function's own."),
    ] = None
    identity_store_role: Annotated[
        str | None,
        Field(
            pattern=r"^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}$",
            description="ARN of the role that the admin Lambda assumes to read the identity store of another account. "
            "Empty: its own role reads it.",
        ),
    ] = None
    topic_arn: Annotated[
        str | None,
        Field(
            pattern=r"^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
            description="ARN of the SNS topic that receives change notifications. Empty: no topic.",
        ),
    ] = None
    event_bus: Annotated[
        str | None,
        Field(
            pattern=r"^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9._-]{1,256}$",
            description="ARN of the EventBridge bus that receives change notifications as events. Empty: no bus.",
        ),
    ] = None
    console_url: Annotated[
        ConsoleUrl | None,
        Field(
            description="URL of the console, such as https://sentinel.example.com/console, to which the admin Lambda's "
            "notifications link. Empty: no links.",
        ),
    ] = None

    console: Annotated[
        ConsoleSetting | None,
        Field(
            description="The console under `/console/`, a JSON object: `issuer` (its name), `issuer_url`, `client_id`, "
            "`scopes` (separated by spaces), `origins` (a list). Empty: there is no console.",
        ),
    ] = None

    slack: Annotated[
        bool,
        Field(
            description="`true`: requests and break-glass events are shown, and decided where their approval rule says "
            "`chat: true`, in the Slack workspace of the document `chat/slack`.",
        ),
    ] = False
    slack_api: Annotated[
        SlackApi,
        Field(description="Base URL of Slack's Web API: https, or http on loopback. For the local stack."),
    ] = SLACK_API

    kill_switch_policies: Annotated[
        KillSwitchAccounts,
        Field(
            description="Accounts with the policy SentinelRevocations (or their policies' ARNs, which take four times "
            "the room), separated by commas. In accounts other than its own the admin Lambda assumes the role of the "
            "policy's name. Empty: a revocation does not reach live credentials, only the authorizer.",
        ),
    ] = ()
    protected_path: Annotated[
        str,
        Field(
            pattern=r"^/([A-Za-z0-9_.-]+/)+$",
            description="IAM path of the protected roles. The kill switch keeps roles below it from sessions.",
        ),
    ] = "/sentinel/protected/"
    lasting_keys: Annotated[
        bool,
        Field(
            description="`true`: the kill switch lets sessions create IAM users, access keys, passwords and identity "
            "providers, which no revocation reaches.",
        ),
    ] = False

    @property
    def cache_limits(self) -> CacheLimits:
        """How long documents serve; a read has the time of two attempts of its call."""
        return CacheLimits(
            ttl_s=self.document_ttl,
            max_stale_s=self.document_max_stale,
            read_timeout_s=2 * self.call_timeout,
        )

    @property
    def signing_keys(self) -> PublicKeys | None:
        """The keys that documents have to be signed by; None where they need no signature."""
        return PublicKeys(self.document_keys) if self.document_keys else None

    @model_validator(mode="after")
    def _stale_outlasts_fresh(self) -> Self:
        if self.document_max_stale < self.document_ttl:
            raise ValueError("SENTINEL_DOCUMENT_MAX_STALE may not be less than SENTINEL_DOCUMENT_TTL")
        return self

    @model_validator(mode="after")
    def _only_trusted_share_names(self) -> Self:
        known = {*self.trusted_accounts, ALL_ACCOUNTS}
        if unknown := next((each for each in self.shared_name_accounts if each not in known), None):
            raise ValueError(
                f"{PREFIX}SHARED_NAME_ACCOUNTS: {unknown!r} is not an account that {PREFIX}TRUSTED_ACCOUNTS lists"
            )
        return self

    @model_validator(mode="after")
    def _groups_are_synchronized(self) -> Self:
        if self.identity_store is not None and not self.group_sync:
            raise ValueError("SENTINEL_IDENTITY_STORE needs SENTINEL_GROUP_SYNC=true")
        if self.identity_store is None and (self.identity_store_region or self.identity_store_role):
            raise ValueError("SENTINEL_IDENTITY_STORE_REGION and _ROLE need SENTINEL_IDENTITY_STORE")
        return self

    def foreign_accounts(self, own_account: str) -> frozenset[str]:
        """Give the trusted accounts whose callers are named with their account."""
        if ALL_ACCOUNTS in self.shared_name_accounts:
            return frozenset()
        return frozenset(self.trusted_accounts) - {own_account, *self.shared_name_accounts}

    @model_validator(mode="after")
    def _roles_say_whose(self) -> Self:
        """Refuse role names without an account if several are trusted: any of these could have such a role."""
        trusted = sorted(set(self.trusted_accounts))
        if problems := [
            f"{PREFIX}{field.upper()}: {problem}"
            for field in ("sso_roles", "named_session_roles")
            for entry in getattr(self, field)
            if (problem := _whose(entry, trusted))
        ]:
            raise ValueError("\n  ".join(problems))
        return self


def _whose(entry: str, trusted: Sequence[str]) -> str | None:
    """Give the problem with the account of a role entry, or None."""
    account, _, name = entry.rpartition(":")
    if account and trusted and account not in trusted:
        return f"{entry!r} is of an account that {PREFIX}TRUSTED_ACCOUNTS does not list"
    if not account and len(trusted) > 1:
        written = " or ".join(f"{each}:{name}" for each in trusted[:_SHOWN])
        return f"{entry!r} says no account, and {len(trusted)} are trusted: write {written}"
    return None


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Load the settings of the vend or the admin Lambda.

    Raises:
        InvalidSettingsError: as for `read_settings`.

    """
    return read_settings(environ, Settings)
