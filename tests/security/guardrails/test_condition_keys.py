"""Each condition key of a policy is one that each action of its statement has.

A key an action lacks makes an Allow that never allows, or a Deny that always does or never.
"""

import pytest

from deploy.docs.actions.conditions import actions_of, every_policy, keys_of, statements_of
from deploy.docs.actions.reference import load_reference
from deploy.policies.deployment import Policy, policy

KEYS = load_reference().condition_keys


def misplaced(document: Policy) -> list[str]:
    """List keys that an action lacks. A pattern of actions has only the keys that every action has."""
    return sorted(
        f"{statement.get('Sid')}: {action} has no {key}"
        for statement in statements_of(document)
        for action in actions_of(statement)
        for key in keys_of(statement)
        if not has(action, key)
    )


def has(action: str, key: str) -> bool:
    """Look a key up. Of a tag's or a context's key the name is open: `aws:RequestTag/${TagKey}`."""
    known = {each.lower().partition("$")[0] for each in KEYS.get(action, ())}
    return key in known or key.startswith(tuple(each for each in known if each.endswith(("/", ":"))))


@pytest.mark.parametrize("name", every_policy())
def test_every_condition_key_belongs_to_each_action_of_its_statement(name: str) -> None:
    assert misplaced(every_policy()[name]) == []


@pytest.mark.parametrize(
    ("actions", "condition", "complaint"),
    [
        (
            ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"],
            {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
            "lambda:InvokeFunctionUrl has no lambda:invokedviafunctionurl",
        ),
        (
            "lambda:InvokeFunction",
            {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
            "lambda:InvokeFunction has no",
        ),
        ("lambda:*", {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}, r"lambda:\* has no"),
        ("sts:TagSession", {"StringLike": {"sts:RoleSessionName": "x"}}, "sts:TagSession has no sts:rolesessionname"),
        ("sts:SetSourceIdentity", {"StringLike": {"aws:RequestTag/x": "y"}}, "has no aws:requesttag/x"),
    ],
)
def test_a_key_that_an_action_lacks_is_found(actions: object, condition: object, complaint: str) -> None:
    document = policy({"Sid": "X", "Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition})
    assert any(complaint.replace("\\", "") in each for each in misplaced(document))


def test_keys_that_every_request_has_belong_to_every_action() -> None:
    condition = {"ArnNotEquals": {"aws:PrincipalArn": "x"}, "StringLike": {"aws:SourceIdentity": "sentinel-*"}}
    document = policy({"Effect": "Deny", "NotAction": ["s3:Get*"], "Resource": "*", "Condition": condition})
    assert misplaced(document) == []
