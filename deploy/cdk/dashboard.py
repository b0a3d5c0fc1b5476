"""The dashboard: requests, outcomes, durations and failures, on one page."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Stack, aws_cloudwatch
from constructs import Construct

from deploy.cdk.alarms import SERVICE_METRICS
from deploy.policies.deployment import Deployment
from shared.edge.audit import NAMESPACE

_WIDTH, _HEIGHT, _COLUMNS = 12, 6, 2


def create_dashboard(scope: Construct, name: str, functions: Sequence[str], deployment: Deployment) -> None:
    """Create the dashboard; `functions` are the names of every function."""
    widgets = [
        {
            "type": "metric",
            "x": index % _COLUMNS * _WIDTH,
            "y": index // _COLUMNS * _HEIGHT,
            "width": _WIDTH,
            "height": _HEIGHT,
            "properties": {**widget, "period": 60, "region": deployment.region, "view": "timeSeries"},
        }
        for index, widget in enumerate(_widgets(functions, deployment))
    ]
    body = Stack.of(scope).to_json_string({"widgets": widgets})
    aws_cloudwatch.CfnDashboard(scope, "Dashboard", dashboard_name=name, dashboard_body=body)


def _widgets(functions: Sequence[str], deployment: Deployment) -> list[dict[str, Any]]:
    whose = f'deployment="{deployment.name}" service="vend"'
    ends = f"SEARCH('{{{NAMESPACE},deployment,service,outcome,code}} MetricName=\"requests\" {whose}', 'Sum', 60)"

    def of_service(metric: str, service: str) -> list[str]:
        return [NAMESPACE, metric, "deployment", deployment.name, "service", service]

    trouble = [
        *(of_service(metric, service) for _, service, metric, _ in SERVICE_METRICS),
        *(
            ["AWS/DynamoDB", metric, "TableName", table]
            for table in (deployment.budget_table, deployment.grant_table, deployment.session_table)
            for metric in ("ReadThrottleEvents", "WriteThrottleEvents")
        ),
    ]
    return [
        _widget("Requests by service", "Sum", [of_service("requests", s) for s in ("vend", "admin", "authorizer")]),
        _widget("How vends end", "Sum", [[{"expression": ends}]]),
        _widget("Duration of invocations, p99", "p99", [_of_function("Duration", f) for f in functions]),
        _widget("Steps of a vend, p99", "p99", [of_service(f"{step}_ms", "vend") for step in ("read", "write")]),
        _widget(
            "Errors and throttles",
            "Sum",
            [_of_function(metric, f) for f in functions for metric in ("Errors", "Throttles")],
        ),
        _widget("Trouble", "Sum", trouble),
    ]


def _widget(title: str, statistic: str, metrics: list[Any]) -> dict[str, Any]:
    return {"title": title, "metrics": metrics, "stat": statistic}


def _of_function(metric: str, function: str) -> list[str]:
    return ["AWS/Lambda", metric, "FunctionName", function]
