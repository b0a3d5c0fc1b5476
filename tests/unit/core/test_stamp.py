import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.core.ids import new_id
from shared.core.stamp import (
    MAX_LENGTH,
    Stamp,
    TagKey,
    Via,
    parse_stamp,
    session_tags,
    stamp_for,
    tag_value,
    user_key,
)

LEGAL = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")  # STS AssumeRole: RoleSessionName and SourceIdentity
SESSION_ID = "0123456789abcdef"
users = st.text(string.ascii_letters + string.digits + "_+=,.@-", min_size=1, max_size=64).flatmap(
    lambda name: st.sampled_from([name, f"role/{name}"])
)
vias = st.sampled_from(Via)
ids = st.binary(min_size=10, max_size=10).map(new_id)


@given(vias, ids, users)
def test_a_stamp_reads_back_as_the_same_stamp(via: Via, session_id: str, user: str) -> None:
    stamp = stamp_for(via, session_id, user)
    assert parse_stamp(str(stamp)) == stamp


@given(vias, ids, users)
def test_sts_takes_every_stamp_as_name_and_source_identity(via: Via, session_id: str, user: str) -> None:
    text = str(stamp_for(via, session_id, user))
    assert LEGAL.fullmatch(text)
    assert len(text) <= MAX_LENGTH


@given(users, users)
def test_two_users_never_share_a_stamp(one: str, other: str) -> None:
    assume(one != other)
    assert str(stamp_for(Via.DIRECT, SESSION_ID, one)) != str(stamp_for(Via.DIRECT, SESSION_ID, other))


def test_a_role_is_stamped_with_an_equals_sign_for_its_slash() -> None:
    assert str(stamp_for(Via.DIRECT, SESSION_ID, "role/ci")) == f"sentinel-d-{SESSION_ID}-role=ci"


def test_a_user_with_an_equals_sign_is_distinguished_from_the_role_it_reads_like() -> None:
    assert stamp_for(Via.DIRECT, SESSION_ID, "role=ci").user_text == "role=ci=9aac4ef1"


def test_a_long_user_ends_in_a_digest() -> None:
    # The first eight hex digits of the SHA-256 of the whole name, and as much of the name as there is room for.
    assert stamp_for(Via.BREAK_GLASS, SESSION_ID, "a" * 64).user_text == f"{'a' * 27}=ffe054fe"


def test_a_user_of_36_characters_is_stamped_whole_and_one_of_37_is_not() -> None:
    assert stamp_for(Via.DIRECT, SESSION_ID, "a" * 36).user_text == "a" * 36
    assert stamp_for(Via.DIRECT, SESSION_ID, "a" * 37).user_text == f"{'a' * 27}=21ec055b"


def test_a_stamp_is_no_longer_than_sts_takes() -> None:
    fits = f"sentinel-d-{SESSION_ID}-{'a' * 36}"
    assert len(fits) == 64
    assert parse_stamp(fits) == Stamp(Via.DIRECT, SESSION_ID, "a" * 36)
    assert parse_stamp(f"{fits}a") is None


@given(users)
def test_no_name_is_tagged_as_another_is(user: str) -> None:
    """Otherwise, a user who revokes their own sessions would end the other's, too."""
    tag = tag_value(user)
    assert tag == user or tag_value(tag) != tag


def test_a_user_with_a_comma_is_tagged_without_it_and_stays_distinct() -> None:
    assert tag_value("a,b") == "a=b=1eb7c54d"
    assert tag_value("a=b") == "a=b"
    assert tag_value("a=b=1eb7c54d") != "a=b=1eb7c54d"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        f"sentinel-x-{SESSION_ID}-alice",
        f"sentinel-d-{SESSION_ID}-",
        f"sentinel-d-{SESSION_ID[:-1]}-alice",
        f"sentinel-d-{SESSION_ID[:-1]}u-alice",  # Crockford's alphabet has no u
        f"sentinel-d-{SESSION_ID.upper()}-alice",
        f"SENTINEL-d-{SESSION_ID}-alice",
        f"sentinel-d-{SESSION_ID}-al/ice",
        f"sentinel-d-{SESSION_ID}-alice\n",
        f"sentinel-d-{SESSION_ID}-{'a' * 40}",
        f" sentinel-d-{SESSION_ID}-alice",
    ],
)
def test_a_text_that_is_not_exactly_a_stamp_is_none(text: str) -> None:
    assert parse_stamp(text) is None


@pytest.mark.parametrize("user", ["", "al ice", "al:ice", "älice"])
def test_no_stamp_is_made_for_a_user_it_cannot_carry(user: str) -> None:
    with pytest.raises(ValueError, match="no stamp") as error:
        stamp_for(Via.DIRECT, SESSION_ID, user)
    assert str(error.value) == f"no stamp can be made for user {user!r} and session id {SESSION_ID!r}"


@given(vias, ids, users, st.none() | st.just("grant-1"))
def test_session_tags_are_what_sts_takes(via: Via, session_id: str, user: str, grant_id: str | None) -> None:
    tags = session_tags(stamp_for(via, session_id, user), user=user, profile="prod", grant_id=grant_id)
    assert all(re.fullmatch(r"[A-Za-z0-9 _.:/=+@-]{1,256}", value) for value in tags.values())
    assert not any(key.lower().startswith("aws:") for key in tags)
    assert (TagKey.GRANT in tags) == (grant_id is not None)


def test_the_tags_name_session_user_profile_and_way() -> None:
    stamp = Stamp(Via.APPROVAL, SESSION_ID, "role=ci")
    assert session_tags(stamp, user="role/ci", profile="prod", grant_id="g1") == {
        "SentinelSession": SESSION_ID,
        "SentinelUser": "role/ci",
        "SentinelUserKey": user_key("role/ci"),
        "SentinelProfile": "prod",
        "SentinelVia": "approval",
        "SentinelGrant": "g1",
    }


issued = st.text(string.ascii_letters + string.digits + "_+=,.@|:/-", min_size=1, max_size=222).map(
    lambda claim: f"github/{claim}"
)
foreign = users.map(lambda name: f"210987654321/{name}")


@given(vias, ids, issued | foreign)
def test_sts_takes_the_stamp_of_a_name_of_any_length_and_its_tags(via: Via, session_id: str, user: str) -> None:
    stamp = stamp_for(via, session_id, user)
    assert LEGAL.fullmatch(str(stamp))
    assert parse_stamp(str(stamp)) == stamp
    tags = session_tags(stamp, user=user, profile="prod", grant_id=None)
    assert all(re.fullmatch(r"[A-Za-z0-9 _.:/=+@-]{1,256}", value) for value in tags.values())


@given(users | issued | foreign, users | issued | foreign)
def test_no_two_names_of_any_source_share_a_stamp_or_a_tag(one: str, other: str) -> None:
    assume(one != other)
    assert str(stamp_for(Via.DIRECT, SESSION_ID, one)) != str(stamp_for(Via.DIRECT, SESSION_ID, other))
    assert tag_value(one) != tag_value(other)


def test_the_names_of_issuers_and_accounts_are_stamped_with_their_parts() -> None:
    assert stamp_for(Via.DIRECT, SESSION_ID, "corp/alice@corp.example").user_text == "corp=alice@corp.example"
    assert stamp_for(Via.DIRECT, SESSION_ID, "210987654321/role/ci").user_text == "210987654321=role=ci"
    text = stamp_for(Via.DIRECT, SESSION_ID, "github/repo:acme/app:ref:refs/heads/main").user_text
    assert re.fullmatch(r"github=repo=acme=ap=[0-9a-f]{16}", text)


def test_a_name_that_reads_like_the_digest_of_another_is_digested_itself() -> None:
    """Who names a branch could otherwise take the stamp of another's sessions."""
    victim = stamp_for(Via.DIRECT, SESSION_ID, "github/a:b").user_text
    assert re.fullmatch(r"github=a=b=[0-9a-f]{16}", victim)
    assert stamp_for(Via.DIRECT, SESSION_ID, victim.replace("=", "/")).user_text != victim
    assert tag_value("github/a|b") != tag_value(tag_value("github/a|b"))


def test_a_name_that_a_tag_cannot_hold_is_digested_in_it() -> None:
    assert tag_value("github/repo:acme/app:ref:refs/heads/main") == "github/repo:acme/app:ref:refs/heads/main"
    assert re.fullmatch(r"corp/auth0=x=[0-9a-f]{16}", tag_value("corp/auth0|x"))
    longest = f"github/{'x' * 249}"
    assert tag_value(longest) == longest
    assert len(tag_value(f"github/{'x' * 300}")) == 256
