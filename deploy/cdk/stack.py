"""The service as a stack, with outputs for its users."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from deploy.cdk.names import construct_name
from deploy.cdk.options import ServiceOptions
from deploy.cdk.service import SentinelService


class SentinelStack(Stack):
    """One deployment in one stack."""

    def __init__(self, scope: Construct, construct_id: str, options: ServiceOptions, **stack: Any) -> None:
        super().__init__(scope, construct_id, description="Sentinel: server-side AWS credential vending", **stack)
        self.service = SentinelService(self, "Sentinel", options)
        for name, value in _outputs(self.service).items():
            CfnOutput(self, name, value=value)


def _outputs(service: SentinelService) -> dict[str, str]:
    found = {
        "VendRoleArn": service.deployment.vend_role_arn,
        "AdminRoleArn": service.deployment.role_arn(service.deployment.admin_role),
        "TopicArn": service.topic.ref,
        **{
            construct_name(f"authorizer-{key}", "Arn"): each.alias.function_arn
            for key, each in service.authorizers.items()
        },
    }
    if service.http_api is not None:
        found |= {"HttpApiUrl": service.http_api.url, "HttpApiId": service.http_api.api_id}
    if service.rest_api is not None:
        found |= {"RestApiUrl": service.rest_api.url, "RestApiId": service.rest_api.api_id}
    if service.kill_switch_policy is not None:
        found["KillSwitchPolicyArn"] = service.kill_switch_policy.ref
    return found
