"""The service as one construct: functions, APIs, tables, topic, kill switch, alarms and dashboard."""

from collections.abc import Mapping
from dataclasses import replace

from aws_cdk import aws_lambda, aws_logs, aws_sns, aws_ssm
from constructs import Construct

from deploy.cdk.alarms import service_alarms
from deploy.cdk.dashboard import create_dashboard
from deploy.cdk.deployment import sentinel_deployment
from deploy.cdk.function import FunctionDefinition, SentinelFunction, log_group, trusted_authorities
from deploy.cdk.http_api import HttpApi
from deploy.cdk.kill_switch import create_kill_switch_policy
from deploy.cdk.names import construct_name
from deploy.cdk.options import Authorizer, ServiceOptions, as_stored
from deploy.cdk.rest_api import RestApi
from deploy.cdk.settings import (
    AUTHORIZER_TIMEOUT_S,
    Deployed,
    admin_environment,
    authorizer_environment,
    check_environment,
    timeout_s,
    vend_environment,
)
from deploy.cdk.tables import Tables
from deploy.policies.deployment import Deployment, Policy
from deploy.policies.execution import admin_policy, authorizer_policy, encryption_policy, vend_policy
from shared.core.arn import parse_arn

_DESCRIPTIONS = {
    "vend": "Sentinel: decides who gets credentials, and issues them from STS",
    "admin": "Sentinel: approvals, break-glass, sessions and revocation",
    "authorizer": "Sentinel: checks that a request's session is active and its caller's own",
}


class SentinelService(Construct):
    """All resources of one deployment. `deployment` identifies it in policies of other stacks."""

    def __init__(self, scope: Construct, construct_id: str, options: ServiceOptions) -> None:
        super().__init__(scope, construct_id)
        self.options = options
        self.deployment = sentinel_deployment(
            options.name,
            parameter_prefix=options.parameter_prefix,
            protected_path=options.protected_path,
        )
        self.tables = Tables(self, "Tables", options)
        self.topic = aws_sns.CfnTopic(
            self,
            "Events",
            topic_name=self.deployment.topic,
            kms_master_key_id=options.kms_key_arn,
        )
        self.kill_switch_policy = create_kill_switch_policy(self, self.deployment) if options.kill_switch else None
        access_log = log_group(self, "AccessLog", f"/aws/apigateway/{options.name}", options)
        self.http_api = HttpApi(self, "HttpApi", options, self.deployment) if options.http_api else None
        self.rest_api = (
            RestApi(self, "RestApi", options.rest_api, options, self.deployment, access_log)
            if options.rest_api is not None
            else None
        )
        self._deployed = self._describe()
        self._trusted = trusted_authorities(self, amazon_only=options.trust_amazon_roots_only)
        self.vend = self._create_vend()
        self.admin = self._create_admin()
        self.authorizers = {key: self._create_authorizer(key, each) for key, each in options.authorizers.items()}
        self._open({"vend": self.vend, "admin": self.admin}, access_log)
        _create_documents(self, options)
        service_alarms(self, options)
        names = [function.definition.name for function in (self.vend, self.admin, *self.authorizers.values())]
        create_dashboard(self, options.name, names, self.deployment)

    def _describe(self) -> Deployed:
        ours = [] if self.kill_switch_policy is None else [self.deployment.account]
        others = [parse_arn(arn).account for arn in self.options.kill_switch_policy_arns]
        return Deployed(
            api_ids=[api.api_id for api in (self.http_api, self.rest_api) if api is not None],
            session_table=self.deployment.session_table,
            grant_table=self.deployment.grant_table,
            budget_table=self.deployment.budget_table,
            parameter_prefix=self.options.parameter_prefix,
            topic_arn=self.topic.ref,
            kill_switch_accounts=[*ours, *others],
            deployment=self.options.name,
            protected_path=self.options.protected_path,
        )

    def _create_vend(self) -> SentinelFunction:
        return self._create_function(
            "Vend",
            FunctionDefinition(
                kind="vend",
                name=self.deployment.vend_role,
                description=_DESCRIPTIONS["vend"],
                package=self.options.packages.vend,
                environment=vend_environment(self._deployed, self.options.settings),
                policies=self._policies("vend", vend_policy(self.deployment)),
                timeout_s=timeout_s(self.options.settings),
            ),
        )

    def _create_admin(self) -> SentinelFunction:
        return self._create_function(
            "Admin",
            FunctionDefinition(
                kind="admin",
                name=self.deployment.admin_role,
                description=_DESCRIPTIONS["admin"],
                package=self.options.packages.admin,
                environment=admin_environment(self._deployed, self.options.settings),
                policies=self._policies("admin", admin_policy(self.deployment)),
                timeout_s=timeout_s(self.options.settings),
            ),
        )

    def _create_authorizer(self, key: str, authorizer: Authorizer) -> SentinelFunction:
        name = f"{self.options.name}-authorizer-{key}"
        function = self._create_function(
            construct_name(f"authorizer-{key}"),
            FunctionDefinition(
                kind="authorizer",
                name=name,
                description=_DESCRIPTIONS["authorizer"],
                package=self.options.packages.authorizer,
                environment=authorizer_environment(self._deployed, self.options.settings, authorizer.accepts),
                policies=self._policies(
                    "authorizer", authorizer_policy(replace(self.deployment, authorizer_role=name))
                ),
                timeout_s=AUTHORIZER_TIMEOUT_S,
            ),
        )
        _permit_guarded_apis(function, authorizer, self.deployment)
        return function

    def _create_function(self, construct_id: str, definition: FunctionDefinition) -> SentinelFunction:
        calling = {**self._trusted, **self.options.endpoint_variables(definition.kind)}
        definition = replace(definition, environment={**definition.environment, **calling})
        check_environment(definition.name, definition.environment)
        return SentinelFunction(self, construct_id, definition, self.options)

    def _policies(self, name: str, policy: Policy) -> dict[str, Policy]:
        """If a KMS key is given, allow each role to use it through the services that encrypt with it."""
        key = self.options.kms_key_arn
        return {name: policy} | ({} if key is None else {"encryption": encryption_policy(self.deployment, key)})

    def _open(self, functions: Mapping[str, SentinelFunction], access_log: aws_logs.CfnLogGroup) -> None:
        if self.http_api is not None:
            self.http_api.open(functions, access_log)
        if self.rest_api is not None:
            self.rest_api.open(functions)


def _permit_guarded_apis(function: SentinelFunction, authorizer: Authorizer, deployment: Deployment) -> None:
    """Allow only the authorizers of the guarded APIs to invoke the function."""
    for api_id in authorizer.api_ids:
        aws_lambda.CfnPermission(
            function,
            construct_name(api_id, "Permission"),
            action="lambda:InvokeFunction",
            function_name=function.alias.function_arn,
            principal="apigateway.amazonaws.com",
            source_arn=deployment.arn("execute-api", f"{api_id}/authorizers/*"),
        )


def _create_documents(scope: Construct, options: ServiceOptions) -> None:
    """Create the first documents, by their names below the prefix; CloudFormation leaves later versions unchanged."""
    for name, text in options.documents.items():
        aws_ssm.CfnParameter(
            scope,
            construct_name(name, "Document"),
            name=f"{options.parameter_prefix}/{name}",
            type="String",
            tier="Intelligent-Tiering",
            value=as_stored(text),
        )
