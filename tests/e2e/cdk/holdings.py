"""What an account holds, by kind and name, and what a template says it will."""

from collections.abc import Mapping
from typing import Any

from deploy.local.aws import LocalAws
from tests.cdk.template import Template

# Kind, and what lists it: service, operation, arguments, where the items are, and what their name is.
_LISTS: Mapping[str, tuple[str, str, dict[str, Any], str, str | None]] = {
    "ApiGateway::RestApi": ("apigateway", "get_rest_apis", {}, "items", "name"),
    "ApiGatewayV2::Api": ("apigatewayv2", "get_apis", {}, "Items", "Name"),
    "CloudWatch::Alarm": ("cloudwatch", "describe_alarms", {}, "MetricAlarms", "AlarmName"),
    "CloudWatch::Dashboard": ("cloudwatch", "list_dashboards", {}, "DashboardEntries", "DashboardName"),
    "DynamoDB::Table": ("dynamodb", "list_tables", {}, "TableNames", None),
    "IAM::ManagedPolicy": ("iam", "list_policies", {"Scope": "Local"}, "Policies", "PolicyName"),
    "IAM::Role": ("iam", "list_roles", {}, "Roles", "RoleName"),
    "Lambda::Function": ("lambda", "list_functions", {}, "Functions", "FunctionName"),
    "Logs::LogGroup": ("logs", "describe_log_groups", {}, "logGroups", "logGroupName"),
    "SNS::Topic": ("sns", "list_topics", {}, "Topics", "TopicArn"),
    "SSM::Parameter": ("ssm", "describe_parameters", {"MaxResults": 50}, "Parameters", "Name"),
}
_NAMES = {
    "ApiGateway::RestApi": "Name",
    "ApiGatewayV2::Api": "Name",
    "CloudWatch::Alarm": "AlarmName",
    "CloudWatch::Dashboard": "DashboardName",
    "DynamoDB::Table": "TableName",
    "IAM::ManagedPolicy": "ManagedPolicyName",
    "IAM::Role": "RoleName",
    "Lambda::Function": "FunctionName",
    "Logs::LogGroup": "LogGroupName",
    "SNS::Topic": "TopicName",
    "SSM::Parameter": "Name",
}
# They are parts of others, and asked of these one by one.
PARTS = {
    *("ApiGateway::Deployment", "ApiGateway::Method", "ApiGateway::Resource", "ApiGateway::Stage"),
    *("ApiGatewayV2::Integration", "ApiGatewayV2::Route", "ApiGatewayV2::Stage"),
    *("Lambda::Alias", "Lambda::Permission", "Lambda::Version"),
}


async def holdings(aws: LocalAws) -> dict[str, set[str]]:
    """List everything of the kinds a template creates."""
    found: dict[str, set[str]] = {}
    for kind, (service, operation, arguments, where, name) in _LISTS.items():
        async with aws.client(service) as client:
            answer = await getattr(client, operation)(**arguments)
        found[kind] = {(item if name is None else item[name]).rpartition(":")[2] for item in answer[where]}
    return found


def expected(template: Template) -> dict[str, set[str]]:
    """Name everything the template creates; every kind is either listed or a part of what is."""
    assert template.counts().keys() == _NAMES.keys() | PARTS
    return {kind: {each[key] for each in template.of_type(kind).values()} for kind, key in _NAMES.items()}
