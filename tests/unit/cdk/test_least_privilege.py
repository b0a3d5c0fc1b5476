"""What the synthesized roles may do, and who may become them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from deploy.policies.delivery import event_bus_policy
from deploy.policies.execution import admin_policy, authorizer_policy, encryption_policy, lambda_trust, vend_policy
from deploy.policies.groups import group_documents_policy, identity_center_policy, identity_center_role_policy
from deploy.policies.protected import admin_trust, protected_trust, revocations_role_policy
from tests.cdk.options import KEY, READER, STORE
from tests.cdk.template import Properties, Template, example_deployment

# Actions for which AWS knows no resource (Service Authorization Reference).
WITHOUT_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# A `*` in a name matches things that are made later, or the parts of one thing.
FAMILIES = {
    r"arn:aws:ssm:[a-z0-9-]+:[0-9]+:parameter/[a-z]+/(groups|issuers|policies|profiles)/\*": "made later",
    r"arn:aws:ssm:[a-z0-9-]+:[0-9]+:parameter/[a-z]+/(chat|tickets|webhooks)/\*": "made later, with secrets",
    r"arn:aws:dynamodb:[a-z0-9-]+:[0-9]+:table/[a-z-]+/index/\*": "the indexes of one table",
    r"arn:aws:logs:[a-z0-9-]+:[0-9]+:log-group:/aws/lambda/[a-z-]+:\*": "the streams of one log group",
    r"arn:aws:logs:[a-z0-9-]+:[0-9]+:log-group:/aws/kinesisfirehose/[a-z-]+:log-stream:\*": "the same",
    r"arn:aws:s3:::[a-z]+-audit-[0-9]+-[a-z0-9-]+/(audit|failed)/\*": "objects are added all the time",
    r"arn:aws:identitystore::\*:identitystore/d-[0-9a-f]{10}": "one store; a delegated administrator does not own it",
    r"arn:aws:identitystore:::(group|membership|user)/\*": "the kinds that are listed, which AWS names like this",
    r"arn:aws:iam::\*:role/sentinel/protected/\*": "protected roles are added at any time, in any account",
    r"arn:aws:iam::\*:role/SentinelRevocations(-[a-z]+)?": "accounts are added at any time; the role's name is fixed",
}
VARIANTS = ["Default", "Complete", "Private", "Account"]


def _listed(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]


def _role(template: Template, name: str) -> Properties:
    return template.named("IAM::Role", "RoleName", name)


def _inline(role: Properties) -> dict[str, Any]:
    return {policy["PolicyName"]: policy["PolicyDocument"] for policy in role["Policies"]}


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_action_is_a_wildcard(templates: Mapping[str, Template], variant: str) -> None:
    statements = list(templates[variant].statements())

    assert statements
    assert not [(who, each) for who, each in statements if "NotAction" in each or "*" in str(each["Action"])]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_resource_is_named_or_a_family_with_a_reason(templates: Mapping[str, Template], variant: str) -> None:
    for who, each in templates[variant].statements():
        assert "NotResource" not in each
        for resource in _listed(each["Resource"]):
            if resource == "*":
                assert set(_listed(each["Action"])) <= WITHOUT_RESOURCE, (who, each)
            elif "*" in resource:
                assert any(re.fullmatch(family, resource) for family in FAMILIES), (who, resource)


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_attached_but_to_protected_roles(templates: Mapping[str, Template], variant: str) -> None:
    template = templates[variant]

    assert not template.of_type("IAM::Policy")
    for role in template.of_type("IAM::Role").values():
        assert role["Path"] == "/sentinel/protected/" or "ManagedPolicyArns" not in role


def test_execution_roles_are_the_generated_policies(default: Template) -> None:
    place = example_deployment()

    assert _inline(_role(default, "sentinel-vend")) == {"vend": vend_policy(place)}
    assert _inline(_role(default, "sentinel-admin")) == {"admin": admin_policy(place)}


def test_chosen_names_are_in_the_policies(complete: Template) -> None:
    place = example_deployment("vendor", parameter_prefix="/vendor", authorizer_role="vendor-authorizer-pay")
    encryption = encryption_policy(place, KEY)
    groups = {"groups": group_documents_policy(place), "identity-center": identity_center_role_policy(READER)}

    assert _inline(_role(complete, "vendor-vend")) == {"vend": vend_policy(place), "encryption": encryption}
    assert _inline(_role(complete, "vendor-admin")) == {
        "admin": admin_policy(replace(place, name="vendor", kill_switch="SentinelRevocations-vendor")),
        "event-bus": event_bus_policy(place),
        **groups,
        "encryption": encryption,
    }
    authorizer = _role(complete, "vendor-authorizer-pay")
    assert _inline(authorizer) == {"authorizer": authorizer_policy(place), "encryption": encryption}
    assert authorizer["PermissionsBoundary"] == "arn:aws:iam::111122223333:policy/Engineers"


def test_only_lambda_runs_as_an_execution_role(complete: Template) -> None:
    roles = complete.of_type("IAM::Role").values()

    of_functions = [role for role in roles if "lambda" in str(role["AssumeRolePolicyDocument"])]
    assert len(of_functions) == 4
    assert all(role["AssumeRolePolicyDocument"] == lambda_trust() for role in of_functions)
    assert {role["RoleName"] for role in roles if role not in of_functions} == {
        "vendor-audit",
        "vendor-audit-subscription",
    }


def test_each_function_has_a_role_of_its_own(complete: Template) -> None:
    functions = complete.of_type("Lambda::Function").values()

    assert len({function["Role"] for function in functions}) == len(functions) == 4


def test_a_protected_role_trusts_only_the_vend_function(account: Template) -> None:
    role = _role(account, "reader")

    assert role["AssumeRolePolicyDocument"] == protected_trust(example_deployment())
    assert role["Path"] == "/sentinel/protected/"
    assert role["PermissionsBoundary"] == "arn:aws:iam::111122223333:policy/SentinelRevocations"
    assert role["MaxSessionDuration"] == 3600


def test_the_kill_switch_of_another_account_is_written_by_the_admin_function(account: Template) -> None:
    role = _role(account, "SentinelRevocations")

    assert role["AssumeRolePolicyDocument"] == admin_trust(example_deployment())
    assert _inline(role) == {"write-the-kill-switch": revocations_role_policy(example_deployment(), "111122223333")}


def test_identity_center_is_listed_by_the_admin_role_only_where_no_other_role_does(
    default: Template, complete: Template, private: Template, account: Template
) -> None:
    reading = identity_center_policy("aws", STORE)

    assert _inline(_role(private, "sentinel-admin"))["identity-center"] == reading
    assert _inline(_role(account, "SentinelGroups")) == {"identity-center": reading}
    assert _role(account, "SentinelGroups")["AssumeRolePolicyDocument"] == admin_trust(example_deployment())
    for template, name in ((default, "sentinel-admin"), (complete, "vendor-admin")):
        assert "identitystore:" not in str(_role(template, name))


def test_the_admin_role_becomes_the_reader_and_no_other_role_of_that_account(complete: Template) -> None:
    (statement,) = _inline(_role(complete, "vendor-admin"))["identity-center"]["Statement"]

    assert (statement["Action"], statement["Resource"]) == ("sts:AssumeRole", READER)


def test_group_documents_are_read_only_where_they_are_synchronized(
    default: Template, complete: Template, private: Template
) -> None:
    templates = (default, complete, private)
    readers = {who for each in templates for who, its in each.statements() if "/groups" in str(its["Resource"])}

    assert readers == {"vendor-admin", "sentinel-admin"}
    assert "/groups" not in str(_role(default, "sentinel-admin"))


def test_the_kill_switch_is_a_boundary_and_attached_to_no_identity(default: Template, account: Template) -> None:
    for template in (default, account):
        policy = template.only("IAM::ManagedPolicy")
        assert policy["ManagedPolicyName"] == "SentinelRevocations"
        assert not policy.keys() & {"Roles", "Users", "Groups"}
