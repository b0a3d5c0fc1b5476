"""Which condition keys the policies use with which actions: a key that an action lacks never holds, or always does."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from deploy.policies.caller import rest_api_policy
from deploy.policies.deployment import Policy
from deploy.policies.execution import encryption_policy
from deploy.policies.generate import (
    EXAMPLE,
    EXAMPLE_KEY_ARN,
    generated_policies,
    organization_policies,
    policy_templates,
)

# Keys that every request has or may have; those of tags are for each action to have (IAM User Guide, "AWS global
# condition context keys").
_OF_TAGS = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")


def every_policy() -> Mapping[str, Policy]:
    """Build every policy there is a function for, by a name."""
    private = rest_api_policy(EXAMPLE, accounts=["1"], vpc_endpoint_ids=["vpce-1"], source_ips=["10.0.0.0/8"])
    public = rest_api_policy(EXAMPLE, accounts=["1"], source_ips=["192.0.2.0/24"])
    return {
        **generated_policies(),
        **organization_policies(),
        **{f"{name}.json.tftpl": template for name, template in policy_templates().items()},
        "encryption": encryption_policy(EXAMPLE, EXAMPLE_KEY_ARN),
        "rest-api-private": private,
        "rest-api-public": public,
    }


def statements_of(document: Policy) -> Iterator[dict[str, Any]]:
    """Give the statements of a policy."""
    yield from cast("list[dict[str, Any]]", document["Statement"])


def actions_of(statement: Mapping[str, Any]) -> list[str]:
    """List the actions a statement names; a pattern for `NotAction`, which names what it leaves."""
    actions = statement.get("Action", "*")
    return [actions] if isinstance(actions, str) else actions


def keys_of(statement: Mapping[str, Any]) -> set[str]:
    """List the condition keys of a statement that only some actions have, in lower case, tags without their name."""
    found = {key.lower() for keys in statement.get("Condition", {}).values() for key in keys}
    return {key for key in found if not key.startswith("aws:") or key.startswith(_OF_TAGS)}


def actions_named() -> set[str]:
    """List the actions whose keys are looked up: those of statements with a key that not every action has."""
    return {
        action
        for document in every_policy().values()
        for statement in statements_of(document)
        if keys_of(statement)
        for action in actions_of(statement)
        if "*" not in action
    }
