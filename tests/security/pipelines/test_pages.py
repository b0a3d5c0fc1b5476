"""The blocks of docs/pipelines.md are what their tools accept, and an SDK fetches with the two variables they set."""

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from email.message import Message
from pathlib import Path
from typing import Any, Final

import hcl2
import pytest
import pytest_asyncio
import yaml
from aiobotocore.session import get_session

from deploy.local.gateway.authentication import RememberedCredentials
from deploy.local.gateway.endpoints import Endpoint, EndpointKind
from deploy.local.gateway.issuer_keys import IssuerKeys
from deploy.local.gateway.server import Gateway
from deploy.local.gateway.tokens import TokenAuthorizer
from deploy.local.identity.provider import IdentityProvider
from deploy.local.issuers import ISSUERS, PEOPLE, local_issuers, pod_token
from deploy.policies.issuers import Issuer
from shared.clock import utc_now
from shared.core.access.evaluate import Facts
from shared.core.access.recorded import Circumstances
from tests.patience import LIMIT_S
from tests.unit.client.evidence.replaying.lines import a_vend, policy_of, rule_of
from tests.unit.client.local_server import LocalServer

PROJECT: Final = Path(__file__).parents[3]
PAGE: Final = (PROJECT / "docs" / "pipelines.md").read_text(encoding="utf-8")
FULL_URI, TOKEN_FILE = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
ROUTE: Final = re.compile(r"/as/[a-z][a-z0-9-]*\?profile=[a-z]+$")
VENDED: Final = {
    "AccessKeyId": "ASIAEXAMPLE",
    "SecretAccessKey": "s",
    "Token": "t",
    "Expiration": "2126-11-28T20:00:00Z",
}


def block(section: str, language: str) -> str:
    """Give the one block in a language of a section, of any level."""
    _, _, rest = re.split(rf"^(##+) {section}\n", PAGE, maxsplit=1, flags=re.MULTILINE)
    text = re.split(r"^##+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, section
    return str(found[0])


def test_the_terraform_and_the_cdk_example_are_the_same_valid_issuer() -> None:
    section = "What is needed once: an issuer"
    cdk = json.loads(block(section, "json"))["sentinel"]["issuers"]
    (module,) = hcl2.loads(block(section, "hcl"))["module"]

    (theirs,) = (each for each in module.values())
    assert _plain(theirs["issuers"]) == cdk
    assert Issuer.model_validate(cdk["github"]).kind == "workload"


def _plain(value: Any) -> Any:
    """Give what was written, without the quotes the parser keeps."""
    match value:
        case dict():
            return {str(key).strip('"'): _plain(each) for key, each in value.items() if not str(key).startswith("__")}
        case list():
            return [_plain(each) for each in value]
        case _:
            return str(value).strip('"')


@pytest.mark.parametrize(("section", "step"), [("GitHub Actions", 0), ("On GitHub", 1)])
def test_the_github_workflow_passes_the_linter_and_gives_inputs_the_action_has(
    section: str, step: int, tmp_path: Path
) -> None:
    workflow = block(section, "yaml")
    file = tmp_path / "workflow.yml"
    file.write_text(workflow, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("jactionlint")), "--shellcheck=", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    assert (done.returncode, done.stdout) == (0, "")

    action = yaml.safe_load((PROJECT / "deploy" / "github-action" / "action.yml").read_text(encoding="utf-8"))
    (job,) = yaml.safe_load(workflow)["jobs"].values()
    used = job["steps"][step]["with"]
    assert used.keys() <= action["inputs"].keys()
    assert {name for name, each in action["inputs"].items() if each.get("required")} <= used.keys()
    assert job["permissions"]["id-token"] == "write"


class _Logs(LocalServer):
    """CloudWatch Logs, with one line in the log of the vend function."""

    def __init__(self, line: bytes) -> None:
        self.asked: list[dict[str, Any]] = []
        self._line = line.decode()
        super().__init__()

    def answer(self, headers: Message, body: str) -> tuple[int, str]:
        assert headers["X-Amz-Target"] == "Logs_20140328.FilterLogEvents"
        self.asked.append(json.loads(body))
        is_vend = self.asked[-1]["logGroupName"] == "/aws/lambda/sentinel-vend"
        return 200, json.dumps({"events": [{"eventId": "1", "message": self._line}] if is_vend else []})


EFFECTS: Final = pytest.mark.parametrize(
    ("effect", "code", "words"), [("deny", 3, "1 less access"), ("allow", 0, "0 would change")]
)


def replayed(script: str, effect: str, tool: str, environment: dict[str, str], folder: Path) -> tuple[int, str]:
    """Run a recipe's script, with a stand-in for what comments; give the exit code and the comment."""
    policy = {"version": "1", "rules": [{"name": "all", "effect": effect, "conditions": {}}]}
    (folder / "policies").mkdir()
    (folder / "policies" / "access.yaml").write_text(json.dumps(policy), encoding="utf-8")
    (folder / tool).write_text('#!/bin/sh\necho "$@" > said\n', encoding="utf-8")
    (folder / tool).chmod(0o755)
    line = a_vend(
        policy_of(rule_of("all")), Facts("alice", "prod", utc_now()), Circumstances(True, False, None, None, ())
    )
    with _Logs(json.dumps(line).encode()) as logs:
        always = {
            "PATH": f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "AWS_ACCESS_KEY_ID": "ASIAQQQQQQQQQQQQQQQQ",
            "AWS_SECRET_ACCESS_KEY": "not-a-secret",
            "AWS_ENDPOINT_URL": logs.url,
            "SENTINEL_REMOTE_SERVER": "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
        }
        command = ["bash", "-eo", "pipefail", "-c", script]
        done = subprocess.run(command, cwd=folder, env=always | environment, check=False, timeout=LIMIT_S)
    assert [each["logGroupName"] for each in logs.asked] == ["/aws/lambda/sentinel-vend", "/aws/lambda/sentinel-admin"]
    # A log has a line when it was written, up to a quarter of an hour after the instant that the line has.
    assert logs.asked[0]["endTime"] - logs.asked[0]["startTime"] == (7 * 24 * 3600 + 15 * 60) * 1000
    comment = (folder / "comment.md").read_text(encoding="utf-8")
    assert (comment.startswith("~~~text\n"), comment.endswith("\n~~~\n")) == (True, True)
    return done.returncode, comment


@EFFECTS
def test_the_comment_on_a_pull_request_is_the_replay_of_last_week(
    effect: str, code: int, words: str, tmp_path: Path
) -> None:
    (job,) = yaml.safe_load(block("On GitHub", "yaml"))["jobs"].values()
    environment = {"GITHUB_REPOSITORY": "acme/policies", "PULL_REQUEST": "7"}
    exit_code, comment = replayed(job["steps"][-1]["run"], effect, "gh", environment, tmp_path)
    assert exit_code == code
    assert words in comment
    assert (tmp_path / "said").read_text(encoding="utf-8").startswith("pr comment 7 --repo acme/policies --edit-last")


@EFFECTS
def test_the_comment_on_a_merge_request_is_the_replay_of_last_week(
    effect: str, code: int, words: str, tmp_path: Path
) -> None:
    job = yaml.safe_load(block("On GitLab", "yaml"))["replay"]
    assert job["id_tokens"] == {TOKEN_FILE.removesuffix("_FILE"): {"aud": "sentinel"}}
    assert job["variables"][FULL_URI].endswith("/as/gitlab?profile=audit-reader")
    assert job["variables"]["SENTINEL_REMOTE_SERVER"] == "$SENTINEL_URL"
    environment = {
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "7",
        "COMMENT_TOKEN": "planted",
    }
    (script,) = job["script"]
    exit_code, comment = replayed(script, effect, "curl", environment, tmp_path)
    assert exit_code == code
    assert words in comment
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert "--header PRIVATE-TOKEN: planted --data-urlencode body@comment.md" in said
    assert said.endswith(" https://gitlab.example/api/v4/projects/5/merge_requests/7/notes\n")


def test_the_gitlab_job_has_its_token_in_the_variable_that_sdks_read() -> None:
    job = yaml.safe_load(block("GitLab CI", "yaml"))["deploy"]

    assert job["id_tokens"] == {TOKEN_FILE.removesuffix("_FILE"): {"aud": "sentinel"}}
    assert ROUTE.search(job["variables"][FULL_URI])


def test_the_pod_reads_its_token_where_the_kubelet_writes_it() -> None:
    spec = yaml.safe_load(block("Kubernetes and EKS", "yaml"))["spec"]
    (container,), (volume,) = spec["containers"], spec["volumes"]
    (mount,), (source,) = container["volumeMounts"], volume["projected"]["sources"]
    variables = {each["name"]: each["value"] for each in container["env"]}

    token = source["serviceAccountToken"]
    assert variables[TOKEN_FILE] == f"{mount['mountPath']}/{token['path']}"
    assert mount["name"] == volume["name"]
    assert token["audience"] == "sentinel"
    # Kubernetes' own minimum.
    assert token["expirationSeconds"] >= 600
    assert ROUTE.search(variables[FULL_URI])


def test_the_jenkins_pipeline_binds_the_token_file_and_closes_what_it_opens() -> None:
    pipeline = block("Jenkins", "groovy")

    assert f"variable: '{TOKEN_FILE}'" in pipeline
    assert re.search(rf'{FULL_URI} = "\$\{{env\.SENTINEL_URL\}}/as/jenkins\?profile=deploy"', pipeline)
    assert pipeline.count("{") == pipeline.count("}")


def test_the_shell_of_the_page_is_shell() -> None:
    commands = block("Any other program", "sh")

    done = subprocess.run(["sh", "-n"], input=commands, text=True, capture_output=True, check=False, timeout=LIMIT_S)
    assert (done.returncode, done.stderr) == (0, "")
    assert FULL_URI in commands
    assert TOKEN_FILE in commands


class _Vend:
    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes:  # noqa: ARG002
        claims = json.loads(event)["requestContext"]["authorizer"]["jwt"]["claims"]
        answer = {**VENDED, "AccessKeyId": f"ASIA{claims['sub'].rpartition(':')[2].upper()}"}
        headers = {"content-type": "application/json"}
        return json.dumps({"statusCode": 200, "headers": headers, "body": json.dumps(answer)}).encode()


class _NoCredentials:
    async def find_credential(self, access_key_id: str, action: str, resource: str) -> Any:  # noqa: ARG002
        return "unknown"


@pytest_asyncio.fixture
async def provider(tmp_path: Path) -> AsyncIterator[IdentityProvider]:
    opened = await IdentityProvider(tmp_path, ISSUERS, PEOPLE).open()
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def url(provider: IdentityProvider) -> AsyncIterator[str]:
    """A gateway with the local stack's issuers, and a vend function that answers at once."""
    keys = IssuerKeys(provider.trusted)
    issuers = {
        name: TokenAuthorizer(each.issuer, each.audiences, keys) for name, each in local_issuers(provider).items()
    }
    gateway = Gateway({"vend": _Vend()}, RememberedCredentials(_NoCredentials()), issuers)
    await gateway.open([Endpoint(EndpointKind.HTTP_API, "a1b2c3d4e5", "111122223333", "eu-central-1")], {})
    yield gateway.url(EndpointKind.HTTP_API)
    await gateway.close()


async def test_an_sdk_fetches_with_the_two_variables_and_reads_the_file_each_time(
    provider: IdentityProvider, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    monkeypatch.setenv(FULL_URI, f"{url}/as/pods?profile=deploy")
    monkeypatch.setenv(TOKEN_FILE, str(file))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for account in ("deploy", "other"):
        file.write_text(pod_token(provider, f"system:serviceaccount:shop:{account}"), encoding="utf-8")
        found = await get_session().get_credentials()
        assert found is not None
        assert (await found.get_frozen_credentials()).access_key == f"ASIA{account.upper()}"
