"""A deployment that wants signatures, by a key of the emulator's KMS."""

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sentinel.commands.policy import policy
from shared.documents.public_keys import PublicKeys
from shared.documents.signature import Place, Signature, statement
from tests.gateway_events import http_api_event
from tests.service.emulator import aws
from tests.service.vend.conftest import Answered, VendLambda

DEV = http_api_event(query="profile=dev")
PROD = http_api_event(query="profile=prod")
WIDER = {"version": "1", "rules": [{"name": "all", "effect": "allow", "conditions": {}}]}


@pytest.fixture
def key(aws_url: str) -> str:  # noqa: ARG001 - the emulator's address is in the environment
    made: str = aws("kms").create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    return made


@pytest.fixture
def environment(environment: dict[str, str], key: str) -> dict[str, str]:
    public = base64.b64encode(aws("kms").get_public_key(KeyId=key)["PublicKey"]).decode()
    return environment | {"SENTINEL_DOCUMENT_KEYS": public}


@pytest.fixture
def signed(vend: VendLambda, key: str) -> VendLambda:
    """The function, with each document signed but the break-glass policy."""
    for name in ("policies/access", "policies/approval", "profiles/dev", "profiles/prod"):
        vend.store(name, sign(key, name, 2, value(name)))
    return vend


def sign(key: str, name: str, version: int, text: str, store_by: int = 4_000_000_000) -> str:
    arn = aws("ssm").get_parameter(Name=f"/sentinel/{name}")["Parameter"]["ARN"]
    message = statement(Place(arn, version), store_by, text)
    signed = aws("kms").sign(KeyId=key, Message=message, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256")
    return f"{Signature(version, store_by, signed['Signature']).line}\n{text}"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(policy, arguments)


def value(name: str) -> str:
    stored: str = aws("ssm").get_parameter(Name=f"/sentinel/{name}")["Parameter"]["Value"]
    return stored


def refused(answered: Answered, why: str) -> None:
    """Check for what an unreadable document gets."""
    assert (answered.status, answered.body["code"]) == (503, "unavailable")
    assert answered.audit["dependency"] == "ssm"
    assert why in answered.audit["detail"]
    assert "access_key_id" not in answered.audit


def test_signed_documents_are_vended_by_and_verified_once(signed: VendLambda, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[bytes] = []
    verify = PublicKeys.verify

    def count(keys: PublicKeys, signature: bytes, message: bytes) -> bool:
        verified.append(message)
        return verify(keys, signature, message)

    monkeypatch.setattr(PublicKeys, "verify", count)
    first = signed.call(DEV)
    assert (first.status, first.audit["rule"]) == (200, "dev")
    # The break-glass policy is not signed: no one needs it here, and it is refused without a look at the key.
    assert {message.split(b"\n")[1].rpartition(b"sentinel/")[2] for message in verified} == {
        b"policies/access",
        b"policies/approval",
        b"profiles/dev",
    }
    assert signed.call(DEV).status == 200
    assert len(verified) == 3


def test_an_unsigned_and_a_copied_policy_decide_nothing(signed: VendLambda) -> None:
    before = value("policies/access")
    signed.store("policies/access", WIDER)
    refused(signed.call(DEV), "it is not signed")
    line, _, _ = before.partition("\n")
    signed.store("policies/access", f"{line}\n{json.dumps(WIDER)}")
    refused(signed.call(DEV), "its signature is for version 2")
    signed.store("policies/access", before)
    refused(signed.call(DEV), "its signature is for version 2")


def test_another_profile_s_document_is_no_profile_under_this_name(signed: VendLambda) -> None:
    signed.store("profiles/prod", value("profiles/dev"))
    signed.store("profiles/dev", value("profiles/prod"))
    refused(signed.call(DEV), "its signature is for version 2")


def test_a_policy_that_is_deleted_and_counted_up_again_is_none_once_its_time_has_passed(
    signed: VendLambda, key: str
) -> None:
    older = sign(key, "policies/access", 2, json.dumps(WIDER), store_by=1_700_000_000)
    aws("ssm").delete_parameter(Name="/sentinel/policies/access")
    assert signed.call(DEV).body["code"] == "unavailable"
    for text in ("{}", older):
        signed.store("policies/access", text)
    refused(signed.call(DEV), "stored later than its signature allows")


def test_a_grant_whose_policy_is_not_signed_is_not_honoured(signed: VendLambda) -> None:
    signed.approve("prod", timedelta(hours=1))
    assert signed.call(PROD).status == 200
    signed.store("policies/approval", json.loads(value("policies/approval").partition("\n")[2]))
    refused(signed.call(PROD), "policies/approval")
    assert signed.call(DEV).status == 200


def test_a_push_with_a_key_of_kms_is_vended_by(signed: VendLambda, key: str, tmp_path: Path) -> None:
    file = tmp_path / "access.json"
    file.write_text(json.dumps(WIDER))
    assert run("push", str(file), "--yes", "--sign", key).exit_code == 0
    assert signed.call(DEV).audit["rule"] == "all"
    assert json.loads(run("pull").stdout) == WIDER
