"""`sentinel policy sign` and signed pushes against Parameter Store and KMS (moto, which signs as KMS does)."""

import base64
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from shared.documents.public_keys import PublicKeys
from shared.documents.signature import Stored, require_signed
from tests.unit.client.policy.conftest import EXAMPLES, Sentinel
from tests.unit.client.policy.test_policy_stored import NAME, TEXT, padding, write

Key = Callable[[], str]


@pytest.fixture
def kms(aws: None) -> Any:  # noqa: ARG001 - the account is its effect
    return client("kms")


@cache
def client(service: str) -> Any:
    """Give a client; making one takes longer than its calls do."""
    return botocore.session.get_session().create_client(service, region_name="eu-central-1")


def ssm() -> Any:
    return client("ssm")


def stored(name: str = NAME) -> str:
    value: str = ssm().get_parameter(Name=name)["Parameter"]["Value"]
    return value


@pytest.fixture
def key(kms: Any) -> str:
    return new_key(kms)


def new_key(kms: Any, spec: str = "ECC_NIST_P256") -> str:
    made: str = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec=spec)["KeyMetadata"]["Arn"]
    return made


def require(kms: Any, key: str, name: str = NAME) -> None:
    """Check a parameter as the Lambdas do."""
    public = base64.b64encode(kms.get_public_key(KeyId=key)["PublicKey"]).decode()
    found = ssm().get_parameter(Name=name, WithDecryption=True)["Parameter"]
    require_signed(
        found["Value"], Stored(found["ARN"], found["Version"], found["LastModifiedDate"]), PublicKeys([public])
    )


def test_a_push_signs_each_version_and_the_document_stays_the_same(sentinel: Sentinel, kms: Any, key: str) -> None:
    write(TEXT)
    assert sentinel("push", "access.yaml", "--yes", "--sign", key).exit_code == 0
    require(kms, key)
    assert sentinel("pull").stdout_bytes == TEXT.encode()
    assert sentinel("diff", "access.yaml").exit_code == 0
    again = sentinel("push", "access.yaml", "--yes", "--sign", key)
    assert again.stdout == f"{NAME}: no change (version 1)\n"
    write(TEXT.replace("everyone", "all"))
    changed = sentinel("push", "access.yaml", "--yes", "--sign", key)
    assert "signed:" not in changed.output
    assert json.loads(sentinel("pull", "--json").stdout)["signature"].startswith("signed:2:")
    require(kms, key)


def test_the_same_text_is_stored_again_where_the_key_has_not_signed_it(sentinel: Sentinel, kms: Any, key: str) -> None:
    write(TEXT)
    sentinel("push", "access.yaml", "--yes")
    signed = sentinel("push", "access.yaml", "--yes", "--sign", key)
    assert f"{NAME}: the same text, to be signed\n{NAME}: stored as version 2\n" in signed.stdout
    other = new_key(kms)
    assert "version 3" in sentinel("push", "access.yaml", "--yes", "--sign", other).stdout
    require(kms, other)


def test_a_packed_document_is_signed_by_its_text_and_has_room_for_its_signature(
    sentinel: Sentinel, kms: Any, key: str
) -> None:
    text = TEXT + "\n#" + "x" * (4096 - len(TEXT) - 2)
    write(text)
    assert json.loads(sentinel("push", "access.yaml", "--yes", "--json").stdout)["packed"] is False
    assert json.loads(sentinel("push", "access.yaml", "--yes", "--json", "--sign", key).stdout)["packed"] is True
    require(kms, key)
    assert sentinel("pull").stdout_bytes == text.encode()
    write(TEXT + padding(4000))  # fits as it is, and not with a signature, even gzipped
    assert sentinel("push", "access.yaml", "--yes", "--unsigned").exit_code == 0
    refused = sentinel("push", "access.yaml", "--yes", "--sign", key)
    assert refused.exit_code == 1
    assert "that fit" in refused.stderr


def test_one_signs_and_another_stores(sentinel: Sentinel, kms: Any, key: str) -> None:
    write(TEXT)
    signed = sentinel("sign", "access.yaml", "--key", key, "--yes")
    assert signed.exit_code == 0
    assert "+rules: [{name: everyone," in signed.stderr
    Path("access.yaml.sig").write_text(signed.stdout)
    public = base64.b64encode(kms.get_public_key(KeyId=key)["PublicKey"]).decode()
    pushed = sentinel("push", "access.yaml", "--yes", "--signature", "access.yaml.sig", "--key", public)
    assert pushed.exit_code == 0, pushed.output
    require(kms, key)
    again = sentinel("push", "access.yaml", "--yes", "--signature", "access.yaml.sig", "--key", key)
    assert again.stdout == f"{NAME}: no change (version 1)\n"


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        (lambda _: write(TEXT + "# more"), "not of this text"),
        (lambda _: ssm().put_parameter(Name=NAME, Value="{}", Type="String"), "its signature is for version 1"),
        (lambda line: line.replace("signed:1:", "signed:2:"), "its signature is for version 2"),
    ],
    ids=["another text", "another version", "written over"],
)
def test_a_signature_of_something_else_is_not_stored(
    sentinel: Sentinel, key: str, meanwhile: Callable[[str], Any], words: str
) -> None:
    write(TEXT)
    line = sentinel("sign", "access.yaml", "--key", key, "--yes").stdout
    changed = meanwhile(line)
    Path("s.sig").write_text(changed if isinstance(changed, str) else line)
    refused = sentinel("push", "access.yaml", "--yes", "--signature", "s.sig", "--key", key)
    assert refused.exit_code == 1
    assert words in refused.stderr
    assert "signed:" not in str(ssm().get_parameters(Names=[NAME])["Parameters"])


def test_a_signature_that_is_too_old_or_of_another_key_is_not_stored(
    sentinel: Sentinel, kms: Any, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(TEXT)
    Path("s.sig").write_text(sentinel("sign", "access.yaml", "--key", key, "--yes").stdout)
    other = sentinel("push", "access.yaml", "--yes", "--signature", "s.sig", "--key", new_key(kms))
    assert (other.exit_code, "by the key that is set" in other.stderr) == (1, True)
    from sentinel.policy import signing  # noqa: PLC0415 - its clock is replaced
    from shared.clock import utc_now  # noqa: PLC0415 - see above

    later = utc_now().replace(year=utc_now().year + 1)
    monkeypatch.setattr(signing, "utc_now", lambda: later)
    late = sentinel("push", "access.yaml", "--yes", "--signature", "s.sig", "--key", key)
    assert (late.exit_code, "later than its signature allows" in late.stderr) == (1, True)


def test_a_signed_version_is_not_replaced_by_an_unsigned_one_by_mistake(sentinel: Sentinel, key: str) -> None:
    write(TEXT)
    sentinel("push", "access.yaml", "--yes", "--sign", key)
    write(TEXT.replace("everyone", "all"))
    refused = sentinel("push", "access.yaml", "--yes")
    assert (refused.exit_code, "pass --sign KEY" in refused.stderr) == (1, True)
    assert sentinel("push", "access.yaml", "--yes", "--unsigned").exit_code == 0
    assert stored() == TEXT.replace("everyone", "all")


def test_a_document_with_secrets_is_signed_unseen_and_stored_after_its_signature(
    sentinel: Sentinel, kms: Any, key: str
) -> None:
    text = "url: https://hooks.example.com/t0ken\nformat: slack\n"
    Path("pager.yaml").write_text(text)
    signed = sentinel("sign", "pager.yaml", "--kind", "webhook", "--name", "pager", "--key", key, "--yes")
    assert signed.exit_code == 0, signed.output
    assert "t0ken" not in signed.output
    name = "/sentinel/webhooks/pager"
    ssm().put_parameter(Name=name, Value=signed.stdout + text, Type="SecureString")
    require(kms, key, name)
    again = sentinel("sign", "pager.yaml", "--kind", "webhook", "--name", "pager", "--key", key, "--yes")
    assert again.stdout.startswith("signed:2:")


def test_what_someone_stored_unsigned_is_no_base_to_show_a_difference_from(sentinel: Sentinel, key: str) -> None:
    """An author would store the text of their own first, and have a harmless change to it signed."""
    write(TEXT)
    sentinel("push", "access.yaml", "--yes", "--sign", key)
    wider = TEXT.replace("everyone", "mallory")
    ssm().put_parameter(Name=NAME, Value=wider, Type="String", Overwrite=True)
    write(wider + " # harmless")
    shown = sentinel("sign", "access.yaml", "--key", key, stdin="n\n").stderr
    assert "the key has not signed version 2, so all of the document is shown" in shown
    assert '+version: "1"' in shown
    assert "+rules: [{name: mallory," in shown


def test_who_declines_signs_nothing(sentinel: Sentinel, key: str) -> None:
    write(TEXT)
    declined = sentinel("sign", "access.yaml", "--key", key, stdin="n\n")
    assert (declined.exit_code, declined.stdout) == (1, "")
    report = json.loads(sentinel("sign", "access.yaml", "--key", key, "--json", "--yes").stdout)
    assert (report["parameter"], report["version"]) == (NAME, 1)


@pytest.mark.parametrize(
    "options",
    [
        ["push", "access.yaml", "--yes", "--sign", "KEY", "--signature", "access.yaml"],
        ["push", "access.yaml", "--yes", "--signature", "access.yaml"],
        ["push", "access.yaml", "--yes", "--signature", "access.yaml", "--key", "KEY"],
        ["push", "access.yaml", "--yes", "--signature", "access.yaml", "--key", "MFkwEwYHAAAA"],
        ["push", "access.yaml", "--yes", "--sign", "arn:aws:kms:eu-central-1:111122223333:key/gone"],
        ["push", "access.yaml", "--yes", "--sign", "ANOTHER"],
        ["sign", "access.yaml", "--key", "KEY", "--valid-for", "169h"],
        ["sign", "access.yaml", "--key", "KEY", "--kind", "webhook"],
        ["sign", "access.yaml", "--yes", "--kind", "ticket-lookup", "--name", "a/b", "--key", "KEY"],
        ["sign", "access.yaml", "--yes", "--kind", "slack", "--key", "KEY"],
        ["sign", "access.yaml", "--yes"],
    ],
)
def test_what_cannot_be_used_exits_with_2(sentinel: Sentinel, kms: Any, key: str, options: list[str]) -> None:
    write(TEXT)
    known = {"KEY": key, "ANOTHER": new_key(kms, "ECC_NIST_P384")}
    assert sentinel(*(known.get(each, each) for each in options)).exit_code == 2
    assert not ssm().describe_parameters()["Parameters"]


def test_lint_and_validate_read_what_parameter_store_holds(sentinel: Sentinel, key: str) -> None:
    for kind in ("access", "admin"):
        sentinel("push", EXAMPLES / f"{kind}.yaml", "--yes", "--sign", key)
        Path(f"{kind}.yaml").write_text(stored(f"/sentinel/policies/{kind}"))
        assert sentinel("validate", f"{kind}.yaml").exit_code == 0
