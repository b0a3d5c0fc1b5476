"""What a sync makes of documents and Identity Center."""

from shared.core.group_sync import UserGroups, collect


def test_users_have_the_groups_of_both_sources() -> None:
    found = collect({"oncall": ["alice", "role/ci"]}, {"alice": ["dev", "admins"], "bob": []})
    assert found.users == {
        "alice": UserGroups(("oncall",), ("admins", "dev"), is_complete=True),
        "bob": UserGroups((), (), is_complete=True),
        "role/ci": UserGroups(("oncall",), (), is_complete=False),
    }
    assert found.left_out == ()


def test_without_identity_center_no_one_is_known_to_be_in_no_other_group() -> None:
    assert collect({"oncall": ["alice"]}, None).users == {"alice": UserGroups(("oncall",))}


def test_names_that_no_policy_can_name_are_left_out_and_listed() -> None:
    directory = {"alice": ["corp/admins", "a\tb", "dev"], "role/ci": ["dev"], "Ann Lee": ["dev"], "s-abcdefgh": []}
    found = collect({}, directory)
    assert found.users["alice"] == UserGroups((), ("dev",), is_complete=True)
    assert "role/ci" not in found.users
    assert "Ann Lee" not in found.users
    assert set(found.left_out) >= {"Ann Lee", "role/ci", "corp/admins", "a\tb"}


def test_of_a_user_in_more_groups_than_are_kept_none_is_known() -> None:
    groups = [f"g{number}" for number in range(200)]
    assert collect({}, {"alice": groups}).users["alice"].is_complete
    assert collect({"oncall": ["alice"]}, {"alice": groups}).users["alice"] == UserGroups()
