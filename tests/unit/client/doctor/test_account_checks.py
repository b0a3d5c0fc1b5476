"""Several trusted accounts: whether settings and policies say whose names they mean."""

from dataclasses import replace

import pytest

from sentinel.doctor.accounts import check_accounts
from sentinel.doctor.deployment import Deployment, discover
from sentinel.doctor.documents import Stored
from sentinel.doctor.findings import Status
from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.fields import DocumentModel
from shared.core.permissions import AdminPolicy
from tests.unit.client.doctor.account import KNOWN, healthy

TWO = ("111122223333", "444455556666")
RULES: list[tuple[type[DocumentModel], dict[str, object]]] = [
    (AdminPolicy, {"users": ["eve"], "permissions": ["read"]}),
    (ApprovalPolicy, {"profiles": ["prod"], "approvers": ["bob"]}),
    (BreakGlassPolicy, {"profiles": ["prod"], "users": ["eve"], "reasons": ["incident"]}),
]


def stored(model: type[DocumentModel], rule: dict[str, object]) -> Stored:
    rules = [rule | {"name": "mine", "accounts": [TWO[0]]}, rule | {"name": "anybodys"}]
    return Stored({"policies/x": model.model_validate({"version": "1", "rules": rules})})


@pytest.mark.parametrize(("model", "rule"), RULES)
def test_a_rule_that_names_no_account_is_a_warning_where_several_are_trusted(
    model: type[DocumentModel], rule: dict[str, object]
) -> None:
    [found] = check_accounts(replace(KNOWN, trusted_accounts=TWO), stored(model, rule))
    assert (found.status, found.about) == (Status.WARN, "document policies/x")
    assert found.message.endswith("these rules take callers of every one: anybodys")
    assert check_accounts(KNOWN, stored(model, rule)) == []
    assert check_accounts(replace(KNOWN, trusted_accounts=(TWO[0], TWO[0])), stored(model, rule)) == []


ACCESS: tuple[type[DocumentModel], dict[str, object]] = (
    AccessPolicy,
    {"effect": "deny", "conditions": {"accounts": ["999999999999", TWO[0]]}},
)


@pytest.mark.parametrize(
    ("model", "rule"), [*((model, rule | {"accounts": ["999999999999", TWO[0]]}) for model, rule in RULES), ACCESS]
)
def test_an_account_that_is_not_trusted_in_a_rule_is_a_warning(
    model: type[DocumentModel], rule: dict[str, object]
) -> None:
    document = Stored({"policies/x": model.model_validate({"version": "1", "rules": [rule | {"name": "a"}]})})
    [found] = check_accounts(replace(KNOWN, trusted_accounts=(TWO[0],)), document)
    assert found.message.startswith("no caller is from 999999999999, which rules name")
    assert check_accounts(KNOWN, document) == []


@pytest.mark.parametrize(("accounts", "roles", "warns"), [(",".join(TWO), "", 1), (",".join(TWO), "x", 0), ("", "", 0)])
async def test_unlisted_identity_center_roles_are_a_warning_where_several_accounts_are_trusted(
    accounts: str, roles: str, warns: int
) -> None:
    account = healthy()
    variables = {"SENTINEL_TRUSTED_ACCOUNTS": accounts, "SENTINEL_SSO_ROLES": roles}
    account.answers["get_caller_identity"] = {"Arn": "arn:aws:iam::111122223333:user/me", "Account": "111122223333"}
    account.answers["get_function_configuration"] = {"Environment": {"Variables": variables}}
    known = await discover(account.aws, Deployment("sentinel"))
    found = check_accounts(known, Stored())
    assert len(found) == warns
    assert all("SENTINEL_SSO_ROLES is empty" in each.message for each in found)
