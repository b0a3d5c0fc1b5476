"""The document `chat/slack`, and which user a member of the workspace is."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.caller_names import is_caller_name
from shared.core.chat import NoUser, SlackMember, SlackWorkspace
from shared.documents import DocumentError
from shared.documents.load import load_slack

SECRET: Final = "0123456789abcdef" * 2
TOKEN: Final = "xoxb-1111-2222-hunter2hunter2"
WORKSPACE: Final[dict[str, Any]] = {
    "team_id": "T0ACME",
    "channel": "C0APPROVALS",
    "signing_secret": SECRET,
    "bot_token": TOKEN,
}
BY_EMAIL: Final = {"user": "email", "email_domains": ["acme.example", "acme.test"]}
BY_LOCAL_PART: Final = {"user": "local_part", "email_domains": ["acme.example"]}
BY_MAP: Final = {
    "user": "map",
    "map": {"U0ALICE": "alice", "alice@acme.example": "alice", "bob@acme.example": "corp/bob", "W0BOB": "robert"},
}


def workspace(**more: Any) -> SlackWorkspace:
    return SlackWorkspace.model_validate({**WORKSPACE, **more})


def refusal(**more: Any) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        workspace(**more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "member", "user"),
    [
        (BY_EMAIL, SlackMember("U1X", "Alice@Acme.Example"), "alice@acme.example"),
        (BY_EMAIL, SlackMember("U1X", "alice@acme.test"), "alice@acme.test"),
        (BY_EMAIL, SlackMember("U1X", "alice@evil.example"), NoUser.UNMAPPED),
        (BY_EMAIL, SlackMember("U1X", "alice@sub.acme.example"), NoUser.UNMAPPED),
        (BY_EMAIL, SlackMember("U1X", ""), NoUser.UNMAPPED),
        (BY_LOCAL_PART, SlackMember("U1X", "alice@acme.example"), "alice"),
        (BY_LOCAL_PART, SlackMember("U1X", "alice@acme.test"), NoUser.UNMAPPED),
        (BY_LOCAL_PART, SlackMember("U1X", "alice@evil.example@acme.example"), NoUser.UNMAPPED),
        (BY_LOCAL_PART, SlackMember("U1X", "alicé@acme.example"), NoUser.UNMAPPED),
        # KELVIN SIGN and LATIN SMALL LETTER DOTLESS I become ASCII letters in one case or the other.
        (BY_LOCAL_PART, SlackMember("U1X", "\u212ate@acme.example"), NoUser.UNMAPPED),
        (BY_LOCAL_PART, SlackMember("U1X", "role/x@acme.example"), NoUser.UNMAPPED),
        (BY_LOCAL_PART, SlackMember("U1X", "@acme.example"), NoUser.UNMAPPED),
        (BY_MAP, SlackMember("U0ALICE", "alice@acme.example"), "alice"),
        (BY_MAP, SlackMember("U0ALICE", ""), "alice"),
        (BY_MAP, SlackMember("U0OTHER", "bob@acme.example"), "corp/bob"),
        (BY_MAP, SlackMember("U0ALICE", "bob@acme.example"), NoUser.TWO_USERS),
        (BY_MAP, SlackMember("U0OTHER", "carol@acme.example"), NoUser.UNMAPPED),
    ],
)
def test_a_member_is_the_one_user_that_the_document_maps_them_to(
    mapping: dict[str, Any], member: SlackMember, user: str
) -> None:
    assert workspace(**mapping).user_of(member) == user


@given(st.sampled_from([BY_EMAIL, BY_LOCAL_PART]), st.text(), st.sampled_from(["@acme.example", "@acme.test", ""]))
def test_for_any_address_the_user_has_a_name_that_a_caller_can_have(
    mapping: dict[str, Any], local: str, domain: str
) -> None:
    user = workspace(**mapping).user_of(SlackMember("U1X", local + domain))
    assert user is NoUser.UNMAPPED or is_caller_name(user)


def test_a_user_is_found_where_the_mapping_leads_back_to_them() -> None:
    assert workspace(**BY_EMAIL).members_of("alice@acme.test") == ("alice@acme.test",)
    assert workspace(**BY_EMAIL).members_of("alice") == ()
    assert workspace(**BY_LOCAL_PART).members_of("alice") == ("alice@acme.example",)
    assert workspace(**BY_LOCAL_PART).members_of("corp/alice") == ()
    assert workspace(**BY_LOCAL_PART).members_of("Alice") == ()
    assert workspace(**BY_MAP).members_of("alice") == ("U0ALICE", "alice@acme.example")
    assert workspace(**BY_MAP).members_of("carol") == ()


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"user": "map"}, "needs one"),
        ({"user": "map", "map": {}}, "at least 1 item"),
        ({**BY_EMAIL, "map": {"U0ALICE": "alice"}}, "map belongs to user: map"),
        ({**BY_MAP, "email_domains": ["acme.example"]}, "a map has whole addresses"),
        ({"user": "email"}, "needs email_domains"),
        ({"user": "local_part"}, "exactly one"),
        ({"user": "local_part", "email_domains": ["a.example", "b.example"]}, "exactly one"),
        ({"user": "email", "email_domains": []}, "at least 1 item"),
        ({"user": "email", "email_domains": ["*.example"]}, "pattern"),
        ({"user": "map", "map": {"Alice@Acme.example": "alice"}}, "in lower case"),
        ({"user": "map", "map": {"alice": "alice"}}, "neither a Slack id"),
        ({"user": "map", "map": {"U0ALICE": "role/deploy"}}, "roles and workloads"),
        ({"user": "map", "map": {"U0ALICE": "github/repo:acme/app"}}, "roles and workloads"),
        ({"user": "map", "map": {"U0ALICE": "al ice"}}, "user name of a person"),
        ({**BY_EMAIL, "team_id": "E0GRID"}, "team_id"),
        ({**BY_EMAIL, "channel": "D0DIRECT"}, "channel"),
        ({**BY_EMAIL, "signing_secret": "short"}, "signing secret"),
        ({**BY_EMAIL, "bot_token": "xoxp-1111-2222-3333"}, "begins with xoxb-"),
    ],
)
def test_a_document_that_leaves_a_question_open_is_refused(more: dict[str, Any], complaint: str) -> None:
    assert complaint in refusal(**more)


def test_no_secret_is_shown_in_a_repr_a_dump_or_a_problem() -> None:
    found = workspace(**BY_EMAIL)
    assert "hunter2" not in f"{found!r} {found} {found.model_dump()}"
    assert SECRET not in f"{found!r} {found} {found.model_dump()}"
    with pytest.raises(DocumentError) as caught:
        load_slack(
            "team_id: hunter2\nbot_token: [hunter2]\nsigning_secret: hunter2\nuser: hunter2\nmap: {hunter2: 1}\n"
        )
    assert "hunter2" not in str(caught.value).replace("map.hunter2", "")
