"""Each finding on the stored documents."""

from dataclasses import replace
from typing import Any

import pytest

from sentinel.doctor.deployment import Known
from sentinel.doctor.documents import check_documents, read_documents
from sentinel.doctor.findings import Finding, Status
from sentinel.doctor.signatures import check_signatures, wanted_keys
from shared.documents import pack
from tests import signatures
from tests.unit.client.doctor.account import ACCESS, KNOWN, ROLE, Account, parameter

PROFILE = f"role_arn: {ROLE}"
ISSUER = 'version: "1"\nissuer: https://login.corp.example\naudiences: [sentinel]\nkind: people\nnamespace: ""\n'
GROUP = 'version: "1"\nmembers: [carol, dave]\n'


class Store(Account):
    """Lists the parameters below a path."""

    async def all(self, service: str, operation: str, key: str, **params: Any) -> Any:
        found = await super().all(service, operation, key, **params)
        return [each for each in found if each["Name"].startswith(f"{params['Path']}/")]


async def examine(*parameters: dict[str, str]) -> list[Finding]:
    store = Store({"get_parameters_by_path": list(parameters)})
    return list(check_documents(await read_documents(store.aws, "/sentinel")))


def failures(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.status is Status.FAIL]


async def test_valid_documents_are_counted_and_missing_policies_are_warnings() -> None:
    findings = await examine(parameter("policies/access", ACCESS), parameter("profiles/prod", PROFILE))
    assert findings[-1].message == "valid policies: 1, valid profiles: 1"
    missing = [finding.message for finding in findings if finding.status is Status.WARN]
    assert [each.split()[3] for each in missing] == ["admin", "approval", "break-glass"]


async def test_issuers_are_counted_and_bare_names_explained() -> None:
    findings = await examine(
        parameter("policies/access", ACCESS), parameter("profiles/prod", PROFILE), parameter("issuers/corp", ISSUER)
    )
    assert findings[-1].message == "valid policies: 1, valid profiles: 1, valid issuers: 1"
    (explained,) = (each for each in findings if "the same as an Identity Center login" in each.message)
    assert explained.status is Status.OK


async def test_groups_are_counted_and_the_policies_are_compared_with_each_other() -> None:
    admin = """version: "1"
rules:
- {name: a, users: [role/pager], permissions: [groups], may_push: ["*"]}
"""
    approval = "version: '1'\nrules: [{name: a, profiles: [prod], groups: [wardens]}]"
    written = [parameter("policies/access", ACCESS), parameter("profiles/prod", PROFILE)]
    written += [parameter("policies/admin", admin), parameter("policies/approval", approval)]
    findings = await examine(*written, parameter("groups/oncall", GROUP))
    assert findings[-1].message == "valid policies: 3, valid profiles: 1, valid groups: 1"
    said = [(finding.about, finding.message) for finding in findings if finding.about.startswith("document ")]
    assert [(about, message.partition(":")[0]) for about, message in said] == [
        ("document policies/admin", "rules[0].may_push")
    ]


async def test_a_packed_document_is_read_as_the_lambdas_read_it() -> None:
    packed = pack(ACCESS + " #" * 4000, 4096)
    assert packed.startswith("gzip:")
    assert failures(await examine(parameter("policies/access", packed))) == []


async def test_without_an_access_policy_no_one_gets_anything() -> None:
    (found,) = failures(await examine(parameter("profiles/prod", PROFILE)))
    assert "there is no access policy" in found.message
    assert "sentinel policy push" in found.remedy


async def test_an_empty_catalogue_is_a_warning() -> None:
    findings = await examine(parameter("policies/access", ACCESS))
    assert "there is no valid profile" in [finding.message for finding in findings]


@pytest.mark.parametrize(
    ("name", "value", "kind", "words"),
    [
        ("policies/access", "rules: []", "String", "version"),
        ("policies/acess", ACCESS, "String", "no Lambda reads"),
        ("profiles/no good", PROFILE, "String", "no Lambda reads"),
        ("profiles/prod", "role_arn: x", "String", "role_arn"),
        ("policies/issuer", ISSUER, "String", "no Lambda reads"),
        ("issuers/role", ISSUER, "String", "no Lambda reads"),
        ("issuers/corp", "kind: people", "String", "version"),
        ("groups/two words", GROUP, "String", "no Lambda reads"),
        ("policies/group", GROUP, "String", "no Lambda reads"),
        ("groups/oncall", "members: [a]", "String", "version"),
        ("profiles/prod", "AQIC", "SecureString", "SecureString"),
        ("profiles/prod", "gzip:!", "String", "gzip"),
    ],
)
async def test_a_document_that_is_not_valid_fails_by_its_name(name: str, value: str, kind: str, words: str) -> None:
    findings = failures(await examine(parameter("policies/access", ACCESS), parameter(name, value, kind)))
    found = next(finding for finding in findings if finding.about == f"document {name}")
    assert words in found.message
    assert "sentinel policy validate" in found.remedy


async def test_what_is_most_likely_not_meant_is_a_warning() -> None:
    policy = ACCESS.replace("prod", "nobody-has-this")  # codespell:ignore
    findings = await examine(parameter("policies/access", policy), parameter("profiles/prod", PROFILE))
    assert "document policies/access" in [finding.about for finding in findings if finding.status is Status.WARN]


async def test_look_ups_of_tickets_are_named_and_not_read() -> None:
    rules = ["a, ticket_lookup: jira", "b, ticket_lookup: snow", "c, ticket_lookup: jira"]
    rows = (f"- {{profiles: [prod], approvers: [bob], ticket: 'INC-\\d+', name: {rule}}}" for rule in rules)
    approval = "\n".join(["version: '1'", "rules:", *rows])
    found = await examine(parameter("policies/access", ACCESS), parameter("policies/approval", approval))
    skipped = [(each.about, each.message.partition(": tickets")[0]) for each in found if each.status is Status.SKIPPED]
    assert skipped == [
        ("document tickets/jira", "approval policy: a, c"),
        ("document tickets/snow", "approval policy: b"),
    ]


async def test_webhooks_are_never_read() -> None:
    store = Store({"get_parameters_by_path": []})
    await read_documents(store.aws, "/sentinel")
    assert [params["Path"] for _, params in store.asked] == [
        f"/sentinel/{folder}" for folder in ("policies", "profiles", "issuers", "groups")
    ]


def signed(name: str, text: str, key: str = "signers") -> dict[str, Any]:
    return signatures.parameter(f"{signatures.sign(text, name, key=key)}\n{text}", name) | {"Type": "String"}


async def examine_signed(known: Known, *parameters: dict[str, Any]) -> list[Finding]:
    store = Store({"get_parameters_by_path": list(parameters)})
    stored = await read_documents(store.aws, "/sentinel", wanted_keys(known))
    return [*check_documents(stored), *check_signatures(known, stored)]


async def test_what_the_deployment_s_key_has_not_signed_is_a_failure() -> None:
    known = replace(KNOWN, document_keys=[signatures.public_key()])
    unsigned = signatures.parameter(PROFILE, "profiles/dev") | {"Type": "String"}
    found = await examine_signed(
        known, signed("policies/access", ACCESS), signed("profiles/prod", PROFILE, "mallory"), unsigned
    )
    by_about = {finding.about: finding for finding in found}
    assert {finding.about for finding in failures(found)} == {"document profiles/prod", "document profiles/dev"}
    assert "by the key that is set" in by_about["document profiles/prod"].message
    assert "it is not signed" in by_about["document profiles/dev"].message
    assert by_about["document profiles/dev"].remedy.endswith("sentinel policy push FILE --name dev --sign KEY")
    assert any(finding.status is Status.SKIPPED and "secrets" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("settings", "status", "words"),
    [
        ({"document_keys": [signatures.public_key()]}, Status.OK, "they are wanted, by"),
        ({"document_keys": ["AAAA"]}, Status.FAIL, "it does not start"),
        ({"other_keys": True}, Status.FAIL, "different keys"),
        ({}, Status.WARN, "wants no signature"),
    ],
)
async def test_what_the_functions_want_is_said(settings: dict[str, Any], status: Status, words: str) -> None:
    found = await examine_signed(replace(KNOWN, **settings), signed("policies/access", ACCESS))
    assert (status, "signatures of documents") in [
        (finding.status, finding.about) for finding in found if words in finding.message
    ]


async def test_without_keys_nothing_is_said_of_signatures() -> None:
    found = await examine_signed(KNOWN, parameter("policies/access", ACCESS))
    assert "signature" not in str(found)
