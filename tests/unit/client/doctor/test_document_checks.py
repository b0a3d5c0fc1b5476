"""Each finding on the stored documents."""

from typing import Any

import pytest

from sentinel.doctor.documents import check_documents, read_documents
from sentinel.doctor.findings import Finding, Status
from shared.documents import pack
from tests.unit.client.doctor.account import ACCESS, ROLE, Account, parameter

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
