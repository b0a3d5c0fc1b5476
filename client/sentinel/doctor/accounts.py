"""Names across accounts: where several are trusted, whether settings and policies say which account they mean."""

from collections.abc import Iterator

from sentinel.doctor.deployment import Known
from sentinel.doctor.documents import Stored
from sentinel.doctor.findings import Finding, warn
from shared.core.admin_policy import AdminPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.lints import of_every_account


def check_accounts(known: Known, stored: Stored) -> list[Finding]:
    """Warn of names that who administers any one of several trusted accounts could make for themselves."""
    return list(_warnings(known, stored)) if len(set(known.trusted_accounts)) > 1 else []


def _warnings(known: Known, stored: Stored) -> Iterator[Finding]:
    count = len(set(known.trusted_accounts))
    if not known.lists_sso_roles:
        yield warn(
            "identity",
            f"{count} accounts are trusted and SENTINEL_SSO_ROLES is empty: in any of them, a role that is named like "
            "Identity Center's makes its session name a user",
            "list the roles, each as account:name",
        )
    for name, document in sorted(stored.documents.items()):
        if isinstance(document, AdminPolicy | ApprovalPolicy | BreakGlassPolicy):
            rules = ", ".join(rule.name for _, rule in of_every_account(document.rules))
            if rules:
                yield warn(
                    f"document {name}",
                    f"{count} accounts are trusted, and these rules take callers of every one: {rules}",
                    'name the accounts they are for: accounts: ["123456789012"]',
                )
