"""Durations, globs and session policies."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.durations import MalformedDurationError, format_duration, parse_duration
from shared.core.globs import is_literal, matches, matches_any
from shared.core.session_policy import UnusableSessionPolicyError, check_session_policy, compose_session_policy
from tests.unit.core import reference

END = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1h30m", 5400), ("90m", 5400), ("1.5h", 5400), ("5400", 5400), (5400, 5400), ("15m0s", 900), ("0.25h", 900)],
)
def test_durations_are_read_in_gos_style_or_seconds(written: object, seconds: int) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0",
        0,
        -1,
        "-1h",
        "1d",
        "1.h",
        "h",
        "1h 30m",
        "1,5h",
        "0.1s",
        "1e3",
        1.5,
        True,
        None,
        [],
        "\u0661h",
        10**10,
        "9" * 30,
    ],
)
def test_anything_else_is_not_a_duration(written: object) -> None:
    with pytest.raises(MalformedDurationError) as error:
        parse_duration(written)
    assert str(error.value) == "a duration is written like 1h30m, 45m or 5400 (seconds), and is more than zero"


def test_a_duration_has_at_most_a_billion_seconds() -> None:
    assert parse_duration(10**9) == timedelta(seconds=10**9)
    with pytest.raises(MalformedDurationError):
        parse_duration(10**9 + 1)


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "0s"), (59, "59s"), (900, "15m"), (5400, "1h30m"), (3601, "1h1s")]
)
def test_durations_are_written_in_gos_style_without_empty_terms(seconds: int, written: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == written


@given(st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_written_duration_reads_back(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("pattern", "name", "holds"),
    [
        ("dev", "dev", True),
        ("dev", "Dev", False),
        ("dev", "dev2", False),
        ("prod-*", "prod-", True),
        ("*", "", True),
        ("*", "role/x", False),
        ("role/*", "role/x", True),
        ("role/*", "role/x/y", False),
        ("*@corp.example", "role/x@corp.example", False),
        ("?", "/", False),
        ("a?c", "abc", True),
        ("[a]", "a", False),
        ("[a]", "[a]", True),
        ("a.c", "abc", False),
        ("*a*b", "xaxbxb", True),
        ("*b", "b", True),
        ("*ab", "xb", False),
        ("*ab", "xab", True),
        ("a*", "a", True),
        ("a**", "ab", True),
    ],
)
def test_a_glob_matches_whole_names_and_never_a_slash(pattern: str, name: str, *, holds: bool) -> None:
    assert matches(pattern, name) is holds


@given(st.text("ab/*?[", max_size=8), st.text("ab/[", max_size=8))
def test_globs_match_as_the_regular_expression_would(pattern: str, name: str) -> None:
    assert matches(pattern, name) == reference.glob(pattern, name)


@pytest.mark.parametrize(
    ("pattern", "literal"), [("dev", True), ("[a]", True), ("d*", False), ("d?v", False), ("*?", False)]
)
def test_a_glob_with_a_wildcard_is_no_literal(pattern: str, *, literal: bool) -> None:
    assert is_literal(pattern) is literal


def test_no_glob_matches_nothing() -> None:
    assert not matches_any([], "dev")


def allow(*actions: str) -> dict[str, Any]:
    return policy({"Effect": "Allow", "Action": list(actions), "Resource": "*"})


def deny(*actions: str) -> dict[str, Any]:
    return policy({"Effect": "Deny", "Action": list(actions), "Resource": "*"})


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "Version"),
        (allow("s3:*") | {"Version": "2008-10-17"}, "Version"),
        (allow("s3:*") | {"Principal": "*"}, "unknown key"),
        (policy(), "at least one"),
        (policy({"Effect": "allow", "Action": "*", "Resource": "*"}), "Effect"),
        (policy({"Effect": "Allow", "Resource": "*"}), "exactly one of Action"),
        (policy({"Effect": "Allow", "Action": "*", "NotAction": "s3:*", "Resource": "*"}), "exactly one of Action"),
        (policy({"Effect": "Allow", "Action": [], "Resource": "*"}), "not empty"),
        (policy({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}), "unknown key"),
        (allow(*(f"service{n}:SomeAction" for n in range(100))), "STS takes 2048"),
    ],
)
def test_a_session_policy_sts_would_refuse_is_an_error(document: dict[str, Any], why: str) -> None:
    with pytest.raises(UnusableSessionPolicyError, match=why):
        check_session_policy(document)


def test_nothing_to_narrow_is_no_session_policy() -> None:
    assert compose_session_policy([], not_after=None) is None


def test_a_session_that_is_narrowed_cannot_escape_by_chaining() -> None:
    composed = json.loads(compose_session_policy([allow("s3:*")], not_after=None) or "")
    assert {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"} in composed["Statement"]


def test_denials_alone_are_given_something_to_narrow() -> None:
    composed = json.loads(compose_session_policy([deny("s3:*")], not_after=None) or "")
    assert composed["Statement"][0] == {"Effect": "Allow", "Action": "*", "Resource": "*"}


def test_a_grants_end_ends_every_permission() -> None:
    composed = json.loads(compose_session_policy([], not_after=END) or "")
    assert composed["Statement"][-1]["Condition"] == {
        "DateGreaterThanEquals": {"aws:CurrentTime": "2026-01-05T10:30:00Z"}
    }


def test_one_allowing_and_one_denying_document_combine_and_two_allowing_do_not() -> None:
    assert compose_session_policy([allow("s3:*"), deny("s3:GetObject")], not_after=END)
    with pytest.raises(UnusableSessionPolicyError, match="both allow"):
        compose_session_policy([allow("s3:*"), allow("ec2:*")], not_after=None)


def test_a_session_policy_is_plain_ascii_whatever_it_names() -> None:
    composed = compose_session_policy(
        [policy({"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::日本"})], not_after=None
    )
    assert composed is not None
    assert composed.isascii()
