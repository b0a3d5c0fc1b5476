"""The schedule of the synchronization of groups: its event, who may invoke, its time, its settings and its alarm."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from deploy.policies.caller import operator_policy
from deploy.policies.generate import EXAMPLE
from deploy.policies.groups import AGE_METRIC, ALARM_AT, GroupSync, reader_role_name
from shared.edge.audit.metrics import NAMESPACE
from tests.cdk.options import PAGER, READER, STORE
from tests.cdk.template import Properties, Template

PAGE = Path(__file__).parents[3] / "docs" / "identity-center.md"


def function(template: Template, name: str) -> Properties:
    return template.named("Lambda::Function", "FunctionName", name)


def settings(template: Template, name: str) -> Mapping[str, str]:
    """Give the settings of a function that concern groups."""
    variables = function(template, name)["Environment"]["Variables"]
    return {key: value for key, value in variables.items() if "GROUP" in key or "IDENTITY" in key}


def test_without_the_option_nothing_is_there(default: Template) -> None:
    assert [each["Name"] for each in default.of_type("Events::Rule").values()] == ["sentinel-follow-up"]
    assert function(default, "sentinel-admin")["Timeout"] == function(default, "sentinel-vend")["Timeout"] == 12
    assert settings(default, "sentinel-admin") == settings(default, "sentinel-vend") == {}


def test_one_rule_invokes_the_alias_with_the_constant_event(complete: Template) -> None:
    rule = complete.named("Events::Rule", "Name", "vendor-groups")
    (target,) = rule["Targets"]

    assert rule["ScheduleExpression"] == "rate(10 minutes)"
    assert json.loads(target["Input"]) == {"task": "sync-groups"}
    assert not target.keys() & {"InputPath", "InputTransformer", "RoleArn"}
    assert target["Arn"].strip("<>") in alias_of(complete, "vendor-admin")


def alias_of(template: Template, name: str) -> set[str]:
    """Give the logical ids of a function's aliases."""
    (logical_id,) = (key for key, each in template.of_type("Lambda::Function").items() if each["FunctionName"] == name)
    aliases = template.of_type("Lambda::Alias").items()
    return {key for key, each in aliases if each["FunctionName"].strip("<>") == logical_id}


def test_events_may_invoke_the_admin_function_by_these_rules_only(complete: Template) -> None:
    rules = {f"<{key}.Arn>" for key in complete.of_type("Events::Rule")}
    permissions = complete.of_type("Lambda::Permission").values()
    by_events = [each for each in permissions if each["Principal"] == "events.amazonaws.com"]

    assert {each["SourceArn"] for each in by_events} == rules
    for permission in by_events:
        assert permission["Action"] == "lambda:InvokeFunction"
        assert permission["FunctionName"].strip("<>") in alias_of(complete, "vendor-admin")


def test_only_the_admin_function_gets_more_time(complete: Template, private: Template) -> None:
    assert function(complete, "vendor-admin")["Timeout"] == function(private, "sentinel-admin")["Timeout"] == 300
    assert function(complete, "vendor-vend")["Timeout"] == 16
    assert function(private, "sentinel-vend")["Timeout"] == 12


def test_the_functions_have_the_settings_that_were_chosen(complete: Template, private: Template) -> None:
    assert settings(complete, "vendor-admin") == {
        "SENTINEL_GROUP_SYNC": "true",
        "SENTINEL_GROUPS_BELIEVED_FOR": "90m",
        "SENTINEL_IDENTITY_STORE": STORE,
        "SENTINEL_IDENTITY_STORE_REGION": "us-east-1",
        "SENTINEL_IDENTITY_STORE_ROLE": READER,
    }
    assert settings(private, "sentinel-admin") == {
        "SENTINEL_GROUP_SYNC": "true",
        "SENTINEL_GROUPS_BELIEVED_FOR": "2h",
        "SENTINEL_IDENTITY_STORE": STORE,
    }
    assert settings(complete, "vendor-vend") == settings(private, "sentinel-vend") == {"SENTINEL_GROUP_SYNC": "true"}
    assert settings(complete, "vendor-authorizer-pay") == {}


def test_the_alarm_sees_old_memberships_and_a_synchronization_that_does_not_run(complete: Template) -> None:
    alarm = complete.named("CloudWatch::Alarm", "AlarmName", "vendor-groups-old")

    assert (alarm["Namespace"], alarm["MetricName"]) == (NAMESPACE, AGE_METRIC)
    dimensions = [{"Name": "deployment", "Value": "vendor"}, {"Name": "service", "Value": "admin"}]
    assert alarm["Dimensions"] == dimensions
    assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "Maximum",
        "GreaterThanThreshold",
        timedelta(minutes=90).total_seconds() / 4,
    )
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (timedelta(minutes=15).total_seconds(), 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == alarm["OKActions"] == [PAGER]


def test_the_alarm_on_syncs_that_fail_comes_before_any_membership_ends() -> None:
    for interval, believed_for in ((6, "30m"), (15, "75m"), (24, "2h"), (60, "5h"), (60, "24h")):
        sync = GroupSync(interval=interval, believed_for=believed_for)
        between, lasting = timedelta(minutes=interval), sync.believed / 2
        # Each failed sync reports an age; the first over the limit is one interval later than the limit at most.
        assert sync.believed * ALARM_AT + between < lasting
        assert 2 * between < lasting


def test_the_reader_trusts_the_admin_role_of_one_deployment_alone(account: Template) -> None:
    reader = account.named("IAM::Role", "RoleName", "SentinelGroups")
    (statement,) = reader["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/sentinel-admin"}
    }


def test_who_reads_identity_center_lists_one_store_and_does_nothing_else(private: Template, account: Template) -> None:
    for template, name in ((private, "sentinel-admin"), (account, "SentinelGroups")):
        its = [each for who, each in template.statements() if who == name and "identitystore:" in str(each)]
        (statement,) = its
        assert statement["Effect"] == "Allow"
        assert {*statement["Action"]} == {
            f"identitystore:List{what}" for what in ("Groups", "GroupMemberships", "Users")
        }
        stores = [resource for resource in statement["Resource"] if ":identitystore/" in resource]
        assert stores == [f"arn:aws:identitystore::*:identitystore/{STORE}"]


def test_each_deployment_has_a_reader_of_its_own() -> None:
    assert (reader_role_name("sentinel"), reader_role_name("vendor")) == ("SentinelGroups", "SentinelGroups-vendor")


def test_the_page_shows_options_that_there_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    (context,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    (keys,) = re.findall(r"group_sync = \{\n(.*?)\n  \}", page, re.DOTALL)

    assert GroupSync.model_validate(json.loads(context)["sentinel"]["group_sync"]).identity_store_id == STORE
    assert re.findall(r"^ +(\w+) +=", keys, re.MULTILINE) == [*GroupSync.model_fields]


def test_operators_keep_group_documents_as_they_keep_policies() -> None:
    policy: Any = operator_policy(EXAMPLE)
    keeping = next(each for each in policy["Statement"] if each["Sid"] == "KeepDocuments")

    names = {resource.partition("parameter/sentinel/")[2] for resource in keeping["Resource"]}
    assert names == {f"{kind}{rest}" for kind in ("policies", "profiles", "groups") for rest in ("", "/*")}
    assert {"ssm:PutParameter", "ssm:DeleteParameter"} <= {*keeping["Action"]}
