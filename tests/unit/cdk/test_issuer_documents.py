"""Issuer documents: what is in them, and who may write them."""

import json
from typing import Any

from deploy.policies.caller import operator_policy
from deploy.policies.execution import admin_policy, vend_policy
from deploy.policies.generate import EXAMPLE
from deploy.policies.issuers import Issuer

DOCUMENTS = "arn:aws:ssm:eu-central-1:111122223333:parameter/sentinel/issuers"


def allowed(policy: Any, action: str) -> set[str]:
    """Give the issuers' resources that a policy allows an action on."""
    resources: set[str] = set()
    for each in policy["Statement"]:
        if action in each["Action"]:
            resources |= {each["Resource"]} if isinstance(each["Resource"], str) else {*each["Resource"]}
    return {resource for resource in resources if "/issuers" in resource}


def test_a_document_has_the_chosen_keys_and_no_other() -> None:
    people = Issuer(issuer="https://login.example.com", audiences=("sentinel",), kind="people", namespace="")
    claims = {"repository_owner_id": ("1",)}
    workload = Issuer(issuer="https://login.example.com", audiences=("a", "b"), kind="workload", required_claims=claims)

    common = {"version": "1", "issuer": "https://login.example.com"}
    assert json.loads(people.document) == {**common, "audiences": ["sentinel"], "kind": "people", "namespace": ""}
    assert json.loads(workload.document) == {
        **common,
        "audiences": ["a", "b"],
        "kind": "workload",
        "required_claims": {"repository_owner_id": ["1"]},
    }


def test_operators_read_issuer_documents_and_do_not_write_them() -> None:
    policy = operator_policy(EXAMPLE)

    assert allowed(policy, "ssm:GetParametersByPath") == {DOCUMENTS, f"{DOCUMENTS}/*"}
    assert allowed(policy, "ssm:PutParameter") == allowed(policy, "ssm:DeleteParameter") == set()


def test_the_functions_read_issuer_documents() -> None:
    for policy in (vend_policy(EXAMPLE), admin_policy(EXAMPLE)):
        assert f"{DOCUMENTS}/*" in allowed(policy, "ssm:GetParameters")
        assert allowed(policy, "ssm:PutParameter") == set()
