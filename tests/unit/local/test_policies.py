import json
from dataclasses import replace
from typing import Any, cast

import pytest

from deploy.policies.caller import Task, routes_of
from deploy.policies.delivery import protect_delivery
from deploy.policies.deployment import SECRET_FOLDERS
from deploy.policies.exemptions import Exemptions
from deploy.policies.generate import (
    EXAMPLE,
    FOLDER,
    generated_policies,
    organization_policies,
    render_dense,
    rendered_files,
)
from deploy.policies.protected import protected_trust
from deploy.policies.sentinel_account import protect_data, protect_functions, protect_watching
from deploy.policies.service_control import protect_roles
from services.admin.api import ENDPOINTS as ADMIN_CALLS
from services.vend.api import ENDPOINTS as VEND_CALLS
from shared.core.stamp import PREFIX

_ACTIONS = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]


def statements(name: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", generated_policies()[name]["Statement"])


@pytest.mark.parametrize("name", sorted(rendered_files()))
def test_the_committed_files_are_what_the_functions_build(name: str) -> None:
    committed = (FOLDER / name).read_text(encoding="utf-8")
    assert committed == rendered_files()[name], "run python -m deploy.policies.generate"


def test_no_committed_file_is_left_over() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(rendered_files())


@pytest.mark.parametrize("name", sorted(organization_policies()))
def test_an_organization_policy_fits_white_space_included(name: str) -> None:
    assert len((FOLDER / name).read_bytes()) <= 5120
    assert json.loads((FOLDER / name).read_bytes()) == organization_policies()[name]


def test_the_routes_of_the_callers_are_the_routes_there_are() -> None:
    every = {f"{call.method}{call.path}" for call in (*VEND_CALLS, *ADMIN_CALLS)}
    assert set(routes_of(Task.ADMINISTER)) == every


def test_a_protected_role_trusts_the_vend_role_alone_for_all_three_actions() -> None:
    trust = statements("protected-role-trust.json")
    assert [statement["Action"] for statement in trust] == _ACTIONS
    for statement in trust:
        assert statement["Condition"]["ArnEquals"] == {"aws:PrincipalArn": EXAMPLE.vend_role_arn}
    assert trust[0]["Condition"]["StringLike"]["sts:SourceIdentity"] == f"{PREFIX}-*"


def test_a_trust_policy_fits_the_default_quota() -> None:
    assert len(json.dumps(protected_trust(EXAMPLE), separators=(",", ":"))) <= 2048


def test_the_admin_lambda_can_assume_nothing_but_the_role_that_writes_the_kill_switch_elsewhere() -> None:
    assuming = [each for each in statements("admin-execution-role.json") if "sts:" in json.dumps(each["Action"])]
    assert [each["Resource"] for each in assuming] == ["arn:aws:iam::*:role/SentinelRevocations"]


def test_the_admin_lambda_writes_one_policy_and_can_attach_none() -> None:
    writing = [each for each in statements("admin-execution-role.json") if "iam:" in json.dumps(each["Action"])]
    assert [each["Resource"] for each in writing] == ["arn:aws:iam::111122223333:policy/SentinelRevocations"]
    assert {action for each in writing for action in each["Action"]} == {
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:ListPolicyVersions",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicyVersion",
    }


def reads_or_publishes(statement: dict[str, Any]) -> bool:
    actions, resources = json.dumps(statement["Action"]), json.dumps(statement.get("Resource"))
    return "sns:Publish" in actions or ("ssm:Get" in actions and any(folder in resources for folder in SECRET_FOLDERS))


def test_only_the_admin_lambda_reads_webhooks_and_publishes() -> None:
    found = {name for name in generated_policies() if any(reads_or_publishes(each) for each in statements(name))}
    assert found == {"admin-execution-role.json"}


def test_no_policy_reads_a_path_above_the_webhooks() -> None:
    above = {EXAMPLE.arn("ssm", f"parameter{path}") for path in ("/", "/*", "/sentinel", "/sentinel/", "/sentinel/*")}
    for name in generated_policies():
        for statement in statements(name):
            resources = statement.get("Resource", [])
            assert not above & set([resources] if isinstance(resources, str) else resources), name


def test_an_organizations_policy_that_is_too_large_is_not_written() -> None:
    exempt = Exemptions(
        "aws", deployers=[f"a-role-with-a-long-name-{each}" for each in range(20)], break_glass="BreakGlass"
    )
    with pytest.raises(ValueError, match=r"begins with OnlyVendBecomesProtected has .* bytes, 5120 are allowed"):
        render_dense(protect_roles(EXAMPLE, exempt))


@pytest.mark.parametrize("name", sorted(generated_policies()))
def test_every_set_operator_is_paired_with_null(name: str) -> None:
    for statement in statements(name):
        condition = statement.get("Condition", {})
        for key in condition.get("ForAllValues:StringEquals", {}):
            assert condition["Null"][key] == "false"


# In the policy of a key, the asterisk is the key.
@pytest.mark.parametrize("name", sorted(generated_policies().keys() - {"signing-key.json"}))
def test_only_traces_are_allowed_on_every_resource(name: str) -> None:
    everywhere = [statement for statement in statements(name) if statement.get("Resource") == "*"]
    assert all(statement["Sid"] == "WriteTraces" for statement in everywhere)


def test_guard_rails_of_another_deployment_name_its_own_parts_and_no_others() -> None:
    names = {"vend_role": "vend", "authorizer_role": "authorizer", "admin_role": "admin", "topic": "events"}
    tables = {"session_table": "sessions", "grant_table": "grants", "budget_table": "budgets"}
    deployment = replace(
        EXAMPLE,
        name="pay",
        parameter_prefix="/pay",
        **{field: f"pay-{name}" for field, name in {**names, **tables}.items()},
    )
    exempt = Exemptions("aws", deployers=["deploy"], break_glass="BreakGlass", operators=["Operator"])
    for document in (
        protect_functions(deployment, exempt),
        protect_data(deployment, exempt),
        protect_watching(deployment, exempt),
        protect_delivery(deployment, exempt),
    ):
        text = json.dumps(document)
        assert "pay-" in text
        assert "sentinel" not in text
