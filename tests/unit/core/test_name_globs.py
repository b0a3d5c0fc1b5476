"""Globs that no name can match are errors, wherever a document names users, roles or profiles."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.caller_names import can_match_a_caller, is_caller_name
from shared.core.fields import DocumentModel
from shared.core.globs import matches
from shared.core.permissions import AdminPolicy
from shared.documents import DocumentError, load_document

NAME = "Corp=alice,a+b.c_d-e@x"
USERS = [
    "alice",
    "*",
    "?",
    "al*e",
    "a@x",
    NAME,
    "role/ci-*",
    "role/*",
    "*/x",
    "r?le/x",
    "federated/eve",
    "f*/*",
    "x" * 64,
    "github/repo:acme/*:ref:refs/heads/main",
    "*/repo:*/*",
    "corp/auth0|*",
    "210987654321/alice",
    "210987654321/role/ci-*",
    "2*/alice",
]
ROLES = ["Deploy", "*", "AWSReservedSSO_*", "x" * 64]
PROFILES = ["prod", "prod-*", "a.b_c", "?", "*" * 70]
# Each with what the message must say of it; no caller has such a name.
MATCH_NO_CALLER = [
    ("alice\u200b", "U+200B, zero width space"),
    ("alice\u00a0", "U+00A0, no-break space"),
    ("jane doe", "U+0020, space"),
    (" alice", "U+0020"),
    ("al\tice", "U+0009, a control character"),
    ("alice\n", "U+000A"),
    ("\ufeffalice", "U+FEFF"),
    ("\u202ealice", "U+202E"),
    ("\u0430lice", "U+0430, cyrillic small letter a"),
    ("al\u0131ce", "U+0131"),
    ("a\u0301lice", "U+0301"),
    ("alice\x7f", "U+007F"),
    ("al[ie]ce", '"[" is a plain character'),
    ("alice#1", "U+0023"),
    ("a:b", "U+003A"),
    ("*\u200b", "U+200B"),
    ("x" * 65, "1 to 64 characters"),
    ("x" * 65 + "*", "1 to 64 characters"),
    ("arn:aws:iam::111122223333:user/alice", "is an ARN; write the name only"),
]
ODD_USERS = [
    ("Role/ci", "role or federated"),
    ("user/alice", "role or federated"),
    ("teams/red/alice", "role or federated"),
    ("role/", "1 to 64 characters"),
    ("/alice", "role or federated"),
    ("role/al ice", "U+0020"),
    ("role\u200b/ci", "U+200B"),
    ("federated/sentinel-d-0123456789abcdef-eve", "a vended session's"),
    ("21098765432/alice", "an account or an issuer"),
    ("GitHub/x*", "an account or an issuer"),
    ("github/\u0430lice", "U+0430"),
]
ODD_ROLES = [("team/Dev", "have no path"), ("role/Dev", "have no path")]
ODD_PROFILES = [("a/b", "have no path"), ("me@x", "U+0040"), ("a+b", "U+002B"), ("a=b", "U+003D"), ("a,b", "U+002C")]


def access(**conditions: list[str]) -> tuple[type[DocumentModel], dict[str, Any]]:
    return AccessPolicy, {"name": "a", "effect": "deny", "conditions": conditions}


def approval(**more: Any) -> tuple[type[DocumentModel], dict[str, Any]]:
    return ApprovalPolicy, {"name": "a", "profiles": ["p"], "approvers": ["bob"], **more}


def break_glass(**more: Any) -> tuple[type[DocumentModel], dict[str, Any]]:
    return BreakGlassPolicy, {"name": "a", "profiles": ["p"], "users": ["eve"], "reasons": ["other"], **more}


def user_places(glob: str) -> list[tuple[str, tuple[type[DocumentModel], dict[str, Any]]]]:
    """Write a glob wherever a document names users."""
    auto = {"users": ["x", glob], "max_duration": "1h"}
    return [
        ("conditions.users[1]", access(users=["x", glob])),
        ("approvers[1]", approval(approvers=["x", glob])),
        ("auto_approve.users[1]", approval(auto_approve=auto)),
        ("users[1]", break_glass(users=["x", glob])),
        ("users[1]", (AdminPolicy, {"name": "a", "users": ["x", glob], "permissions": ["read"]})),
    ]


def profile_places(glob: str) -> list[tuple[str, tuple[type[DocumentModel], dict[str, Any]]]]:
    return [
        ("conditions.profiles[1]", access(profiles=["x", glob])),
        ("profiles[1]", approval(profiles=["x", glob])),
        ("profiles[1]", break_glass(profiles=["x", glob])),
    ]


def role_places(glob: str) -> list[tuple[str, tuple[type[DocumentModel], dict[str, Any]]]]:
    return [("conditions.roles[1]", access(roles=["x", glob]))]


def load(model: type[DocumentModel], rule: dict[str, Any]) -> None:
    load_document(json.dumps({"version": "1", "rules": [rule]}), model)


PLACES = {"user": user_places, "role": role_places, "profile": profile_places}
GOOD = [*(("user", glob) for glob in USERS), *(("role", glob) for glob in ROLES), *(("profile", g) for g in PROFILES)]
BAD = [
    *((kind, *each) for kind in PLACES for each in MATCH_NO_CALLER),
    *(("user", *each) for each in ODD_USERS),
    *(("role", *each) for each in ODD_ROLES),
    *(("profile", *each) for each in ODD_PROFILES),
]


@pytest.mark.parametrize(("kind", "glob"), GOOD)
def test_a_glob_that_some_name_matches_is_taken_everywhere(kind: str, glob: str) -> None:
    for _, (model, rule) in PLACES[kind](glob):
        load(model, rule)


@pytest.mark.parametrize(("kind", "glob", "words"), BAD)
def test_a_glob_that_no_name_can_match_is_an_error_at_its_place_everywhere(kind: str, glob: str, words: str) -> None:
    for place, (model, rule) in PLACES[kind](glob):
        with pytest.raises(DocumentError) as caught:
            load(model, rule)
        [problem] = caught.value.problems
        assert problem.place == f"rules[0].{place}"
        assert f"matches no {kind}" in problem.message
        assert words in problem.message
        assert problem.message.isprintable()


@given(st.from_regex(r"\A(role/|federated/)?[A-Za-z0-9_+=,.@-]{1,12}\Z"), st.data())
def test_every_pattern_that_matches_a_caller_can_match_a_caller(name: str, data: st.DataObject) -> None:
    if not is_caller_name(name):
        return
    places = data.draw(st.sets(st.integers(0, len(name) - 1)))
    glob = "".join(
        data.draw(st.sampled_from("*?")) if at in places and each != "/" else each for at, each in enumerate(name)
    )
    assert matches(glob, name)
    assert can_match_a_caller(glob)
