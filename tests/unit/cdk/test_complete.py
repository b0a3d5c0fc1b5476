"""The CDK's example is as complete as Terraform's: the guide works with either."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.policies.caller import caller_policy, operator_policy
from shared.documents.load import load_profile
from tests.cdk.installed import needs_cdk
from tests.cdk.template import Template, example_deployment
from tests.once import made_once
from tests.patience import LIMIT_S

PROJECT = Path(__file__).parents[3]
EXAMPLE = PROJECT / "deploy" / "cdk" / "complete.json"
TERRAFORM = PROJECT / "deploy" / "terraform" / "examples" / "complete"
OUTPUTS = PROJECT / "deploy" / "terraform" / "sentinel" / "outputs.tf"


def _synthesize(folder: Path) -> None:
    context = json.loads(EXAMPLE.read_text(encoding="utf-8"))["context"]
    for kind in ("vend", "authorizer", "admin"):
        (folder / f"{kind}.zip").write_bytes(kind.encode())
    context["sentinel"]["packages"] = {kind: str(folder / f"{kind}.zip") for kind in ("vend", "authorizer", "admin")}
    environment = {"CDK_OUTDIR": str(folder / "out"), "CDK_CONTEXT_JSON": json.dumps(context), "PYTHONPATH": ".:client"}
    command = [sys.executable, "-m", "deploy.cdk.app"]
    subprocess.run(command, cwd=PROJECT, env=os.environ | environment, check=True, timeout=LIMIT_S)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_cdk()
    return made_once(tmp_path_factory, "cdk-complete", _synthesize) / "out" / "Sentinel.template.json"


def outputs(file: Path) -> dict[str, Any]:
    """Give the outputs, with the account and region of the tests filled in."""
    text = json.dumps(json.loads(file.read_text(encoding="utf-8"))["Outputs"])
    pseudo = {"AWS::Partition": "aws", "AWS::Region": "eu-central-1", "AWS::AccountId": "111122223333"}

    def filled(value: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {"Fn::Join"}:
            return "".join(map(filled, value["Fn::Join"][1]))
        if isinstance(value, dict) and value.keys() == {"Ref"}:
            return pseudo.get(value["Ref"], "apiid")
        return value

    return {name: filled(each["Value"]) for name, each in json.loads(text).items()}


def test_the_role_and_its_profile_are_there(file: Path) -> None:
    template = Template.read(file)
    role = template.named("IAM::Role", "RoleName", "notes")
    assert role["Path"] == "/sentinel/protected/"
    parameter = template.named("SSM::Parameter", "Name", "/sentinel/profiles/notes")
    profile = load_profile(re.sub(r"<\w+\.Arn>", "arn:aws:iam::111122223333:role/x", parameter["Value"]))
    assert profile.description == "Reads and writes notes"


def test_the_documents_are_those_of_terraforms_example(file: Path) -> None:
    names = {each["Name"] for each in Template.read(file).of_type("SSM::Parameter").values()}
    assert names >= {f"/sentinel/policies/{name}" for name in ("access", "approval", "admin")}


def test_groups_are_synchronized_as_in_terraforms_example(file: Path) -> None:
    assert re.search(r"^  group_sync += \{\}", (TERRAFORM / "main.tf").read_text(encoding="utf-8"), re.MULTILINE)
    rule = Template.read(file).named("Events::Rule", "Name", "sentinel-groups")
    assert rule["ScheduleExpression"] == "rate(15 minutes)"


def test_the_outputs_let_people_call_and_operators_push(file: Path) -> None:
    found = outputs(file)
    deployment = example_deployment()
    assert json.loads(found["HttpCallerPolicy"]) == caller_policy(deployment, "apiid")
    assert json.loads(found["OperatorPolicy"]) == operator_policy(deployment)
    assert {"HttpApiUrl", "HttpApiId", "VendRoleArn", "AdminRoleArn", "TopicArn", "KillSwitchPolicyArn"} <= found.keys()
