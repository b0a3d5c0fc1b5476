"""The service as one construct and one stack: functions, APIs, tables, topic, kill switch, alarms and dashboard."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws_cdk import CfnOutput, Stack, aws_events, aws_lambda, aws_sns, aws_ssm
from constructs import Construct

from deploy.cdk.archive import AuditArchiveStore
from deploy.cdk.deployment import Tables, construct_name, sentinel_deployment
from deploy.cdk.function import SentinelFunction, log_group, trusted_authorities
from deploy.cdk.groups import GroupSchedule
from deploy.cdk.http_api import HttpApi
from deploy.cdk.monitoring import create_dashboard, service_alarms
from deploy.cdk.options import ServiceOptions, as_stored
from deploy.cdk.queries import ArchiveQueries, LogQueries
from deploy.cdk.rest_api import RestApi
from deploy.cdk.roles import create_kill_switch_policy
from deploy.cdk.schedule import FollowUpSchedule
from deploy.policies.caller import caller_policy, operator_policy
from deploy.policies.delivery import event_bus_policy
from deploy.policies.deployment import Deployment, Policy
from deploy.policies.execution import admin_policy, authorizer_policy, encryption_policy, vend_policy
from deploy.policies.groups import group_policies
from deploy.policies.routes import SLACK_ROUTES
from deploy.policies.settings import Authorizer, admin_environment, authorizer_environment, vend_environment
from deploy.policies.signing import writer_policy
from deploy.policies.slack import manifest
from shared.core.arn import parse_arn
from shared.edge.public_files import CONSOLE


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
        self.tables = Tables(self, "Tables", options, self.deployment)
        self.topic = aws_sns.CfnTopic(
            self,
            "Events",
            topic_name=self.deployment.topic,
            kms_master_key_id=options.kms_key_arn,
        )
        self.event_bus = self._create_event_bus()
        self.kill_switch_policy = create_kill_switch_policy(self, self.deployment) if options.kill_switch else None
        access_log = log_group(self, "AccessLog", f"/aws/apigateway/{options.name}", options)
        self.http_api = HttpApi(self, "HttpApi", options, self.deployment) if options.http_api else None
        self.rest_api = (
            RestApi(self, "RestApi", options.rest_api, options, self.deployment, access_log)
            if options.rest_api is not None
            else None
        )
        self._api_ids = [api.api_id for api in (self.http_api, self.rest_api) if api is not None]
        self._trusted = trusted_authorities(self, amazon_only=options.trust_amazon_roots_only)
        self.functions = {"vend": self._create_vend(), "admin": self._create_admin()}
        self.authorizers = {key: self._create_authorizer(key, each) for key, each in options.authorizers.items()}
        if self.http_api is not None:
            self.http_api.open(self.functions, access_log)
        if self.rest_api is not None:
            self.rest_api.open(self.functions)
        FollowUpSchedule(self, "FollowUp", options, self.functions["admin"])
        if options.group_sync is not None:
            GroupSchedule(self, "Groups", options, options.group_sync, self.functions["admin"])
        self.archive = self._create_archive()
        if options.query_pack:
            LogQueries(self, "LogQueries", options.name, list(self._log_groups().values()))
            if self.archive is not None:
                ArchiveQueries(self, "ArchiveQueries", options.name, self.archive.bucket.ref)
        _create_documents(self, options)
        service_alarms(self, options)
        names = [function.name for function in (*self.functions.values(), *self.authorizers.values())]
        create_dashboard(self, options.name, names, self.deployment)

    def _create_vend(self) -> SentinelFunction:
        environment = vend_environment(self.deployment, self._api_ids, self.options.function_settings)
        policies = {"vend": vend_policy(self.deployment)}
        return self._create_function("vend", self.deployment.vend_role, environment, policies)

    @property
    def console_url(self) -> str | None:
        """The address of the hosted console on the API's own domain; None without one."""
        if self.http_api is None or self.options.console is None:
            return None
        return f"{self.http_api.url}{CONSOLE}/"

    @property
    def slack_url(self) -> str | None:
        """The address that Slack sends presses and commands to; None without Slack."""
        if self.http_api is None or not self.options.slack:
            return None
        return f"{self.http_api.url}{SLACK_ROUTES[0].path}"

    def _create_event_bus(self) -> aws_events.CfnEventBus | None:
        chosen = self.options.event_bus
        if chosen is None:
            return None
        return aws_events.CfnEventBus(
            self,
            "EventBus",
            name=self.deployment.topic,
            description="Sentinel: changes of requests, break-glass events, sessions and lockouts",
            kms_key_identifier=chosen.kms_key_arn,
        )

    def _create_archive(self) -> AuditArchiveStore | None:
        chosen = self.options.audit_archive
        if chosen is None:
            return None
        return AuditArchiveStore(self, "Archive", self.options, chosen, self.deployment, self._log_groups())

    def _log_groups(self) -> dict[str, str]:
        """Return the names of the functions' log groups, by function."""
        authorizers = {f"authorizer-{key}": each for key, each in self.authorizers.items()}
        return {key: each.log_group_name for key, each in {**self.functions, **authorizers}.items()}

    def _create_admin(self) -> SentinelFunction:
        others = [parse_arn(arn).account for arn in self.options.kill_switch_policy_arns]
        hosted = {} if self.console_url is None else {"console_url": self.console_url}
        environment = admin_environment(
            self.deployment,
            self._api_ids,
            {**hosted, **self.options.function_settings},
            topic=self.topic.ref,
            switches=[*([] if self.kill_switch_policy is None else [self.deployment.account]), *others],
            event_bus=None if self.event_bus is None else self.event_bus.attr_arn,
        )
        sync = self.options.group_sync
        groups = {} if sync is None else group_policies(self.deployment, sync)
        events = {} if self.event_bus is None else {"event-bus": event_bus_policy(self.deployment)}
        policies = {"admin": admin_policy(self.deployment), **groups, **events}
        return self._create_function("admin", self.deployment.admin_role, environment, policies)

    def _create_authorizer(self, key: str, authorizer: Authorizer) -> SentinelFunction:
        name = f"{self.options.name}-authorizer-{key}"
        environment = authorizer_environment(self.deployment, self.options.function_settings, authorizer.accepts)
        policies = {"authorizer": authorizer_policy(replace(self.deployment, authorizer_role=name))}
        function = self._create_function("authorizer", name, environment, policies, f"-{key}")
        _permit_guarded_apis(function, authorizer, self.deployment)
        return function

    def _create_function(
        self, kind: str, name: str, environment: Mapping[str, str], policies: Mapping[str, Policy], key: str = ""
    ) -> SentinelFunction:
        """Create a function; `key` tells several of one kind apart."""
        calling = {**self._trusted, **self.options.endpoint_variables(kind)}
        return SentinelFunction(
            self,
            construct_name(f"{kind}{key}"),
            self.options,
            kind=kind,
            name=name,
            environment={**environment, **calling},
            policies={**policies, **self._encryption()},
        )

    def _encryption(self) -> dict[str, Policy]:
        """If a KMS key is given, allow each role to use it through the services that encrypt with it."""
        key = self.options.kms_key_arn
        return {} if key is None else {"encryption": encryption_policy(self.deployment, key)}


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
    """Create the first documents, by their names below the prefix; CloudFormation leaves later versions unchanged.

    An issuer document changes with the API's authorizer, in the same update.
    """
    issuers = {f"issuers/{name}": issuer.stored for name, issuer in options.issuers.items()}
    for name, text in {**options.documents, **issuers}.items():
        create_document(scope, options.parameter_prefix, name, as_stored(text))


def create_document(scope: Construct, prefix: str, name: str, text: str) -> None:
    """Create the first version of a document; `text` is as it is stored."""
    aws_ssm.CfnParameter(
        scope,
        construct_name(name, "Document"),
        name=f"{prefix}/{name}",
        type="String",
        tier="Intelligent-Tiering",
        value=text,
    )


class SentinelStack(Stack):
    """One deployment in one stack, with outputs for its users."""

    def __init__(self, scope: Construct, construct_id: str, options: ServiceOptions, **stack: Any) -> None:
        super().__init__(scope, construct_id, description="Sentinel: server-side AWS credential vending", **stack)
        self.service = SentinelService(self, "Sentinel", options)
        for name, value in _outputs(self.service).items():
            CfnOutput(self, name, value=value)


def _outputs(service: SentinelService) -> dict[str, str]:
    """Give the outputs by name; the policies of callers and operators are JSON."""
    stack = Stack.of(service)
    found = {
        "OperatorPolicy": stack.to_json_string(_operator_policy(service)),
        "VendRoleArn": service.deployment.vend_role_arn,
        "AdminRoleArn": service.deployment.role_arn(service.deployment.admin_role),
        "TopicArn": service.topic.ref,
        **{
            construct_name(f"authorizer-{key}", "Arn"): each.alias.function_arn
            for key, each in service.authorizers.items()
        },
    }
    if service.event_bus is not None:
        found["EventBusArn"] = service.event_bus.attr_arn
    if service.archive is not None:
        found["AuditBucket"] = service.archive.bucket.ref
    if service.console_url is not None:
        found["ConsoleUrl"] = service.console_url
    if service.slack_url is not None:
        found |= {"SlackUrl": service.slack_url, "SlackManifest": stack.to_json_string(manifest(service.slack_url))}
    for kind, api in (("Http", service.http_api), ("Rest", service.rest_api)):
        if api is not None:
            policy = stack.to_json_string(caller_policy(service.deployment, api.api_id))
            found |= {f"{kind}ApiUrl": api.url, f"{kind}ApiId": api.api_id, f"{kind}CallerPolicy": policy}
    if service.kill_switch_policy is not None:
        found["KillSwitchPolicyArn"] = service.kill_switch_policy.ref
    found |= {
        construct_name(f"issuer-{name}", "Document"): each.document for name, each in service.options.issuers.items()
    }
    return found


def _operator_policy(service: SentinelService) -> Policy:
    """Return what operators may do: where documents have to be signed, neither delete one nor sign."""
    signed = "document_keys" in service.options.function_settings
    return (writer_policy if signed else operator_policy)(service.deployment)
