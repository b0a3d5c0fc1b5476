"""The event bus and the archive of audit lines in the templates: off by default, and the same as Terraform's."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.policies.delivery import (
    LINES,
    MOST_NAME,
    AuditArchive,
    EventBus,
    archive_key_policy,
    bucket_policy,
    event_bus_policy,
    stream_policy,
    stream_trust,
    subscription_policy,
    subscription_trust,
)
from deploy.queries.pack import load_athena_queries, load_logs_queries
from tests.cdk.options import KEY, PAGER
from tests.cdk.template import Properties, Template, example_deployment

MODULE = Path(__file__).parents[3] / "deploy" / "terraform" / "sentinel"
VENDOR = replace(example_deployment("vendor"), name="vendor")
BUCKET = "vendor-audit-111122223333-eu-central-1"
# Names of Terraform's arguments, and of CloudFormation's properties.
SAME_VALUES = {
    "buffering_size": ("BufferingHints", "SizeInMBs"),
    "buffering_interval": ("BufferingHints", "IntervalInSeconds"),
    "compression_format": ("CompressionFormat",),
}


def policies(role: Properties) -> dict[str, Any]:
    return {each["PolicyName"]: each["PolicyDocument"] for each in role["Policies"]}


def test_without_the_options_nothing_is_there(default: Template) -> None:
    kinds = {"Events::EventBus", "S3::Bucket", "KinesisFirehose::DeliveryStream", "Logs::SubscriptionFilter"}
    assert not kinds & default.counts().keys()
    assert list(policies(default.named("IAM::Role", "RoleName", "sentinel-admin"))) == ["admin"]
    assert "SENTINEL_EVENT_BUS" not in str(default.resources)


def test_only_the_admin_function_puts_events_on_the_bus(complete: Template) -> None:
    ((logical_id, bus),) = complete.of_type("Events::EventBus").items()
    assert (bus["Name"], bus["KmsKeyIdentifier"]) == ("vendor-events", KEY)
    assert complete.outputs["EventBusArn"] == f"<{logical_id}.Arn>"
    assert policies(complete.named("IAM::Role", "RoleName", "vendor-admin"))["event-bus"] == event_bus_policy(VENDOR)
    putting = {who for who, each in complete.statements() if "events:PutEvents" in each["Action"]}
    knowing = {
        each["FunctionName"]
        for each in complete.of_type("Lambda::Function").values()
        if each["Environment"]["Variables"].get("SENTINEL_EVENT_BUS") == f"<{logical_id}.Arn>"
    }
    assert putting == knowing == {"vendor-admin"}


def test_the_lines_of_every_function_go_to_the_stream_and_nothing_else(complete: Template) -> None:
    filters = complete.of_type("Logs::SubscriptionFilter").values()
    groups = {f"<{key}>": each["LogGroupName"] for key, each in complete.of_type("Logs::LogGroup").items()}
    functions = {each["FunctionName"] for each in complete.of_type("Lambda::Function").values()}
    assert {groups[each["LogGroupName"]] for each in filters} == {f"/aws/lambda/{name}" for name in functions}
    assert {each["FilterPattern"] for each in filters} == {LINES} == {'{ $.kind = "sentinel.audit" }'}
    (logical_id,) = complete.of_type("KinesisFirehose::DeliveryStream")
    assert {each["DestinationArn"] for each in filters} == {f"<{logical_id}.Arn>"}


def test_services_become_the_roles_of_the_archive_for_this_account_only(complete: Template) -> None:
    stream = complete.named("IAM::Role", "RoleName", "vendor-audit")
    subscription = complete.named("IAM::Role", "RoleName", "vendor-audit-subscription")
    assert stream["AssumeRolePolicyDocument"] == stream_trust(VENDOR)
    assert subscription["AssumeRolePolicyDocument"] == subscription_trust(VENDOR)
    assert policies(stream) == {"audit-stream": stream_policy(VENDOR), "audit-key": archive_key_policy(VENDOR, KEY)}
    assert policies(subscription) == {"audit-subscription": subscription_policy(VENDOR)}
    for role in (stream, subscription):
        assert role["PermissionsBoundary"] == "arn:aws:iam::111122223333:policy/Engineers"
        (condition,) = (each["Condition"] for each in role["AssumeRolePolicyDocument"]["Statement"])
        assert condition["StringEquals"] == {"aws:SourceAccount": "111122223333"}
        assert "111122223333" in condition["ArnLike"]["aws:SourceArn"]


def test_the_bucket_is_locked_encrypted_private_and_outlives_the_stack(complete: Template) -> None:
    ((logical_id, bucket),) = complete.of_type("S3::Bucket").items()
    assert bucket["BucketName"] == BUCKET
    (policy_id,) = complete.of_type("S3::BucketPolicy")
    assert {complete.resources[each]["DeletionPolicy"] for each in (logical_id, policy_id)} == {"Retain"}
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 2557}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    (aging,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (aging["ExpirationInDays"], aging["NoncurrentVersionExpiration"]) == (2600, {"NoncurrentDays": 1})
    assert aging["Transitions"] == [{"TransitionInDays": 90, "StorageClass": "GLACIER_IR"}]
    assert complete.only("S3::BucketPolicy")["PolicyDocument"] == bucket_policy(VENDOR)


def test_a_request_without_modern_tls_is_denied(complete: Template) -> None:
    statements = {each["Sid"]: each for each in complete.only("S3::BucketPolicy")["PolicyDocument"]["Statement"]}
    everything = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    moving = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    for sid, actions, resources, condition in (
        ("OnlyTls", "s3:*", everything, {"Bool": {"aws:SecureTransport": "false"}}),
        ("OnlyModernTls", moving, everything[1], {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    ):
        assert statements[sid] == {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": actions,
            "Resource": resources,
            "Condition": condition,
        }


def test_no_one_passes_over_the_retention(complete: Template) -> None:
    statements = complete.only("S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert [each for each in statements if each["Sid"] == "NoWayAroundRetention"] == [
        {
            "Sid": "NoWayAroundRetention",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:BypassGovernanceRetention",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
    ]


def test_the_same_stream_as_terraforms(complete: Template) -> None:
    text = (MODULE / "archive.tf").read_text(encoding="utf-8")
    names = json.loads((MODULE.parent / "policies" / "names.json").read_text(encoding="utf-8"))["archive"]
    delivering = complete.only("KinesisFirehose::DeliveryStream")["ExtendedS3DestinationConfiguration"]
    for argument, path in SAME_VALUES.items():
        (written,) = re.findall(rf"^    {argument} +=  *\"?(\w+)\"?$", text, re.MULTILINE)
        value = delivering
        for key in path:
            value = value[key]
        assert str(value) == written
    steps = [
        (kind, re.findall(r'parameter_name +=  *"(\w+)"\n +parameter_value = "(\w+)"', rest))
        for kind, rest in re.findall(
            r'processors \{\n +type = "(\w+)"\n(.*?)^      \}$', text, re.MULTILINE | re.DOTALL
        )
    ]
    assert [
        (each["Type"], [(one["ParameterName"], one["ParameterValue"]) for one in each.get("Parameters", ())])
        for each in delivering["ProcessingConfiguration"]["Processors"]
    ] == steps
    assert [kind for kind, _ in steps] == ["Decompression", "CloudWatchLogProcessing", "AppendDelimiterToRecord"]
    assert (delivering["Prefix"], delivering["ErrorOutputPrefix"]) == (names["prefix"], names["failed_prefix"])
    assert names["pattern"] == LINES


def test_the_same_alarm_as_terraforms(complete: Template) -> None:
    text = (MODULE / "archive.tf").read_text(encoding="utf-8")
    alarm = complete.named("CloudWatch::Alarm", "AlarmName", "vendor-audit-archive-late")
    assert alarm["AlarmDescription"].replace("vendor-audit", "${local.archive_name}") in text
    for key, name in (("threshold", "Threshold"), ("period", "Period")):
        assert re.findall(rf"^  {key} += (\d+)$", text, re.MULTILINE) == [str(alarm[name])]
    assert alarm["AlarmActions"] == [PAGER]


def test_the_queries_are_saved_over_the_log_groups_and_the_archive(complete: Template, default: Template) -> None:
    logs, athena = load_logs_queries(), load_athena_queries()
    saved = {each["Name"]: each for each in complete.of_type("Logs::QueryDefinition").values()}
    assert {name: each["QueryString"] for name, each in saved.items()} == {
        f"vendor/{name}": query.text for name, query in logs.items()
    }
    assert {len(each["LogGroupNames"]) for each in saved.values()} == {4}
    named = {each["Name"]: each["QueryString"] for each in complete.of_type("Athena::NamedQuery").values()}
    assert named == {f"vendor/{name}": query.text for name, query in athena.items()}
    assert complete.only("Glue::Database")["DatabaseInput"]["Name"] == "vendor_audit"
    assert not {"Logs::QueryDefinition", "Athena::NamedQuery", "Glue::Table"} & default.counts().keys()


def test_the_same_table_as_terraforms(complete: Template) -> None:
    written = json.loads((MODULE.parents[1] / "queries" / "athena" / "table.json").read_text(encoding="utf-8"))
    table = complete.only("Glue::Table")["TableInput"]
    (bucket,) = (f"<{each}>" for each in complete.of_type("S3::Bucket"))
    stored = table["StorageDescriptor"]
    assert table["Parameters"] == {"EXTERNAL": "TRUE"} | {
        name: value.replace("BUCKET", bucket) for name, value in written["parameters"].items()
    }
    assert table["PartitionKeys"] == [{"Name": written["partition"], "Type": "string"}]
    assert [(each["Name"], each["Type"]) for each in stored["Columns"]] == [
        (each["name"], each["type"]) for each in written["columns"]
    ]
    assert (table["Name"], stored["Location"]) == (written["name"], f"s3://{bucket}/{written['prefix']}")
    assert stored["SerdeInfo"] == {
        "SerializationLibrary": written["serde"],
        "Parameters": written["serde_parameters"],
    }
    assert (stored["InputFormat"], stored["OutputFormat"]) == (written["input_format"], written["output_format"])


@pytest.mark.parametrize(("block", "model"), [("event_bus", EventBus), ("audit_archive", AuditArchive)])
def test_the_same_choices_and_defaults_as_terraforms(block: str, model: type[EventBus | AuditArchive]) -> None:
    text = (MODULE / "variables_delivery.tf").read_text(encoding="utf-8")
    (variable,) = re.findall(rf'^variable "{block}" \{{\n(.*?)^\}}', text, re.MULTILINE | re.DOTALL)
    found = dict(re.findall(r"^    (\w+) += optional\(\w+(?:, ([^)]*))?\)", variable, re.MULTILINE))
    assert {key: json.loads(value) if value else None for key, value in found.items()} == {
        name: field.default for name, field in model.model_fields.items()
    }
    assert f"length(var.name) <= {MOST_NAME}" in text


@pytest.mark.parametrize(
    "chosen",
    [
        {"mode": "NONE"},
        {"retention_days": 0},
        {"retention_days": 36501},
        {"glacier_after_days": 0},
        {"expire_after_days": 364},
        {"retention_days": 30, "expire_after_days": 60},
        {"kms_key_arn": "alias/sentinel"},
        {"days": 1},
    ],
    ids=str,
)
def test_an_archive_that_cannot_be_is_refused(chosen: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AuditArchive.model_validate(chosen)
