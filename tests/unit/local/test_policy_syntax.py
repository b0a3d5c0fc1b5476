"""Every policy as cfn-lint reads it: actions, operators and elements that exist."""

import json
from collections.abc import Mapping
from typing import Any, cast

from deploy.policies.deployment import Policy, Statement, policy
from deploy.policies.generate import generated_policies, organization_policies


def problems(policies: Mapping[str, Policy]) -> list[str]:
    from cfnlint.api import ManualArgs, lint  # noqa: PLC0415 - slow to import, and every worker collects this file

    resources = {"".join(filter(str.isalnum, name)): _resource(name, policies[name]) for name in policies}
    template = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
    found = lint(template, config=ManualArgs(regions=["eu-central-1"]))
    return [f"{match.rule.id} {match.message}" for match in found]


def _resource(name: str, document: Policy) -> Mapping[str, Any]:
    """Put a policy where cfn-lint looks into it: it does not look into AWS::Organizations::Policy."""
    if "trust" in name:
        return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}
    statements = cast("list[dict[str, Any]]", document["Statement"])
    # A managed policy has no principal; that one is there and `*`, the simulator's validator sees to.
    bare = [{key: value for key, value in each.items() if key != "Principal"} for each in statements]
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy(*bare)}}


def test_cfn_lint_finds_nothing_in_any_policy() -> None:
    assert problems({**generated_policies(), **organization_policies()}) == []


def test_cfn_lint_looks_into_each_kind_of_policy() -> None:
    condition = {"ArnNotEqual": {"aws:PrincipalArn": "x"}}
    statement: Statement = {"Effect": "Deny", "Action": "sts:AssumeRol", "Condition": condition}
    trust: Statement = {**statement, "Principal": {"AWS": "111122223333"}}
    for name, wrong in (("trust", trust), ("scp", {**statement, "Resource": "*"})):
        found = " ".join(problems({name: policy(wrong)}))
        assert "W3037" in found
        assert "ArnNotEqual" in found
