"""The REST API in front of the same functions; unlike an HTTP API it has a resource policy and private endpoints."""

from collections.abc import Mapping
from typing import Any, Final, cast

from aws_cdk import CfnResource, aws_apigateway, aws_iam, aws_logs
from constructs import Construct

from deploy.cdk.function import SentinelFunction
from deploy.cdk.http_api import ACCESS_LOG_FORMAT
from deploy.cdk.options import RestApi as RestApiOptions
from deploy.cdk.options import ServiceOptions
from deploy.policies.caller import rest_api_policy
from deploy.policies.deployment import Deployment
from deploy.policies.routes import ROUTES
from deploy.policies.settings import check_settings

# A method's settings replace all of the stage's. No execution logs: they would contain headers, which contain tokens.
_OBSERVED: Final[Mapping[str, Any]] = {
    "metrics_enabled": True,
    "logging_level": aws_apigateway.MethodLoggingLevel.OFF,
    "data_trace_enabled": False,
}


class RestApi(Construct):
    """The REST API. The library's construct creates a new deployment when a route or the resource policy changes."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        rest: RestApiOptions,
        options: ServiceOptions,
        deployment: Deployment,
        access_log: aws_logs.CfnLogGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        accounts = check_settings(options.settings).trusted_accounts or (deployment.account,)
        policy = rest_api_policy(
            deployment,
            accounts=accounts,
            vpc_endpoint_ids=rest.vpc_endpoint_ids,
            source_ips=rest.source_ips,
        )
        self._api = aws_apigateway.RestApi(
            self,
            "Api",
            rest_api_name=f"{options.name}-{rest.type.lower()}",
            description="Sentinel, from the networks its resource policy names",
            policy=aws_iam.PolicyDocument.from_json(policy),
            cloud_watch_role=False,
            deploy_options=_stage(self, rest, options, access_log),
        )
        endpoints = {"VpcEndpointIds": list(rest.vpc_endpoint_ids)} if rest.vpc_endpoint_ids else {}
        cast("CfnResource", self._api.node.default_child).add_property_override(
            "EndpointConfiguration",
            {"Types": [rest.type], **endpoints},
        )
        # The stack defines its own outputs.
        self._api.node.try_remove_child("Endpoint")
        self.api_id: str = self._api.rest_api_id
        self.url: str = self._api.url

    def open(self, functions: Mapping[str, SentinelFunction]) -> None:
        """Add the routes to the functions. Each integration may invoke the alias for its own method and path only."""
        for route in ROUTES:
            resource = self._api.root.resource_for_path(route.path)
            integration = aws_apigateway.LambdaIntegration(functions[route.function].alias, allow_test_invoke=False)
            resource.add_method(
                route.method,
                integration,
                authorization_type=aws_apigateway.AuthorizationType.IAM,
            )


def _stage(
    scope: Construct,
    rest: RestApiOptions,
    options: ServiceOptions,
    access_log: aws_logs.CfnLogGroup,
) -> aws_apigateway.StageOptions:
    incident = aws_apigateway.MethodDeploymentOptions(
        throttling_rate_limit=options.incident_throttle.rate,
        throttling_burst_limit=options.incident_throttle.burst,
        **_OBSERVED,
    )
    logged = aws_logs.LogGroup.from_log_group_name(scope, "AccessLog", access_log.ref)
    return aws_apigateway.StageOptions(
        stage_name=rest.stage,
        tracing_enabled=options.tracing,
        throttling_rate_limit=options.throttle.rate,
        throttling_burst_limit=options.throttle.burst,
        **_OBSERVED,
        method_options={f"{route.path}/{route.method}": incident for route in ROUTES if route.is_of_incidents},
        access_log_destination=aws_apigateway.LogGroupLogDestination(logged) if rest.access_logs else None,
        access_log_format=aws_apigateway.AccessLogFormat.custom(ACCESS_LOG_FORMAT) if rest.access_logs else None,
    )
