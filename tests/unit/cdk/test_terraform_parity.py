"""The CDK's constructs and the Terraform modules deploy the same: kinds of resources, names, defaults and policies."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template as Placeholders
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from deploy.cdk.options import IncidentThrottle, RestApi, ServiceOptions, Throttle
from deploy.packages.roots import PARTITIONS, ROOTS_PATH
from deploy.policies.groups import INTERVALS_BELIEVED, GroupSync
from deploy.policies.issuers import IDENTITY_SOURCE, MOST_ISSUERS, Console, Issuer, IssuerName
from deploy.policies.routes import issuer_routes
from deploy.policies.settings import GROUP_SETTINGS, timeout_s
from shared.edge.setting_fields import CONSOLE_URL
from shared.edge.settings import Settings
from tests.cdk.options import KEY, READER, STORE
from tests.cdk.template import Template, example_deployment

TERRAFORM = Path(__file__).parents[3] / "deploy" / "terraform"
MODULE = TERRAFORM / "sentinel"
SAME = {
    "aws_apigatewayv2_api": "ApiGatewayV2::Api",
    "aws_apigatewayv2_authorizer": "ApiGatewayV2::Authorizer",
    "aws_apigatewayv2_integration": "ApiGatewayV2::Integration",
    "aws_apigatewayv2_route": "ApiGatewayV2::Route",
    "aws_apigatewayv2_stage": "ApiGatewayV2::Stage",
    "aws_api_gateway_rest_api": "ApiGateway::RestApi",
    "aws_api_gateway_resource": "ApiGateway::Resource",
    "aws_api_gateway_method": "ApiGateway::Method",
    "aws_api_gateway_deployment": "ApiGateway::Deployment",
    "aws_api_gateway_stage": "ApiGateway::Stage",
    "aws_athena_named_query": "Athena::NamedQuery",
    "aws_cloudwatch_event_bus": "Events::EventBus",
    "aws_cloudwatch_event_rule": "Events::Rule",
    "aws_cloudwatch_dashboard": "CloudWatch::Dashboard",
    "aws_cloudwatch_log_group": "Logs::LogGroup",
    "aws_cloudwatch_log_stream": "Logs::LogStream",
    "aws_cloudwatch_log_subscription_filter": "Logs::SubscriptionFilter",
    "aws_cloudwatch_metric_alarm": "CloudWatch::Alarm",
    "aws_cloudwatch_query_definition": "Logs::QueryDefinition",
    "aws_dynamodb_table": "DynamoDB::Table",
    "aws_glue_catalog_database": "Glue::Database",
    "aws_glue_catalog_table": "Glue::Table",
    "aws_iam_policy": "IAM::ManagedPolicy",
    "aws_iam_role": "IAM::Role",
    "aws_kinesis_firehose_delivery_stream": "KinesisFirehose::DeliveryStream",
    "aws_lambda_alias": "Lambda::Alias",
    "aws_lambda_function": "Lambda::Function",
    "aws_lambda_permission": "Lambda::Permission",
    "aws_s3_bucket": "S3::Bucket",
    "aws_s3_bucket_policy": "S3::BucketPolicy",
    "aws_sns_topic": "SNS::Topic",
    "aws_ssm_parameter": "SSM::Parameter",
}
# What is a resource of its own there and a property of another one here; and `publish = true`, the other way round.
PROPERTIES = {
    "aws_api_gateway_integration": ("ApiGateway::Method", "Integration"),
    "aws_api_gateway_method_settings": ("ApiGateway::Stage", "MethodSettings"),
    "aws_api_gateway_rest_api_policy": ("ApiGateway::RestApi", "Policy"),
    "aws_cloudwatch_event_target": ("Events::Rule", "Targets"),
    "aws_iam_role_policy": ("IAM::Role", "Policies"),
    "aws_lambda_provisioned_concurrency_config": ("Lambda::Alias", "ProvisionedConcurrencyConfig"),
    "aws_s3_bucket_lifecycle_configuration": ("S3::Bucket", "LifecycleConfiguration"),
    "aws_s3_bucket_object_lock_configuration": ("S3::Bucket", "ObjectLockConfiguration"),
    "aws_s3_bucket_ownership_controls": ("S3::Bucket", "OwnershipControls"),
    "aws_s3_bucket_public_access_block": ("S3::Bucket", "PublicAccessBlockConfiguration"),
    "aws_s3_bucket_server_side_encryption_configuration": ("S3::Bucket", "BucketEncryption"),
    "aws_s3_bucket_versioning": ("S3::Bucket", "VersioningConfiguration"),
}
PUBLISHED = "Lambda::Version"
# Terraform has a variable each; the runtime is the packages', and tags are `Tags.of(stack)` in the CDK.
ELSEWHERE = {"runtime", "tags"}


def _text(folder: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.tf")))


def _variables() -> Iterator[tuple[str, str]]:
    """Give each variable of the module with the lines of its block."""
    for file in MODULE.glob("variables*.tf"):
        blocks = re.finditer(
            r'^variable "(\w+)" \{\n(.*?)^\}', file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
        yield from ((match[1], match[2]) for match in blocks)


def _policy(kind: str, **deployment: str) -> Any:
    """Fill in a policy as Terraform does."""
    text = (TERRAFORM / "policies" / f"{kind}.json.tftpl").read_text(encoding="utf-8")
    return json.loads(Placeholders(text).substitute(deployment))


def _deployment(name: str, **more: str) -> dict[str, str]:
    deployment = example_deployment(name, **more)
    return {field: getattr(deployment, field) for field in deployment.__dataclass_fields__}


def test_the_same_kinds_of_resources(complete: Template) -> None:
    # What is not AWS's fetches a release's zips, which the CDK does while it is synthesized.
    theirs = set(re.findall(r'^resource "(\w+)"', _text(MODULE), re.MULTILINE)) - {"terraform_data"}

    assert theirs == SAME.keys() | PROPERTIES.keys()
    assert complete.counts().keys() == {*SAME.values(), PUBLISHED}
    for kind, key in PROPERTIES.values():
        assert any(key in properties for properties in complete.of_type(kind).values()), (kind, key)


@pytest.mark.parametrize("kind", ["vend", "admin"])
def test_the_same_execution_roles(default: Template, kind: str) -> None:
    role = default.named("IAM::Role", "RoleName", f"sentinel-{kind}")

    (policy,) = role["Policies"]
    assert policy == {"PolicyName": kind, "PolicyDocument": _policy(kind, **_deployment("sentinel"))}
    assert role["AssumeRolePolicyDocument"] == _policy("execution-role-trust")


def test_the_same_authorizer_and_the_same_use_of_a_key(complete: Template) -> None:
    role = complete.named("IAM::Role", "RoleName", "vendor-authorizer-pay")

    place = _deployment("vendor", authorizer_role="vendor-authorizer-pay")
    assert {each["PolicyName"]: each["PolicyDocument"] for each in role["Policies"]} == {
        "authorizer": _policy("authorizer", **place),
        "encryption": _policy("encryption", **place, key_arn=KEY),
    }


def test_the_same_protected_role_and_kill_switch(default: Template, account: Template) -> None:
    protected = account.named("IAM::Role", "RoleName", "reader")
    writer = account.named("IAM::Role", "RoleName", "SentinelRevocations")

    assert protected["AssumeRolePolicyDocument"] == _policy("protected-role-trust", **_deployment("sentinel"))
    assert writer["AssumeRolePolicyDocument"] == _policy("admin-trust", **_deployment("sentinel"))
    assert writer["Policies"][0]["PolicyDocument"] == _policy("revocations-role", **_deployment("sentinel"))
    for template in (default, account):
        assert template.only("IAM::ManagedPolicy")["PolicyDocument"] == _policy(
            "nothing-revoked", **_deployment("sentinel")
        )


def test_the_same_routes(default: Template) -> None:
    ours = {route["RouteKey"] for route in default.of_type("ApiGatewayV2::Route").values()}

    written = set(re.findall(r'"((?:GET|POST|ANY) /[^"]*)" += \{', (MODULE / "http_api.tf").read_text()))
    generated = json.loads((TERRAFORM / "policies" / "names.json").read_text(encoding="utf-8"))["incident_routes"]
    assert written | {*generated} == ours


def test_the_same_routes_of_an_issuer() -> None:
    text = (MODULE / "http_api.tf").read_text(encoding="utf-8")
    theirs = {
        f"ANY /as/corp{path}": function
        for paths, function in re.findall(
            r'\{ for path in (\[[^]]+\]) : "ANY /as/\$\{name\}\$\{path\}" => \{ function = "(\w+)"', text
        )
        for path in json.loads(paths)
    }
    generated = json.loads((TERRAFORM / "policies" / "names.json").read_text(encoding="utf-8"))["incident_routes"]
    incidents = {route.replace(" /", " /as/corp/"): "admin" for route in generated}

    assert 'replace(route, " /", " /as/${name}/") => { function = "admin"' in text
    assert {route.key: route.function for route in issuer_routes("corp")} == theirs | incidents
    assert {route.key for route in issuer_routes("corp") if route.is_of_incidents} == incidents.keys()


def test_the_same_keys_and_names_of_an_issuer() -> None:
    block = dict(_variables())["issuers"]

    keys = dict(re.findall(r"^    (\w+) += (optional|string|list)\b", block, re.MULTILINE))
    assert {key: not field.is_required() for key, field in Issuer.model_fields.items()} == {
        key: how == "optional" for key, how in keys.items()
    }
    (pattern,) = re.findall(r'can\(regex\("(\^\[a-z\][^"]+)", name\)\)', block)
    assert pattern == get_args(IssuerName)[1].metadata[0].pattern
    assert f"length(var.issuers) <= {MOST_ISSUERS}" in block
    assert re.findall(r'identity_sources = \["([^"]+)"\]', (MODULE / "http_api.tf").read_text()) == [IDENTITY_SOURCE]


def test_the_same_console(complete: Template) -> None:
    block = dict(_variables())["console"]
    text = (MODULE / "http_api.tf").read_text(encoding="utf-8")
    generated = json.loads((TERRAFORM / "policies" / "names.json").read_text(encoding="utf-8"))["console"]

    found = {
        key: _literal(default) if default else ...
        for key, default in re.findall(r"^    (\w+) += (?:string|optional\(\S+, (.*)\))$", block, re.MULTILINE)
    }
    assert found == {
        name: ... if field.is_required() else json.loads(json.dumps(field.default))
        for name, field in Console.model_fields.items()
    }
    # Every part of it is what the CDK uses, too; rate and burst of the open routes are read from one map.
    assert {f"local.names.console.{key}" in text for key in ("routes", "source")} == {True}
    assert "merge({ for route in local.console_routes : route => local.names.console }, local.slack_routes)" in text
    assert {f"route_settings.value.{key}" in text for key in generated.keys() - {"routes", "source"}} == {True}
    open_routes = [
        each for each in complete.of_type("ApiGatewayV2::Route").values() if each["AuthorizationType"] == "NONE"
    ]
    slack = json.loads((TERRAFORM / "policies" / "names.json").read_text(encoding="utf-8"))["slack"]
    assert sorted(each["RouteKey"] for each in open_routes) == sorted([*generated["routes"], slack["route"]])
    assert text.count('authorization_type = "NONE"') == 2
    setting = json.loads(_environment(complete, "vendor-admin")["SENTINEL_CONSOLE"])
    assert setting.keys() == {*Console.model_fields, "issuer_url"}
    assert "jsonencode(merge(var.console, { issuer_url = var.issuers[var.console.issuer].issuer }))" in (
        MODULE / "settings.tf"
    ).read_text(encoding="utf-8")
    assert "SENTINEL_CONSOLE" not in _environment(complete, "vendor-vend")


def test_the_same_slack(complete: Template, default: Template) -> None:
    text = (MODULE / "http_api.tf").read_text(encoding="utf-8")
    template = (TERRAFORM / "policies" / "slack-manifest.json.tftpl").read_text(encoding="utf-8")

    assert _environment(complete, "vendor-admin")["SENTINEL_SLACK"] == "true"
    assert "SENTINEL_SLACK                 = var.slack ? true : null" in (MODULE / "settings.tf").read_text()
    for environment in (_environment(default, "sentinel-admin"), _environment(complete, "vendor-vend")):
        assert not {"SENTINEL_SLACK", "SENTINEL_SLACK_API"} & environment.keys()
    assert '${local.names.slack.source}"' in text
    url = complete.outputs["SlackUrl"]
    assert json.loads(complete.outputs["SlackManifest"]) == json.loads(Placeholders(template).substitute(url=url))
    assert "SlackManifest" not in default.outputs


def _environment(template: Template, function: str) -> Mapping[str, str]:
    variables: Mapping[str, str] = template.named("Lambda::Function", "FunctionName", function)["Environment"][
        "Variables"
    ]
    return variables


def test_the_same_alarms(default: Template) -> None:
    ours = {alarm["AlarmName"].removeprefix("sentinel-") for alarm in default.of_type("CloudWatch::Alarm").values()}

    of_service = {*_alarms(MODULE), "follow-up-late"}
    of_function = {f"{kind}-{key}" for kind in ("vend", "admin") for key in _alarms(MODULE / "modules" / "function")}
    assert ours == of_service | of_function


def _alarms(folder: Path) -> list[str]:
    """Give each alarm's key."""
    return re.findall(r"^    ([a-z-]+) = \{", (folder / "alarms.tf").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("file", "schedule", "alarmed"), [("groups", "groups", "groups-old"), ("follow_up", "follow-up", "follow-up-late")]
)
def test_the_same_schedules(complete: Template, file: str, schedule: str, alarmed: str) -> None:
    text = (MODULE / f"{file}.tf").read_text(encoding="utf-8")
    rule = complete.named("Events::Rule", "Name", f"vendor-{schedule}")
    alarm = complete.named("CloudWatch::Alarm", "AlarmName", f"vendor-{alarmed}")

    assert re.findall(r'"\$\{var.name\}(-[a-z-]+)"', text) == [f"-{schedule}", f"-{alarmed}"]
    assert rule["Description"] in text
    assert alarm["AlarmDescription"] in text
    for key in ("MetricName", "Statistic", "TreatMissingData"):
        assert f'"{alarm[key]}"' in text
    (sent,) = re.findall(r"jsonencode\(\{ (\w+) = (\"[a-z-]+\") \}\)", text)
    assert json.loads(rule["Targets"][0]["Input"]) == {sent[0]: json.loads(sent[1])}


def test_the_same_policies_of_groups(complete: Template, private: Template, account: Template) -> None:
    elsewhere = _policies(complete.named("IAM::Role", "RoleName", "vendor-admin"))
    here = _policies(private.named("IAM::Role", "RoleName", "sentinel-admin"))
    reader = account.named("IAM::Role", "RoleName", "SentinelGroups")

    reading = _policy("identity-center", partition="aws", identity_store_id=STORE)
    assert elsewhere["groups"] == _policy("groups", **_deployment("vendor", parameter_prefix="/vendor"))
    assert elsewhere["identity-center"] == _policy("identity-center-role", identity_store_role_arn=READER)
    assert here["identity-center"] == reading
    assert _policies(reader) == {"identity-center": reading}
    assert reader["AssumeRolePolicyDocument"] == _policy("admin-trust", **_deployment("sentinel"))


def _policies(role: Mapping[str, Any]) -> dict[str, Any]:
    return {each["PolicyName"]: each["PolicyDocument"] for each in role["Policies"]}


def test_the_same_limits_of_the_synchronization() -> None:
    block = dict(_variables())["group_sync"]
    settings = (MODULE / "settings.tf").read_text(encoding="utf-8")

    keys = dict(re.findall(r"^    (\w+) += optional\(\w+(?:, ([^)]*))?\)", block, re.MULTILINE))
    assert {key: field.default for key, field in GroupSync.model_fields.items()} == {
        key: _literal(default) if default else None for key, default in keys.items()
    }
    assert f"{INTERVALS_BELIEVED} * var.group_sync.interval" in block
    assert "var.group_sync.interval >= 5 && var.group_sync.interval <= 60" in block
    for interval in (4, 61):
        with pytest.raises(ValidationError, match="interval"):
            GroupSync(interval=interval, believed_for="24h")
    assert f"null ? local.timeout_s : {timeout_s('admin', GroupSync().settings)}" in settings
    for name in ("identity_store", "identity_store_role"):
        pattern = next(each.pattern for each in Settings.model_fields[name].metadata if hasattr(each, "pattern"))
        assert f'regex("{pattern}"' in block


def test_the_same_url_of_a_console() -> None:
    block = dict(_variables())["console_url"].replace("\\\\", "\\")

    assert f'regex("{CONSOLE_URL}", var.console_url)' in block
    given = "SENTINEL_CONSOLE_URL           = try(coalesce(var.console_url, local.console_address), null)"
    assert given in (MODULE / "settings.tf").read_text(encoding="utf-8")


def test_the_same_access_log(default: Template) -> None:
    fields = json.loads(default.only("ApiGatewayV2::Stage")["AccessLogSettings"]["Format"])

    theirs = re.findall(r'^ +(\w+) += "(\$context[^"]+)"', (MODULE / "access_log.tf").read_text(), re.MULTILINE)
    assert fields == dict(theirs)


def test_the_same_choices() -> None:
    theirs = {name for name, _ in _variables()}

    assert theirs - ELSEWHERE == {*ServiceOptions.model_fields, *_settings()} - {"settings"}


def test_the_same_defaults() -> None:
    compared = 0
    for name, block in _variables():
        default = re.search(r'^  default +=  *("?)([\w./:-]+)\1$', block, re.MULTILINE)
        if default is None or default[2] == "null" or name in ELSEWHERE:
            continue
        field = ServiceOptions.model_fields[name]
        assert json.loads(json.dumps(field.default)) == _literal(default[2]), name
        compared += 1
    assert compared > 8


def test_the_same_defaults_within() -> None:
    for model, block in ((Throttle, "throttle"), (IncidentThrottle, "incident_throttle"), (RestApi, "rest_api")):
        text = dict(_variables())[block]
        found = dict(re.findall(r"^    (\w+) += optional\([\w()]+, ([^)]*)\)", text, re.MULTILINE))
        assert found
        for name, literal in found.items():
            default = model.model_fields[name].default
            assert _literal(literal.strip('"')) == (list(default) if isinstance(default, tuple) else default), name


def test_the_same_authorities_in_the_same_partitions() -> None:
    text = (MODULE / "settings.tf").read_text(encoding="utf-8")

    (partitions,) = re.findall(r"amazon_roots_partitions = (\[[^]]+\])", text)
    assert tuple(json.loads(partitions)) == PARTITIONS
    assert re.findall(r'"(/var/task/[^"]+)"', text) == [ROOTS_PATH]


def _settings() -> set[str]:
    """What the module has a variable for is chosen in `settings` here; the rest follows from what is deployed."""
    tables = {"session_table", "grant_table", "budget_table"}
    made = {"api_id", "deployment", "topic_arn", "kill_switch_policies"}
    return Settings.model_fields.keys() - tables - made - GROUP_SETTINGS - {"console", "slack_api"}


def _literal(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
