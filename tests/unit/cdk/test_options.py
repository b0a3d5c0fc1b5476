"""What cannot be deployed is refused when the app is synthesized, with the remedy."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.cdk.context import UnusableContextError, read_context
from deploy.cdk.options import ServiceOptions, as_stored
from deploy.cdk.release import Packages
from shared.documents.envelope import unpack
from tests.cdk.options import READER, STORE

PROJECT = Path(__file__).parents[3]
README = PROJECT / "deploy" / "cdk" / "README.md"


CONSOLE: dict[str, Any] = {"issuer": "corp", "client_id": "sentinel"}
PEOPLE: dict[str, Any] = {"issuer": "https://login.example.com", "audiences": ["sentinel"], "kind": "people"}
WORKLOAD = PEOPLE | {"kind": "workload", "required_claims": {"repository_owner_id": ["1"]}}
REST = {"type": "REGIONAL", "source_ips": ["10.0.0.0/8"]}


@pytest.fixture
def packages(tmp_path: Path) -> dict[str, str]:
    for name in Packages.model_fields:
        (tmp_path / f"{name}.zip").touch()
    return {name: str(tmp_path / f"{name}.zip") for name in Packages.model_fields}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"colour": "red"}, "colour"),
        ({"name": "Sentinel"}, "name"),
        ({"snap_start": True, "provisioned_concurrency": {"admin": 1}}, "leave one out"),
        ({"http_api": False}, "there is no API to call"),
        ({"protected_path": "/"}, "protected_path"),
        ({"rest_api": {"type": "PRIVATE"}}, "vpc_endpoint_ids"),
        ({"rest_api": {"type": "REGIONAL"}}, "source_ips"),
        ({"rest_api": {"type": "REGIONAL", "source_ips": ["10.0.0.0/8"], "vpc_endpoint_ids": ["vpce-1"]}}, "leave"),
        ({"log_retention_days": 1}, "log_retention_days"),
        ({"settings": {"vend_bugdet": "5"}}, "SENTINEL_VEND_BUGDET: is not a setting"),
        ({"settings": {"deadline": "60"}}, "SENTINEL_DEADLINE"),
        ({"settings": {"session_table": "mine"}}, "session_table is set by the deployment itself"),
        ({"authorizers": {"pay": {"api_ids": [], "accepted_profiles": ["*"]}}}, "api_ids"),
        ({"authorizers": {"pay": {"api_ids": ["a"], "accepted_profiles": []}}}, "accepted_profiles"),
        ({"authorizers": {"pay": {"api_ids": ["a"], "accepted_profiles": ["*"], "max_session_age": "2h"}}}, "an hour"),
        ({"documents": {"webhooks/pager": "{}"}}, "documents"),
        ({"documents": {"profiles/dev": "x" * 8193}}, "documents"),
        ({"documents": {"profiles/dev": "ü" * 4097}}, "8194 bytes"),
        ({"documents": {"profiles/dev": "# {{x}}"}}, "put a space between"),
        ({"documents": {"profiles/dev": ""}}, "documents"),
        ({"parameter_prefix": "/aws/sentinel"}, "choose another prefix"),
        ({"parameter_prefix": "/SSM"}, "choose another prefix"),
        ({"parameter_prefix": "/a" * 14}, "15 levels"),
        ({"kill_switch_policy_arns": ["arn:aws:iam::444455556666:policy/Admin"]}, "kill_switch_policy_arns"),
        ({"issuers": {"corp": PEOPLE | {"issuer": "http://login.example.com"}}}, "issuer"),
        ({"issuers": {"corp": PEOPLE | {"issuer": "https://login.example.com/ "}}}, "issuer"),
        ({"issuers": {"corp": PEOPLE | {"issuer": "https://login.example.com?tenant=a"}}}, "issuer"),
        ({"issuers": {"corp": PEOPLE | {"audiences": []}}}, "audiences"),
        ({"issuers": {"corp": PEOPLE | {"kind": "workload"}}}, "workload issuer needs"),
        ({"issuers": {"corp": PEOPLE | {"kind": "workload", "required_claims": {"repository": []}}}}, "repository"),
        ({"issuers": {"ci": WORKLOAD | {"required_claims": {"repository": ["**"]}}}}, "narrow it"),
        ({"issuers": {"ci": WORKLOAD | {"required_claims": {"aud": ["sentinel"]}}}}, "narrow it"),
        ({"issuers": {"corp": PEOPLE | {"namespace": "iam"}}}, "namespace"),
        ({"issuers": {"ci": WORKLOAD | {"namespace": ""}}}, "is for people"),
        ({"issuers": {"corp": PEOPLE | {"max_token_age": "soon"}}}, "a duration is written"),
        ({"issuers": {"Corp": PEOPLE}}, "Corp"),
        ({"issuers": {"role": PEOPLE}}, "role is reserved"),
        ({"issuers": {f"corp{n}": PEOPLE for n in range(11)}}, "at most 10"),
        ({"console": CONSOLE}, "not one of the issuers of kind people"),
        ({"issuers": {"ci": WORKLOAD}, "console": CONSOLE | {"issuer": "ci"}}, "of kind people"),
        ({"issuers": {"corp": PEOPLE}, "console": CONSOLE | {"client_id": "page"}}, "one of the audiences"),
        ({"issuers": {"corp": PEOPLE}, "console": CONSOLE | {"scopes": "email"}}, "openid is one of them"),
        ({"issuers": {"corp": PEOPLE}, "console": CONSOLE | {"origins": ["https://*.example.com"]}}, "write an origin"),
        ({"issuers": {"corp": PEOPLE}, "console": CONSOLE | {"origins": ["https://a.example/x"]}}, "write an origin"),
        ({"issuers": {"corp": PEOPLE}, "console": CONSOLE | {"origins": ["http://a.example"]}}, "write an origin"),
        ({"issuers": {"corp": PEOPLE | {"issuer": "https://*"}}, "console": CONSOLE}, "write an origin"),
        ({"issuers": {"corp": PEOPLE | {"issuer": "https://a;b/"}}, "console": CONSOLE}, "write an origin"),
        ({"settings": {"console": "{}"}}, "console is set by the deployment itself"),
        ({"settings": {"slack": "true"}}, "slack is set by the deployment itself"),
        ({"settings": {"slack_api": "https://a.example/"}}, "slack_api is set by the deployment itself"),
        (
            {"slack": True, "http_api": False, "rest_api": {"type": "PRIVATE", "vpc_endpoint_ids": ["vpce-1"]}},
            "slack: its route is one of the HTTP API",
        ),
        ({"settings": {"document_keys": "AAAA"}}, "SENTINEL_DOCUMENT_KEYS: not a public key"),
        ({"issuers": {"corp": PEOPLE | {"signature": "signed"}}}, "signature"),
        ({"group_sync": {"interval": 4}}, "interval"),
        ({"group_sync": {"interval": 61}}, "interval"),
        ({"group_sync": {"believed_for": "soon"}}, "SENTINEL_GROUPS_BELIEVED_FOR: a duration is written"),
        ({"group_sync": {"believed_for": "25h"}}, "SENTINEL_GROUPS_BELIEVED_FOR: write 30m to 24h"),
        ({"group_sync": {"interval": 25}}, "believed_for: at least 2h5m"),
        ({"group_sync": {"identity_store_id": "ssoins-1234567890abcdef"}}, "SENTINEL_IDENTITY_STORE: "),
        ({"group_sync": {"identity_store_role_arn": READER}}, "need SENTINEL_IDENTITY_STORE"),
        (
            {"group_sync": {"identity_store_id": STORE, "identity_store_role_arn": "me"}},
            "SENTINEL_IDENTITY_STORE_ROLE: ",
        ),
        (
            {"group_sync": {"identity_store_id": STORE, "identity_store_region": "!"}},
            "SENTINEL_IDENTITY_STORE_REGION: ",
        ),
        ({"settings": {"identity_store": STORE}}, "identity_store is set by the deployment itself"),
        ({"issuers": {"corp": PEOPLE}, "http_api": False, "rest_api": REST}, "leave http_api on"),
    ],
)
def test_what_cannot_work_is_refused(packages: dict[str, str], options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ServiceOptions.model_validate({"packages": packages, **options})

    assert words in str(refused.value)


def test_packages_that_are_not_there_are_named_with_the_command_that_builds_them(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"sentinel-vend-arm64\.zip.*make package"):
        Packages.in_folder(tmp_path, "arm64")


def test_the_context_may_be_text_and_name_a_folder_of_documents(packages: dict[str, str]) -> None:
    folder = PROJECT / "deploy" / "local" / "documents"
    text = f'{{"packages": {{{", ".join(f"{k!r}: {v!r}" for k, v in packages.items())}}}, "documents": "{folder}"}}'

    options = read_context({"sentinel": text.replace("'", '"')})

    assert options.sentinel.documents.keys() >= {"policies/access", "profiles/dev", "groups/platform-oncall"}
    assert options.protected_roles == {}


def test_the_context_in_the_readme_is_one(packages: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    (written,) = re.findall(r"```json\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    context = json.loads(written)
    context["sentinel"]["packages"] = packages

    options = read_context(context)

    assert options.sentinel.documents
    assert options.sentinel.authorizers.keys() == {"ledger"}
    assert options.protected_roles.keys() == {"dev"}


def test_the_context_in_cdk_json_deploys_what_make_package_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = json.loads((README.parent / "cdk.json").read_text(encoding="utf-8"))["context"]
    monkeypatch.chdir(tmp_path)
    Path("dist").mkdir()
    for name in Packages.model_fields:
        Path(f"dist/sentinel-{name}-arm64.zip").touch()

    assert read_context(context).sentinel.zips.vend == Path("dist/sentinel-vend-arm64.zip")


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"sentinel": "{"}, "'sentinel' is not JSON"),
        ({"sentinel": ["arm64"]}, "is not an object"),
        ({"sentinel": {"packages": {}, "documents": "docs"}}, "no documents there"),
        ({"sentinel": {"packages": {}}, "protected_roles": {"dev": {"can": "everything"}}}, "protected_roles.dev.can"),
    ],
)
def test_a_context_that_is_not_usable_is_refused(context: dict[str, Any], words: str) -> None:
    with pytest.raises(UnusableContextError) as refused:
        read_context(context)

    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sso_roles": "AWSReservedSSO_Admins_0123456789abcdef"}, "SENTINEL_SSO_ROLES: .* says no account"),
        ({"named_session_roles": "999999999999:ci-*"}, "SENTINEL_NAMED_SESSION_ROLES: .* does not list"),
    ],
)
def test_roles_of_no_account_among_several_are_refused_before_anything_is_deployed(
    packages: dict[str, str], settings: dict[str, str], words: str
) -> None:
    two = {"trusted_accounts": "111122223333,444455556666"}
    with pytest.raises(ValueError, match=words):
        ServiceOptions.model_validate({"packages": packages, "settings": two | settings})


def test_an_http_api_trusts_its_own_account(packages: dict[str, str]) -> None:
    """It takes no other's callers, so without it no one could call."""
    others = {"settings": {"trusted_accounts": "444455556666"}}
    with pytest.raises(ValueError, match="add it, or turn http_api off"):
        ServiceOptions.model_validate({"packages": packages, **others}).check_account("111122223333")

    ServiceOptions.model_validate({"packages": packages}).check_account("111122223333")
    both = {"settings": {"trusted_accounts": "444455556666,111122223333"}}
    ServiceOptions.model_validate({"packages": packages, **both}).check_account("111122223333")
    rest = {"http_api": False, "rest_api": {"type": "REGIONAL", "source_ips": ["198.51.100.0/24"]}}
    ServiceOptions.model_validate({"packages": packages, **others, **rest}).check_account("111122223333")


def test_a_document_that_can_be_a_standard_parameter_is_stored_as_one() -> None:
    """An advanced one costs, and stays one for good."""
    short, long, random = "# short", "# words\n" * 1000, "".join(map(chr, range(0x4E00, 0x4E00 + 2000)))
    assert as_stored(short) == short
    assert as_stored(long).startswith("gzip:")
    assert unpack(as_stored(long)) == long
    assert as_stored(random) == random
