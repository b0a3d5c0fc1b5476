"""Issuer documents: what is in them, and who may write them."""

import json
from typing import Any

from deploy.cdk.options import as_stored
from deploy.policies.caller import operator_policy
from deploy.policies.deployment import Deployment
from deploy.policies.execution import admin_policy, vend_policy
from deploy.policies.generate import EXAMPLE
from deploy.policies.issuers import Issuer
from deploy.policies.signing import writer_policy
from tests.cdk.template import Template
from tests.signatures import public_key, sign

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


def test_a_signature_comes_before_the_document_and_is_no_part_of_it() -> None:
    chosen = {"issuer": "https://login.example.com", "audiences": ("sentinel",), "kind": "people"}
    unsigned = Issuer.model_validate(chosen)
    signature = sign(unsigned.document, "issuers/corp")
    signed = Issuer.model_validate({**chosen, "signature": signature})
    assert signed.document == unsigned.document == unsigned.stored
    assert signed.stored == f"{signature}\n{unsigned.document}"
    assert as_stored(signed.stored + " " * 5000) == signed.stored + " " * 5000


def test_where_documents_are_signed_operators_neither_sign_nor_delete(complete: Template, default: Template) -> None:
    deployment = Deployment.named("vendor", "aws", "eu-central-1", "111122223333", parameter_prefix="/vendor")
    assert json.loads(complete.outputs["OperatorPolicy"]) == writer_policy(deployment)
    assert json.loads(default.outputs["OperatorPolicy"]) == operator_policy(EXAMPLE)
    for function in ("vend", "admin"):
        variables = complete.named("Lambda::Function", "FunctionName", f"vendor-{function}")["Environment"]["Variables"]
        assert variables["SENTINEL_DOCUMENT_KEYS"] == public_key()
    [corp] = [text for name, text in complete.outputs.items() if name == "IssuerCorpDocument"]
    assert corp == complete.named("SSM::Parameter", "Name", "/vendor/issuers/corp")["Value"]


def test_operators_read_issuer_documents_and_do_not_write_them() -> None:
    policy = operator_policy(EXAMPLE)

    assert allowed(policy, "ssm:GetParametersByPath") == {DOCUMENTS, f"{DOCUMENTS}/*"}
    assert allowed(policy, "ssm:PutParameter") == allowed(policy, "ssm:DeleteParameter") == set()


def test_the_functions_read_issuer_documents() -> None:
    for policy in (vend_policy(EXAMPLE), admin_policy(EXAMPLE)):
        assert f"{DOCUMENTS}/*" in allowed(policy, "ssm:GetParameters")
        assert allowed(policy, "ssm:PutParameter") == set()
