"""Several trusted accounts: whether settings and policies name the accounts they mean."""

from collections.abc import Iterator, Sequence

from sentinel.doctor.deployment import Known
from sentinel.doctor.documents import Stored
from sentinel.doctor.findings import Finding, warn
from sentinel.policy.lint import of_every_account
from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.fields import DocumentModel
from shared.core.permissions import AdminPolicy


def check_accounts(known: Known, stored: Stored) -> list[Finding]:
    """Warn of rules for accounts without callers, and of names an administrator of one trusted account could take."""
    found = list(_unmet(known, stored)) if known.trusted_accounts else []
    return [*found, *_of_every_account(known, stored)] if len(set(known.trusted_accounts)) > 1 else found


def _unmet(known: Known, stored: Stored) -> Iterator[Finding]:
    """Find accounts in rules that are not trusted: no caller is from there, so such a rule has no effect."""
    for name, document in sorted(stored.documents.items()):
        named = {account: None for accounts in _accounts_in(document) for account in accounts}
        if unmet := [account for account in named if account not in known.trusted_accounts]:
            yield warn(
                f"document {name}",
                f"no caller is from {', '.join(unmet)}, which rules name: SENTINEL_TRUSTED_ACCOUNTS does not list it",
                "correct the account, or trust it",
            )


def _accounts_in(document: DocumentModel) -> Iterator[Sequence[str]]:
    match document:
        case AccessPolicy():
            yield from (rule.conditions.accounts or () for rule in document.rules)
        case ApprovalPolicy():
            yield from (rule.accounts or () for rule in document.rules)
            yield from (rule.auto_approve.accounts or () for rule in document.rules if rule.auto_approve is not None)
        case AdminPolicy() | BreakGlassPolicy():
            yield from (rule.accounts or () for rule in document.rules)
        case _:
            pass


def _of_every_account(known: Known, stored: Stored) -> Iterator[Finding]:
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
