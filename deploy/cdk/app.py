"""The CDK app that `cdk synth` and `cdk deploy` run. The context (cdk.json, or -c) says what to deploy."""

import sys

from aws_cdk import App

from deploy.cdk.context import CONTEXT_KEYS, UnusableContextError, read_context
from deploy.cdk.release import ReleaseError
from deploy.cdk.roles import ProtectedRole
from deploy.cdk.service import SentinelStack, create_document


def main() -> None:
    """Synthesize."""
    try:
        _synthesize(App())
    except (UnusableContextError, ReleaseError) as error:
        sys.exit(f"deploy.cdk: {error}")


def _synthesize(app: App) -> None:
    options = read_context({key: app.node.try_get_context(key) for key in CONTEXT_KEYS})
    stack = SentinelStack(app, "Sentinel", options.sentinel)
    for name, role in options.protected_roles.items():
        protected = ProtectedRole(
            stack,
            f"{name}Role",
            name=name,
            sentinel=stack.service.deployment,
            policies=role.policies,
            managed_policy_arns=role.managed_policy_arns,
        )
        if role.profile is not None:
            document = stack.to_json_string({"role_arn": protected.role_arn, **role.profile})
            create_document(protected, options.sentinel.parameter_prefix, f"profiles/{name}", document)
        if stack.service.kill_switch_policy is not None:
            # The role names the boundary without a reference to it, so the order is explicit.
            protected.node.add_dependency(stack.service.kill_switch_policy)
    app.synth()


if __name__ == "__main__":
    main()
