"""What an account holds of what a template names, and what the template says it will hold."""

from collections.abc import Mapping

from deploy.local.aws import LocalAws
from tests.cdk.template import Template
from tests.e2e.terraform.leftovers import everything_of

_REST = "apigateway items"
# Kind, its name in the template, and where an account lists it.
_LISTED: Mapping[str, tuple[str, str]] = {
    "ApiGateway::RestApi": ("Name", _REST),
    "ApiGatewayV2::Api": ("Name", "apigatewayv2 Items"),
    "CloudWatch::Alarm": ("AlarmName", "cloudwatch MetricAlarms"),
    "CloudWatch::Dashboard": ("DashboardName", "cloudwatch DashboardEntries"),
    "DynamoDB::Table": ("TableName", "dynamodb TableNames"),
    "Events::Rule": ("Name", "events Rules"),
    "IAM::ManagedPolicy": ("ManagedPolicyName", "iam Policies"),
    "IAM::Role": ("RoleName", "iam Roles"),
    "Lambda::Function": ("FunctionName", "lambda Functions"),
    "Logs::LogGroup": ("LogGroupName", "logs logGroups"),
    "SNS::Topic": ("TopicName", "sns Topics"),
    "SSM::Parameter": ("Name", "ssm Parameters"),
}
# They are parts of others, and asked of these one by one.
_PARTS = {
    *("ApiGateway::Deployment", "ApiGateway::Method", "ApiGateway::Resource", "ApiGateway::Stage"),
    *("ApiGatewayV2::Authorizer", "ApiGatewayV2::Integration", "ApiGatewayV2::Route", "ApiGatewayV2::Stage"),
    *("Lambda::Alias", "Lambda::Permission", "Lambda::Version"),
}


async def holdings(aws: LocalAws) -> dict[str, set[str]]:
    """List everything of the kinds a template creates; a topic's name ends its ARN."""
    async with aws.client("apigateway") as client:
        rest = [api["name"] for api in (await client.get_rest_apis())["items"]]
    found = {**await everything_of(aws), _REST: rest}
    return {kind: {name.rpartition(":")[2] for name in found[where]} for kind, (_, where) in _LISTED.items()}


def expected(template: Template) -> dict[str, set[str]]:
    """Name everything the template creates; every kind is either listed or a part of what is."""
    assert template.counts().keys() == _LISTED.keys() | _PARTS
    return {kind: {each[key] for each in template.of_type(kind).values()} for kind, (key, _) in _LISTED.items()}
