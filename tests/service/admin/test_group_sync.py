"""The sync of memberships: everything read before anything is written, and nothing believed for longer than it says."""

from typing import Any

import pytest

from shared.aws.client.client import AwsClient
from tests.service.admin.conftest import APPROVAL
from tests.service.admin.function import AdminLambda
from tests.service.emulator import aws

STORE = "d-1234567890"
EVENT = {"task": "sync-groups"}
SYNCED = {"SENTINEL_GROUP_SYNC": "true"}
CENTER = {**SYNCED, "SENTINEL_IDENTITY_STORE": STORE}


@pytest.fixture
def environment(environment: dict[str, str], request: pytest.FixtureRequest) -> dict[str, str]:
    return environment | getattr(request, "param", CENTER)


without_center = pytest.mark.parametrize("environment", [SYNCED], indirect=True)


class Center:
    """Identity Center with alice and bob; alice is in `admins`."""

    def __init__(self) -> None:
        self.client = aws("identitystore")
        self.users = {name: self._user(name) for name in ("alice", "bob")}
        self.group = self.client.create_group(IdentityStoreId=STORE, DisplayName="admins")["GroupId"]
        self.membership = self.add("alice")

    def _user(self, name: str) -> str:
        parts = {"Name": {"GivenName": name, "FamilyName": "Example"}, "DisplayName": name}
        return str(self.client.create_user(IdentityStoreId=STORE, UserName=name, **parts)["UserId"])

    def add(self, name: str) -> str:
        member = {"UserId": self.users[name]}
        answer = self.client.create_group_membership(IdentityStoreId=STORE, GroupId=self.group, MemberId=member)
        return str(answer["MembershipId"])

    def remove(self, membership: str) -> None:
        self.client.delete_group_membership(IdentityStoreId=STORE, MembershipId=membership)


@pytest.fixture
def center(admin: AdminLambda) -> Center:  # noqa: ARG001 - the emulator's account
    return Center()


def sync(admin: AdminLambda) -> tuple[dict[str, Any], dict[str, Any]]:
    response, audit, metrics = admin.invoke(EVENT)
    assert response == {"outcome": audit["outcome"]}
    assert audit["operation"] == "sync-groups"
    return audit, metrics


def groups(admin: AdminLambda, user: str) -> tuple[dict[str, str], bool]:
    body = admin.get("/v1/groups", user).body
    return {each["name"]: each["source"] for each in body["groups"]}, body["is_complete"]


def document(admin: AdminLambda, *members: str) -> None:
    admin.store("groups/oncall", {"version": "1", "members": list(members)})


@pytest.mark.usefixtures("center")
def test_users_have_the_groups_of_documents_and_of_identity_center(admin: AdminLambda) -> None:
    document(admin, "bob", "role/ci")
    audit, metrics = sync(admin)
    assert (audit["outcome"], audit["members"], metrics["groups_age_s"]) == ("answered", 3, 0)
    assert {"Name": "groups_age_s", "Unit": "Seconds"} in metrics["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    assert groups(admin, "alice") == ({"admins": "identity-center"}, True)
    assert groups(admin, "bob") == ({"oncall": "document"}, True)
    assert groups(admin, "carol") == ({}, False)


def test_a_removed_membership_is_gone_with_the_next_sync(admin: AdminLambda, center: Center) -> None:
    document(admin, "carol")
    sync(admin)
    center.remove(center.membership)
    admin.aws("ssm").delete_parameter(Name="/sentinel/groups/oncall")
    admin.clock.forward(minutes=15)
    sync(admin)
    assert groups(admin, "alice") == ({}, True)
    assert groups(admin, "carol") == ({}, False)


@pytest.mark.usefixtures("center")
def test_what_no_sync_refreshes_is_no_longer_believed(admin: AdminLambda) -> None:
    sync(admin)
    admin.clock.forward(hours=2)
    assert groups(admin, "alice") == ({}, False)


@pytest.mark.usefixtures("center")
def test_a_sync_writes_only_what_changed_or_would_soon_end(admin: AdminLambda) -> None:
    def writes() -> int:
        before = {row["subject"]["S"]: row for row in admin.rows()}
        sync(admin)
        return sum(before.get(row["subject"]["S"]) != row for row in admin.rows() if row["item"]["S"] != "sync##")

    assert writes() == 2
    admin.clock.forward(minutes=15)
    assert writes() == 0
    document(admin, "bob")
    assert writes() == 1
    admin.clock.forward(minutes=46)
    assert writes() == 1
    admin.clock.forward(minutes=14)
    assert writes() == 1


@pytest.mark.parametrize("call", ["ListUsers", "ListGroups", "ListGroupMemberships", "GetParametersByPath"])
@pytest.mark.usefixtures("center")
def test_a_source_that_cannot_be_read_leaves_all_as_it_was_and_its_age_grows(
    admin: AdminLambda, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    sync(admin)
    admin.clock.forward(minutes=61)
    before = admin.rows()
    original = AwsClient.call

    async def failing(client: AwsClient, operation: str, parameters: Any) -> Any:
        if operation == call:
            raise TimeoutError
        return await original(client, operation, parameters)

    monkeypatch.setattr(AwsClient, "call", failing)
    audit, metrics = sync(admin)
    assert (audit["outcome"], metrics["groups_age_s"]) == ("failed", 61 * 60)
    assert audit["dependency"] in ("identitystore", "ssm")
    assert admin.rows() == before
    assert groups(admin, "alice") == ({"admins": "identity-center"}, True)


@pytest.mark.usefixtures("center")
def test_a_document_that_is_not_valid_stops_the_sync_and_is_named(admin: AdminLambda) -> None:
    admin.store("groups/oncall", {"version": "1", "members": ["team-*"]})
    audit, metrics = sync(admin)
    assert audit["outcome"] == "failed"
    assert "groups/oncall" in audit["detail"]
    assert "is not a user" in audit["detail"]
    assert metrics["groups_age_s"] == 2 * 60 * 60
    assert admin.rows() == []


@pytest.mark.usefixtures("center")
def test_a_later_sync_is_not_overwritten_by_an_earlier_one(admin: AdminLambda) -> None:
    admin.clock.forward(minutes=5)
    sync(admin)
    later = admin.rows()
    admin.clock.forward(minutes=-5)
    document(admin, "alice")
    assert sync(admin)[0]["outcome"] == "answered"
    assert admin.rows() == later


@without_center
def test_without_identity_center_a_member_is_known_to_be_in_the_group_and_no_one_to_be_in_no_other(
    admin: AdminLambda,
) -> None:
    document(admin, "alice")
    assert sync(admin)[0]["outcome"] == "answered"
    assert groups(admin, "alice") == ({"oncall": "document"}, False)


@without_center
def test_a_synchronized_group_approves(admin: AdminLambda) -> None:
    rules = [{"name": "all", "profiles": ["*"], "groups": ["oncall"]}]
    admin.store("policies/approval", APPROVAL | {"rules": rules})
    request_id = admin.file("alice")
    assert admin.approve(request_id, "carol").code == "not_found"
    document(admin, "carol")
    sync(admin)
    assert admin.approve(request_id, "carol").body["request"]["status"] == "approved"


@pytest.mark.parametrize("environment", [{}], indirect=True)
@pytest.mark.parametrize("event", [EVENT])
def test_without_the_setting_there_is_no_such_task(admin: AdminLambda, event: dict[str, Any]) -> None:
    response, audit, _ = admin.invoke(event)
    assert (response["statusCode"], audit["code"]) == (403, "unknown_caller")


@pytest.mark.parametrize(
    "event", [{"task": "other"}, {"task": ["sync-groups"]}, {"task": "sync-groups", "version": "2.0"}, {}]
)
def test_any_other_event_is_no_task(admin: AdminLambda, event: dict[str, Any]) -> None:
    response, audit, _ = admin.invoke(event)
    assert (response["statusCode"], audit["code"]) == (403, "unknown_caller")
