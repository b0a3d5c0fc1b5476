"""The HTTP API in front of vend and admin. API Gateway checks the authorization: IAM, or the tokens of an issuer.

The files of a hosted console are open to anyone, and so is Slack's route: the function verifies the signature.
"""

import json
from collections.abc import Mapping
from typing import Final

from aws_cdk import Stack, Token, aws_apigatewayv2, aws_lambda, aws_logs
from constructs import Construct

from deploy.cdk.deployment import construct_name
from deploy.cdk.function import SentinelFunction
from deploy.cdk.options import ServiceOptions
from deploy.policies.deployment import Deployment
from deploy.policies.issuers import IDENTITY_SOURCE, Issuer
from deploy.policies.routes import (
    CONSOLE_BURST,
    CONSOLE_RATE,
    CONSOLE_ROUTES,
    CONSOLE_SOURCE,
    ISSUER_PREFIX,
    ROUTES,
    SLACK_BURST,
    SLACK_RATE,
    SLACK_ROUTES,
    Route,
    issuer_routes,
)

# Caller and outcome. No query strings and no headers, which may contain a token.
ACCESS_LOG_FORMAT: Final = json.dumps(
    {
        "request_id": "$context.requestId",
        "time": "$context.requestTime",
        "source_ip": "$context.identity.sourceIp",
        "user_agent": "$context.identity.userAgent",
        "account": "$context.identity.accountId",
        "caller": "$context.identity.userArn",
        "issuer": "$context.authorizer.claims.iss",
        "subject": "$context.authorizer.claims.sub",
        "authorizer_error": "$context.authorizer.error",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "status": "$context.status",
        "latency_ms": "$context.responseLatency",
        "integration_error": "$context.integration.error",
    },
)


class HttpApi(Construct):
    """The HTTP API. Its routes are added later: the functions need its id, and the routes need the functions."""

    def __init__(self, scope: Construct, construct_id: str, options: ServiceOptions, deployment: Deployment) -> None:
        super().__init__(scope, construct_id)
        self._options, self._deployment = options, deployment
        if not Token.is_unresolved(account := Stack.of(self).account):
            options.check_account(account)
        self._api = aws_apigatewayv2.CfnApi(
            self,
            "Api",
            name=options.name,
            description="Sentinel: credentials at /, everything else below /v1",
            protocol_type="HTTP",
        )
        self.api_id: str = self._api.ref
        self.url: str = self._api.attr_api_endpoint

    def open(self, functions: Mapping[str, SentinelFunction], access_log: aws_logs.CfnLogGroup) -> None:
        """Add the routes to the functions, and the stage that serves them."""
        integrations = {kind: self._integrate(kind, function) for kind, function in functions.items()}
        stage = self._serve(access_log)
        signed = {"authorization_type": "AWS_IAM"}
        routes = [(route, signed) for route in ROUTES]
        for name, issuer in self._options.issuers.items():
            verified = {"authorization_type": "JWT", "authorizer_id": self._verify(name, issuer)}
            routes += [(route, verified) for route in issuer_routes(name)]
        routes += [(route, {"authorization_type": "NONE"}) for route in self._open_routes()]
        for route, authorization in routes:
            led = aws_apigatewayv2.CfnRoute(
                self,
                construct_name(route.key, "Route"),
                api_id=self.api_id,
                route_key=route.key,
                target=f"integrations/{integrations[route.function].ref}",
                **authorization,
            )
            # The routes must exist before a stage can have settings for them.
            stage.add_dependency(led)
        self._permit_routes(functions)

    def _verify(self, name: str, issuer: Issuer) -> str:
        """Create the authorizer that verifies an issuer's tokens; returns its id."""
        authorizer = aws_apigatewayv2.CfnAuthorizer(
            self,
            construct_name(name, "Authorizer"),
            api_id=self.api_id,
            name=name,
            authorizer_type="JWT",
            identity_source=[IDENTITY_SOURCE],
            jwt_configuration=aws_apigatewayv2.CfnAuthorizer.JWTConfigurationProperty(
                issuer=issuer.issuer, audience=list(issuer.audiences)
            ),
        )
        authorizer_id: str = authorizer.ref
        return authorizer_id

    def _integrate(self, kind: str, function: SentinelFunction) -> aws_apigatewayv2.CfnIntegration:
        return aws_apigatewayv2.CfnIntegration(
            self,
            f"{kind.capitalize()}Integration",
            api_id=self.api_id,
            integration_type="AWS_PROXY",
            integration_method="POST",
            integration_uri=function.alias.function_arn,
            payload_format_version="2.0",
        )

    def _permit_routes(self, functions: Mapping[str, SentinelFunction]) -> None:
        for route in ROUTES:
            self._permit(route.key, route.source, functions[route.function])
        # One for all issuers: Lambda allows a function's policy 20 KB, which ten issuers' routes would not fit.
        for kind, function in functions.items() if self._options.issuers else ():
            self._permit(f"{kind} issuers", f"*{ISSUER_PREFIX}*", function)
        if self._options.console is not None:
            self._permit("console", CONSOLE_SOURCE, functions["admin"])
        for route in SLACK_ROUTES if self._options.slack else ():
            self._permit("slack", route.source, functions["admin"])

    def _open_routes(self) -> Mapping[Route, tuple[int, int]]:
        """Return the routes without authorization, each with the throttling limits of its own."""
        console = {} if self._options.console is None else dict.fromkeys(CONSOLE_ROUTES, (CONSOLE_RATE, CONSOLE_BURST))
        return {**console, **(dict.fromkeys(SLACK_ROUTES, (SLACK_RATE, SLACK_BURST)) if self._options.slack else {})}

    def _permit(self, name: str, source: str, function: SentinelFunction) -> None:
        aws_lambda.CfnPermission(
            self,
            construct_name(name, "Permission"),
            action="lambda:InvokeFunction",
            function_name=function.alias.function_arn,
            principal="apigateway.amazonaws.com",
            source_arn=self._deployment.arn("execute-api", f"{self.api_id}/*/{source}"),
        )

    def _serve(self, access_log: aws_logs.CfnLogGroup) -> aws_apigatewayv2.CfnStage:
        default, incident = self._options.throttle, self._options.incident_throttle
        routes = [*ROUTES, *(route for name in self._options.issuers for route in issuer_routes(name))]
        limits = {route.key: (incident.rate, incident.burst) for route in routes if route.is_of_incidents}
        limits |= {route.key: limit for route, limit in self._open_routes().items()}
        return aws_apigatewayv2.CfnStage(
            self,
            "Stage",
            api_id=self.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=aws_apigatewayv2.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=default.rate,
                throttling_burst_limit=default.burst,
                detailed_metrics_enabled=True,
            ),
            # A plain map to the CDK, so the keys have CloudFormation's spelling.
            route_settings={
                key: {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst, "DetailedMetricsEnabled": True}
                for key, (rate, burst) in limits.items()
            },
            access_log_settings=aws_apigatewayv2.CfnStage.AccessLogSettingsProperty(
                destination_arn=self._deployment.arn("logs", f"log-group:{access_log.ref}"),
                format=ACCESS_LOG_FORMAT,
            ),
        )
