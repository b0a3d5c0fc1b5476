"""Durations and globs."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.durations import MalformedDurationError, format_duration, parse_duration
from shared.core.globs import is_literal, matches, matches_any
from tests.unit.core import reference


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
