"""The policies of the Terraform modules are the ones the code's constants give."""

import dataclasses
import json
import re
from string import Template

import pytest

from deploy.policies.deployment import Policy
from deploy.policies.execution import encryption_policy
from deploy.policies.generate import (
    EXAMPLE,
    EXAMPLE_KEY_ADMINISTRATORS,
    EXAMPLE_READER,
    EXAMPLE_SIGNERS,
    EXAMPLE_STORE,
    SUFFIX,
    TERRAFORM_FOLDER,
    generated_policies,
    policy_templates,
    terraform_files,
)
from deploy.policies.signing import signer_policy
from shared.core.kill_switch import MAX_LENGTH

GUARDED = EXAMPLE.guarded.statements()
API_ID, KEY_ARN = "a1b2c3d4e5", "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d"
# Templates whose example has another name, or more than Terraform deploys.
EXAMPLES = {
    "vend": "vend-execution-role.json",
    "authorizer": "authorizer-execution-role.json",
    "admin": "admin-execution-role.json",
    "execution-role-trust": "execution-role-trust.json",
    "protected-role-trust": "protected-role-trust.json",
    "admin-trust": "admin-trust.json",
    "groups": "groups.json",
    "identity-center": "identity-center.json",
    "identity-center-role": "identity-center-role.json",
    "operator": "operator.json",
    "signing-key": "signing-key.json",
    "writer": "writer.json",
}


def fill_in(name: str) -> Policy:
    """Render a template as `templatefile` does, for the example's deployment."""
    text = (TERRAFORM_FOLDER / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    others = {"identity_store_id": EXAMPLE_STORE, "identity_store_role_arn": EXAMPLE_READER}
    others |= {"administrator_arn": EXAMPLE_KEY_ADMINISTRATORS, "signer_arn": EXAMPLE_SIGNERS}
    deployment = {**dataclasses.asdict(EXAMPLE), **others, "api_id": API_ID, "key_arn": KEY_ARN}
    policy: Policy = json.loads(Template(text).substitute(deployment))
    return policy


@pytest.mark.parametrize("name", sorted(terraform_files()))
def test_the_committed_files_are_what_the_functions_build(name: str) -> None:
    committed = (TERRAFORM_FOLDER / name).read_text(encoding="utf-8")
    assert committed == terraform_files()[name], "run python -m deploy.policies.generate"


def test_no_committed_file_is_left_over() -> None:
    assert {file.name for file in TERRAFORM_FOLDER.iterdir()} == set(terraform_files())


@pytest.mark.parametrize(("name", "example"), EXAMPLES.items())
def test_a_template_filled_in_is_the_policy_itself(name: str, example: str) -> None:
    assert fill_in(name) == generated_policies()[example]


def test_the_encryption_template_filled_in_is_the_policy_itself() -> None:
    assert fill_in("encryption") == encryption_policy(EXAMPLE, KEY_ARN)


def test_the_signers_template_filled_in_is_the_policy_itself() -> None:
    assert fill_in("signer") == signer_policy(EXAMPLE, KEY_ARN)


def test_a_caller_may_invoke_the_one_api() -> None:
    [statement] = _statements(fill_in("caller"))
    assert statement["Action"] == "execute-api:Invoke"
    assert statement["Resource"] == [f"arn:aws:execute-api:eu-central-1:111122223333:{API_ID}/*"]


@pytest.mark.parametrize("name", sorted(policy_templates()))
def test_nothing_in_a_template_is_dollar_sign_syntax_but_its_placeholders(name: str) -> None:
    """An IAM policy variable would need escaping, or Terraform would take it for its own."""
    text = (TERRAFORM_FOLDER / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    others = {"api_id", "key_arn", "identity_store_id", "identity_store_role_arn", "administrator_arn", "signer_arn"}
    known = {field.name for field in dataclasses.fields(EXAMPLE)} | others
    assert set(re.findall(r"[$%]\{([^}]*)\}", text)) <= known


def test_the_first_boundary_denies_nothing_but_to_change_it_and_fits() -> None:
    document = fill_in("nothing-revoked")
    first = [{key: value for key, value in each.items() if key != "Sid" or value == "Keep"} for each in GUARDED]
    assert _statements(document) == first
    assert len(json.dumps(document)) <= MAX_LENGTH


def _statements(policy: Policy) -> list[dict[str, object]]:
    statements = policy["Statement"]
    assert isinstance(statements, list)
    return statements
