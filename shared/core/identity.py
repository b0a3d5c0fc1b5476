"""The caller's identity: from the ARN that the gateway verified to the name that policies, stamps and logs use.

A bare name is of Sentinel's own account, or of one that shares names with it. Others begin with a namespace: `role/`
and `federated/`, an account (`210987654321/alice`, `210987654321/role/ci`), or an issuer
(`github/repo:acme/app:ref:refs/heads/main`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from shared.core.arn import Arn, MalformedArnError, parse_arn
from shared.core.caller_names import NAME
from shared.core.claims import Claims
from shared.core.globs import matches_any
from shared.core.groups import NONE_KNOWN, Groups
from shared.core.stamp import parse_stamp

_SSO_ROLE: Final = re.compile(r"AWSReservedSSO_[A-Za-z0-9_+=,.@-]+_[0-9a-f]{16}")


def is_sso_role(role: str) -> bool:
    """Whether Identity Center made a role of this name: `AWSReservedSSO_<permission set>_<16 hex digits>`."""
    return _SSO_ROLE.fullmatch(role) is not None


class CallerKind(StrEnum):
    IAM_USER = "iam-user"
    IDENTITY_CENTER = "identity-center"
    NAMED_SESSION = "named-session"
    ROLE = "role"
    FEDERATED_USER = "federated-user"
    OIDC_PERSON = "oidc-person"
    OIDC_WORKLOAD = "oidc-workload"
    CHAT_PERSON = "chat-person"


class Authentication(StrEnum):
    """How a caller proved who they are: by a signature with AWS credentials, with an issuer's token, or by an account
    in the chat whose workspace vouches for it. The last is the weakest: what it may do, each approval rule has to say.
    """

    SIGV4 = "sigv4"
    OIDC = "oidc"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller in canonical form.

    `user` is the name policies match. `role` is the caller's role name, empty for a caller without a role.
    `session_name` is the name of the caller's session: it is logged, and trusted only where `user` is already that
    name. A caller with a token has no account and no role; `issuer` is the name of its issuer, `subject` and `claims`
    are the token's. One from the chat has none of these; `subject` is their workspace and account there. `groups` are
    those it is known to be in.
    """

    kind: CallerKind
    user: str
    account: str
    role: str
    session_name: str
    issuer: str = ""
    subject: str = ""
    claims: Claims = field(default_factory=dict, repr=False, hash=False)
    groups: Groups = NONE_KNOWN

    @property
    def authentication(self) -> Authentication:
        if self.kind is CallerKind.CHAT_PERSON:
            return Authentication.CHAT
        return Authentication.OIDC if self.issuer else Authentication.SIGV4


# Before the slash in the place of the ARN that a caller from the chat does not have: `chat/<workspace>/<account>`.
CHAT_NAMESPACE: Final = "chat"


def chat_person(user: str, workspace: str, account: str) -> Principal:
    """Give the caller that a verified account of a chat's workspace is. Both names are the chat's own ids."""
    return Principal(
        CallerKind.CHAT_PERSON, user, account="", role="", session_name="", subject=f"{workspace}/{account}"
    )


@dataclass(frozen=True, slots=True)
class UnknownCaller:
    """The caller cannot be identified. `reason` is safe to show to the caller."""

    reason: str


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """The accounts and roles whose identities are accepted.

    `named_session_roles` are globs on role names whose trust policy pins the session name to the person. `sso_roles`
    are exact Identity Center role names; empty accepts any in a trusted account. An entry of either is `account:name`.
    A name alone counts only while one account is trusted: in a second account, someone who may create roles could use
    the same name. Callers of `foreign_accounts` are named with their account: `210987654321/alice`.
    """

    trusted_accounts: frozenset[str]
    sso_roles: frozenset[str] = frozenset()
    named_session_roles: tuple[str, ...] = ()
    foreign_accounts: frozenset[str] = frozenset()


def session_name_of(caller_arn: str) -> str:
    """Give the session name in a caller's ARN; empty if the ARN is not of a session."""
    try:
        arn = parse_arn(caller_arn)
    except MalformedArnError:
        return ""
    kind, *names = arn.resource.split("/")
    return names[-1] if arn.service == "sts" and kind in ("assumed-role", "federated-user") and names else ""


def identify(caller_arn: str, caller_account: str, rules: IdentityRules) -> Principal | UnknownCaller:
    """Identify the caller, or give the reason why that is not possible.

    Both values come from the request context that API Gateway fills after it verified the signature. The session ARN of
    a role does not have the role's path (IAM User Guide, "IAM identifiers"), so an Identity Center role is identified
    by name and account only.
    """
    try:
        arn = parse_arn(caller_arn)
    except MalformedArnError as error:
        return UnknownCaller(f"the caller's ARN cannot be read: {error}")
    if not arn.account or arn.account != caller_account:
        return UnknownCaller("the caller's ARN and account disagree")
    if arn.account not in rules.trusted_accounts:
        return UnknownCaller(f"account {arn.account} is not one this service accepts callers from")
    if arn.region:
        return UnknownCaller("an identity's ARN has no region")
    found = _identify_within(arn, rules)
    if isinstance(found, UnknownCaller) or arn.account not in rules.foreign_accounts:
        return found
    return replace(found, user=f"{arn.account}/{found.user}")


def _identify_within(arn: Arn, rules: IdentityRules) -> Principal | UnknownCaller:
    """Name the caller within their account."""
    match (arn.service, *arn.resource.split("/")):
        case ("iam", "root"):
            return UnknownCaller("the root user is never accepted: use a person's or a job's own identity")
        case ("iam", "user", *_, name) if NAME.fullmatch(name):
            return Principal(CallerKind.IAM_USER, name, arn.account, role="", session_name="")
        case ("sts", "federated-user", name) if NAME.fullmatch(name):
            if parse_stamp(name) is not None:
                return UnknownCaller("a federated user named like one of Sentinel's sessions is not accepted")
            # The caller of GetFederationToken chooses the name, so it gets a namespace that no IAM or SSO name can
            # have.
            return Principal(CallerKind.FEDERATED_USER, f"federated/{name}", arn.account, role="", session_name=name)
        case ("sts", "assumed-role", role, session_name) if NAME.fullmatch(role) and NAME.fullmatch(session_name):
            return _identify_role_session(arn.account, role, session_name, rules)
    return UnknownCaller("only IAM users, federated users and role sessions can be callers")


def _identify_role_session(
    account: str,
    role: str,
    session_name: str,
    rules: IdentityRules,
) -> Principal | UnknownCaller:
    if parse_stamp(session_name) is not None:
        return UnknownCaller("credentials vended by Sentinel cannot ask for more: call with your own")
    if is_sso_role(role) and (not rules.sso_roles or role in _names_in(account, rules.sso_roles, rules)):
        return Principal(CallerKind.IDENTITY_CENTER, session_name, account, role, session_name)
    if matches_any(_names_in(account, rules.named_session_roles, rules), role):
        return Principal(CallerKind.NAMED_SESSION, session_name, account, role, session_name)
    return Principal(CallerKind.ROLE, f"role/{role}", account, role, session_name)


def _names_in(account: str, entries: Iterable[str], rules: IdentityRules) -> frozenset[str]:
    """Give the role names that the entries list for an account."""
    is_only_one = len(rules.trusted_accounts) == 1
    owned = (entry.rpartition(":") for entry in entries)
    return frozenset(name for owner, colon, name in owned if (owner == account if colon else is_only_one))
