"""What an account holds, of every kind of resource the modules create."""

from typing import Any

from deploy.local.aws import LocalAws


async def everything_of(aws: LocalAws) -> dict[str, list[str]]:
    """List names by kind. Users are the tests' own, and so is nothing here."""
    found: dict[str, list[str]] = {}
    for service, operation, key, name, arguments in _LISTS:
        async with aws.client(service) as client:
            answer: dict[str, Any] = await getattr(client, operation)(**arguments)
        items = answer[key]
        found[f"{service} {key}"] = [item if name is None else item[name] for item in items]
    return found


_LISTS: tuple[tuple[str, str, str, str | None, dict[str, Any]], ...] = (
    ("apigatewayv2", "get_apis", "Items", "Name", {}),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName", {}),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName", {}),
    ("dynamodb", "list_tables", "TableNames", None, {}),
    ("events", "list_rules", "Rules", "Name", {}),
    ("iam", "list_policies", "Policies", "PolicyName", {"Scope": "Local"}),
    ("iam", "list_roles", "Roles", "RoleName", {}),
    ("lambda", "list_functions", "Functions", "FunctionName", {}),
    ("logs", "describe_log_groups", "logGroups", "logGroupName", {}),
    ("sns", "list_topics", "Topics", "TopicArn", {}),
    ("ssm", "describe_parameters", "Parameters", "Name", {}),
)
