"""Names and paths that look like an exempt one. What a pattern matches must be what only exempt roles can create."""

from typing import Any, cast

import pytest

from deploy.policies.caller import doctor_policy
from deploy.policies.exemptions import Exemptions
from deploy.policies.generate import EXAMPLE, EXAMPLE_EXEMPTIONS, organization_policies
from tests.security.guardrails.organization import PROTECTED, SENTINEL, SWITCH, WORKLOAD, Organization, role

SSO = "/aws-reserved/sso.amazonaws.com/"
OPERATOR = "AWSReservedSSO_SentinelOperator_0123456789abcdef"
DOCUMENT = EXAMPLE.parameters("policies/access")
ROLES_OF_OTHERS = [
    ("AWSReservedSSO_SentinelOperator_ReadOnly_0123456789abcdef", f"{SSO}eu-central-1/"),
    ("AWSReservedSSO_SentinelOperator_a_0123456789abcdef", f"{SSO}eu-central-1/"),
    ("AWSReservedSSO_SentinelOperator__0123456789abcdef", SSO),
    ("AWSReservedSSO_SentinelOperator2_0123456789abcdef", f"{SSO}eu-central-1/"),
    ("AWSReservedSSO_xSentinelOperator_0123456789abcdef", f"{SSO}eu-central-1/"),
    ("AWSReservedSSO_AWSReservedSSO_SentinelOperator_0123456789abcdef", f"{SSO}eu-central-1/"),
    ("xAWSReservedSSO_SentinelOperator_0123456789abcdef", SSO),
    ("AWSReservedSSO_SentinelOperator_0123456789abcde", SSO),
    ("AWSReservedSSO_SentinelOperator_", SSO),
    ("awsreservedsso_sentineloperator_0123456789abcdef", SSO),
]


@pytest.mark.parametrize("path", [SSO, f"{SSO}eu-central-1/", f"{SSO}us-gov-west-1/"])
def test_the_operators_permission_set_is_exempt_wherever_identity_center_is(
    organization: Organization, path: str
) -> None:
    operator = role(OPERATOR, SENTINEL, path)
    assert organization.decide(operator, "ssm:PutParameter", DOCUMENT, SENTINEL).allowed
    assert organization.decide(operator, "s3:GetObject", "arn:aws:s3:::ledger/a", SENTINEL).allowed


@pytest.mark.parametrize(("name", "path"), ROLES_OF_OTHERS)
def test_a_permission_set_whose_name_resembles_the_operators_is_no_operator(
    organization: Organization, name: str, path: str
) -> None:
    other = role(name, SENTINEL, path)
    writing = organization.decide(other, "ssm:PutParameter", DOCUMENT, SENTINEL)
    assert writing.denying == ["PeopleAskSentinel", "OnlyOperatorsWriteDocuments"]
    reading = organization.decide(other, "s3:GetObject", "arn:aws:s3:::ledger/a", SENTINEL)
    assert reading.denying == ["PeopleAskSentinel"]


@pytest.mark.parametrize("path", ["/", "/x/", "/aws-reserved/", "/aws-reserved/sso.amazonaws.com.example/"])
def test_a_role_of_an_operators_name_elsewhere_writes_no_document(organization: Organization, path: str) -> None:
    verdict = organization.decide(role(OPERATOR, SENTINEL, path), "ssm:PutParameter", DOCUMENT, SENTINEL)
    assert verdict.denying == ["OnlyOperatorsWriteDocuments"]


@pytest.mark.parametrize("name", ["Sentinel*", "Sentinel?perator", "*", "", "a/b", "x" * 33])
def test_a_pattern_is_no_operator(name: str) -> None:
    with pytest.raises(ValueError, match="give each exact name"):
        Exemptions("aws", deployers=(), break_glass="BreakGlass", operators=(name,))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("sentinel-deploy2", "/"),
        ("xsentinel-deploy", "/"),
        ("sentinel-deploy", "/x/"),
        ("x", "/sentinel-deploy/"),
        ("sentinel-deploy", "/x:role/"),
        ("BreakGlassReader", "/"),
        ("OrganizationAccountAccessRole-x", "/"),
        ("SENTINEL-DEPLOY", "/"),
    ],
)
def test_a_role_whose_name_resembles_a_exempt_one_changes_nothing(
    organization: Organization, name: str, path: str
) -> None:
    impostor = role(name, WORKLOAD, path)
    denied = organization.decide(impostor, "iam:UpdateAssumeRolePolicy", PROTECTED)
    assert denied.denying == ["OnlyExemptChangeRoles"]


def exempt_patterns() -> set[str]:
    """Collect whom any statement spares or means by `aws:PrincipalArn`, where the ARN has a `*` or `?` in its name."""
    found = set()
    for document in organization_policies().values():
        for statement in cast("list[dict[str, Any]]", document["Statement"]):
            for operator, keys in statement.get("Condition", {}).items():
                arns = keys.get("aws:PrincipalArn", []) if operator.startswith("ArnNot") else []
                found |= {arn for arn in ([arns] if isinstance(arns, str) else arns) if {"*", "?"} & set(arn[20:])}
    return found


def test_no_one_else_can_make_a_role_that_a_pattern_exempts() -> None:
    changing = cast("list[dict[str, Any]]", organization_policies()["scp-protected-roles.json"]["Statement"])
    kept = next(each["Resource"] for each in changing if each["Sid"] == "OnlyExemptChangeRoles")
    patterns = exempt_patterns() - set(kept)
    assert patterns == set(EXAMPLE_EXEMPTIONS.operator_arns), "of these only Identity Center makes roles"
    assert all(arn.startswith(f"arn:aws:iam::*:role{SSO}") for arn in patterns)


@pytest.mark.parametrize(
    "name", ["sentinel-authorizer/x", "sentinel-authorizer-x", "stacksets-exec-x/y", "stacksets-exec-"]
)
@pytest.mark.parametrize(
    "action", ["iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PassRole", "iam:PutRolePolicy"]
)
def test_only_exempt_roles_create_a_role_of_an_exempt_pattern(
    organization: Organization, name: str, action: str
) -> None:
    arn = f"arn:aws:iam::{SENTINEL}:role/{name}"
    developer = organization.decide(role("Developer", SENTINEL), action, arn, SENTINEL)
    assert developer.denying == ["OnlyExemptChangeRoles"]


@pytest.mark.parametrize(
    "boundary",
    [
        f"arn:aws:iam::{WORKLOAD}:policy/x/SentinelRevocations",
        f"arn:aws:iam::{WORKLOAD}:policy/x:policy/SentinelRevocations",
        f"{SWITCH}2",
        SWITCH.replace("Revocations", "revocations"),
    ],
)
@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePermissionsBoundary"])
def test_a_boundary_whose_name_or_path_resembles_the_kill_switch_is_none(
    organization: Organization, action: str, boundary: str
) -> None:
    deployer = role("sentinel-deploy")
    verdict = organization.decide(deployer, action, PROTECTED, iam_PermissionsBoundary=boundary)
    assert verdict.denying == ["ProtectedKeepSwitch"]
    assert organization.decide(deployer, action, PROTECTED, iam_PermissionsBoundary=SWITCH).allowed


@pytest.mark.parametrize("name", ["sentinel-vendor", "sentinel-admins", "sentinel-authorizers", "xsentinel-vend"])
def test_the_doctor_reads_the_settings_of_sentinels_functions_and_of_none_that_resemble_them(
    organization: Organization, name: str
) -> None:
    def reads(function: str) -> bool:
        arn = EXAMPLE.arn("lambda", f"function:{function}")
        action = "lambda:GetFunctionConfiguration"
        return organization.decide(
            role("Developer", SENTINEL), action, arn, SENTINEL, allowing=doctor_policy(EXAMPLE), closed=True
        ).allowed

    assert not reads(name)
    assert all(reads(f"sentinel-{own}") for own in ("vend", "vend:live", "admin", "authorizer", "authorizer-ledger"))
