"""Reading the groups of an identity store: page by page, patiently, and completely or not at all."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shared.aws.client.protocol import ServiceError
from shared.aws.clients import Clients
from shared.aws.errors import RefusedError, ThrottledError, UnreadableError
from shared.aws.identity_store import IdentityStore
from tests.service.emulator import aws

STORE = "d-1234567890"


def user(name: str) -> str:
    parts = {"Name": {"GivenName": name, "FamilyName": "Example"}, "DisplayName": name}
    return str(aws("identitystore").create_user(IdentityStoreId=STORE, UserName=name, **parts)["UserId"])


def group(name: str, *members: str) -> str:
    client = aws("identitystore")
    group_id = client.create_group(IdentityStoreId=STORE, DisplayName=name)["GroupId"]
    for member in members:
        client.create_group_membership(IdentityStoreId=STORE, GroupId=group_id, MemberId={"UserId": member})
    return str(group_id)


async def test_every_page_is_read(clients: Clients) -> None:
    ids = [user(f"user{number}@corp.example") for number in range(130)]
    group("everyone", *ids)
    group("admins", ids[7])
    group("empty")
    found = await IdentityStore(clients.identitystore, STORE).read()
    assert len(found.users) == 130
    assert len(found.groups_of) == 130
    assert found.groups_of["user7@corp.example"] == {"everyone", "admins"}
    assert found.groups_of["user8@corp.example"] == {"everyone"}


class Failing:
    """The client, whose operation fails the first times it is asked."""

    def __init__(self, clients: Clients, operation: str, *errors: Exception) -> None:
        self._client, self._operation, self._errors = clients.identitystore, operation, list(errors)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(**request: Any) -> Any:
            if name == self._operation and self._errors:
                raise self._errors.pop(0)
            return await getattr(self._client, name)(**request)

        return call


def error(code: str) -> ServiceError:
    return ServiceError("ListGroups", 400, code, "", {})


OPERATIONS = ["list_users", "list_groups", "list_group_memberships"]


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_throttled_read_is_repeated_after_a_pause(clients: Clients, operation: str) -> None:
    group("admins", user("alice"))
    failing = Failing(clients, operation, error("ThrottlingException"), error("ThrottlingException"))
    found = await IdentityStore(failing, STORE, pauses_s=(0, 0)).read()
    assert found.groups_of == {"alice": {"admins"}}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("code", "raised"), [("ThrottlingException", ThrottledError), ("AccessDeniedException", RefusedError)]
)
async def test_one_page_that_cannot_be_read_leaves_nothing(
    clients: Clients, operation: str, code: str, raised: type[Exception]
) -> None:
    group("admins", user("alice"))
    failing = Failing(clients, operation, *[error(code)] * 3)
    with pytest.raises(raised):
        await IdentityStore(failing, STORE, pauses_s=(0, 0)).read()


class Answering:
    """A client with fixed answers."""

    def __init__(self, **answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(**_: Any) -> Any:
            return self._answers[name]

        return call


MEMBER = {"MemberId": {"UserId": "1"}}


@pytest.mark.parametrize(
    "answers",
    [
        {"list_users": {"Users": [{"UserName": "alice"}]}},
        {"list_users": {"Users": [{"UserId": "1"}]}},
        {"list_groups": {"Groups": [{"DisplayName": "admins"}]}},
        {"list_group_memberships": {"GroupMemberships": [{"MemberId": {}}]}},
        {"list_group_memberships": {"GroupMemberships": [{"MemberId": {"UserId": "2"}}]}},
    ],
)
async def test_an_answer_that_is_not_complete_is_an_error(answers: dict[str, Any]) -> None:
    whole: dict[str, Any] = {
        "list_users": {"Users": [{"UserId": "1", "UserName": "alice"}]},
        "list_groups": {"Groups": [{"GroupId": "9", "DisplayName": "admins"}]},
        "list_group_memberships": {"GroupMemberships": [MEMBER]},
    }
    assert (await IdentityStore(Answering(**whole), STORE).read()).groups_of == {"alice": {"admins"}}
    with pytest.raises(UnreadableError):
        await IdentityStore(Answering(**whole | answers), STORE).read()


async def test_a_group_without_a_name_is_in_no_policy() -> None:
    answers: dict[str, Any] = {
        "list_users": {"Users": [{"UserId": "1", "UserName": "alice"}]},
        "list_groups": {"Groups": [{"GroupId": "9"}]},
        "list_group_memberships": {"GroupMemberships": [MEMBER]},
    }
    assert (await IdentityStore(Answering(**answers), STORE).read()).groups_of == {}
