"""What a caller's own policy lets through: routes by task, and a Function URL in no other way."""

import pytest

from deploy.policies.caller import Task, caller_policy, operator_policy, routes_of
from deploy.policies.deployment import Policy
from deploy.policies.generate import EXAMPLE, EXAMPLE_SIGNING_KEY, generated_policies
from services.admin.api import ENDPOINTS as ADMIN_CALLS
from services.vend.api import ENDPOINTS as VEND_CALLS
from tests.security.guardrails.organization import SENTINEL, Organization, role

PERSON = role("Developer", SENTINEL)
OPERATOR = role(
    "AWSReservedSSO_SentinelOperator_0123456789abcdef", SENTINEL, "/aws-reserved/sso.amazonaws.com/eu-central-1/"
)
CALLER = caller_policy(EXAMPLE, "a1b2c3d4e5", function_url=EXAMPLE.vend_role)
FUNCTIONS = [EXAMPLE.arn("lambda", f"function:{name}") for name in (EXAMPLE.vend_role, f"{EXAMPLE.vend_role}:live")]


@pytest.mark.parametrize("task", Task)
def test_a_callers_task_takes_its_own_routes_and_no_other(organization: Organization, task: Task) -> None:
    mine = set(routes_of(task))
    document = generated_policies()[f"caller-{task}.json"]
    for call in (*VEND_CALLS, *ADMIN_CALLS):
        route = f"{call.method}{call.path}"
        arn = EXAMPLE.arn("execute-api", f"a1b2c3d4e5/$default/{route.replace('{id}', '0123456789abcdef')}")
        verdict = organization.decide(PERSON, "execute-api:Invoke", arn, SENTINEL, allowing=document)
        assert verdict.allowed == (route in mine), route


def may(organization: Organization, action: str, function: str, **keys: str) -> bool:
    asking = PERSON.having(**keys)
    return organization.decide(asking, action, function, SENTINEL, allowing=CALLER, closed=True).allowed


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_caller_may_do_both_things_a_function_url_asks_for(organization: Organization, function: str) -> None:
    assert may(organization, "lambda:InvokeFunctionUrl", function, lambda_FunctionUrlAuthType="AWS_IAM")
    assert may(organization, "lambda:InvokeFunction", function, lambda_InvokedViaFunctionUrl="true")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_caller_of_a_function_url_invokes_no_function_directly(organization: Organization, function: str) -> None:
    assert not may(organization, "lambda:InvokeFunction", function)
    assert not may(organization, "lambda:InvokeFunction", function, lambda_InvokedViaFunctionUrl="false")
    assert not may(organization, "lambda:InvokeFunctionUrl", function, lambda_FunctionUrlAuthType="NONE")
    assert not may(organization, "lambda:InvokeAsync", function)


@pytest.mark.parametrize("name", ["sentinel-vendor", "sentinel-admin", "sentinel-vend-x:live"])
def test_a_caller_of_a_function_url_calls_that_function_only(organization: Organization, name: str) -> None:
    other = EXAMPLE.arn("lambda", f"function:{name}")
    assert not may(organization, "lambda:InvokeFunctionUrl", other, lambda_FunctionUrlAuthType="AWS_IAM")
    assert not may(organization, "lambda:InvokeFunction", other, lambda_InvokedViaFunctionUrl="true")


def operates(organization: Organization, action: str, path: str, *, guarded: bool) -> bool:
    arn = EXAMPLE.arn("ssm", f"parameter{path}")
    document = operator_policy(EXAMPLE)
    return organization.decide(OPERATOR, action, arn, SENTINEL, allowing=document, guarded=guarded).allowed


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "by the policy alone"])
@pytest.mark.parametrize("path", ["/sentinel/policies/access", "/sentinel/profiles/prod"])
def test_an_operator_keeps_documents(organization: Organization, path: str, *, guarded: bool) -> None:
    for action in ("ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter", "ssm:DeleteParameter"):
        assert operates(organization, action, path, guarded=guarded), action
    assert operates(organization, "ssm:GetParametersByPath", path.rsplit("/", 1)[0], guarded=guarded)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "by the policy alone"])
@pytest.mark.parametrize("name", ["webhooks/one", "tickets/one", "chat/slack"])
def test_an_operator_stores_documents_with_secrets_and_reads_none(
    organization: Organization, name: str, *, guarded: bool
) -> None:
    secret, folder = f"/sentinel/{name}", name.split("/", maxsplit=1)[0]
    assert operates(organization, "ssm:PutParameter", secret, guarded=guarded)
    assert operates(organization, "ssm:DeleteParameter", secret, guarded=guarded)
    for action in ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParameterHistory"):
        assert not operates(organization, action, secret, guarded=guarded), action
    for path in ("/", "/sentinel", "/sentinel/", f"/sentinel/{folder}", f"/sentinel/{folder}/"):
        assert not operates(organization, "ssm:GetParametersByPath", path, guarded=guarded), path


SIGNER, WRITER = (generated_policies()[f"{name}.json"] for name in ("signer", "writer"))
POLICIES = EXAMPLE.parameters("policies/access")


def two(organization: Organization, action: str, arn: str, document: Policy, **keys: str) -> bool:
    asking = OPERATOR.having(**keys)
    return organization.decide(asking, action, arn, SENTINEL, allowing=document, guarded=False).allowed


@pytest.mark.parametrize("kind", ["policies/access", "profiles/dev", "groups/oncall"])
def test_who_signs_stores_nothing_and_who_stores_neither_signs_nor_deletes(
    organization: Organization, kind: str
) -> None:
    arn = EXAMPLE.parameters(kind)
    assert two(organization, "kms:Sign", EXAMPLE_SIGNING_KEY, SIGNER)
    assert two(organization, "ssm:GetParameter", arn, SIGNER)
    assert not two(organization, "ssm:PutParameter", arn, SIGNER)
    assert two(organization, "ssm:PutParameter", arn, WRITER)
    assert not two(organization, "kms:Sign", EXAMPLE_SIGNING_KEY, WRITER)
    for action in ("ssm:DeleteParameter", "ssm:DeleteParameters"):
        assert not two(organization, action, arn, WRITER)
        assert not two(organization, action, arn, SIGNER)


def test_a_writer_gives_no_parameter_an_end(organization: Organization) -> None:
    """A parameter policy can have Parameter Store delete the parameter, whose versions then count from 1 again."""
    assert two(organization, "ssm:PutParameter", POLICIES, WRITER, ssm_Policies="false")
    assert not two(organization, "ssm:PutParameter", POLICIES, WRITER, ssm_Policies="true")
