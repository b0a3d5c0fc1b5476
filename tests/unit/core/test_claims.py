"""Claims as a policy compares them, and globs that cross slashes or do not."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.claims import claim_words, meets, read_claims
from shared.core.globs import matches_across


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("acme/*", "acme/app", True),
        ("acme/*", "acme/app/x", False),
        ("acme/**", "acme/app/x", True),
        ("acme/**", "acme", False),
        ("**", "", True),
        ("*", "", True),
        ("*", "a/b", False),
        ("**/main", "refs/heads/main", True),
        ("refs/*/main", "refs/heads/main", True),
        ("refs/?eads/*", "refs/heads/main", True),
        ("a?b", "a/b", False),
        ("a**b", "a/x/b", True),
        ("***", "a/b", True),
        ("acme", "ACME", False),
        ("[a b]", "[a b]", True),
        ("[a b]", "a", False),
        ("a.c", "abc", False),
        ("a\n", "a", False),
    ],
)
def test_one_star_stays_between_slashes_and_two_cross_them(pattern: str, text: str, *, holds: bool) -> None:
    assert matches_across(pattern, text) is holds


@given(st.text("ab/*?", max_size=8), st.text("ab/", max_size=8))
def test_globs_across_slashes_are_these_regular_expressions(pattern: str, text: str) -> None:
    parts = re.findall(r"\*\*+|.", pattern)
    words = {"*": "[^/]*", "?": "[^/]"}
    written = "".join(".*" if len(part) > 1 else words.get(part, re.escape(part)) for part in parts)
    assert matches_across(pattern, text) is (re.fullmatch(written, text, re.DOTALL) is not None)


def test_no_glob_takes_exponential_time() -> None:
    assert not matches_across("*a**" * 60 + "b", "a" * 2000)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("text", "text"),
        (7, "7"),
        (True, "true"),
        (False, "false"),
        (["a", "b"], ("a", "b")),
        ([], ()),
        (1.5, None),
        (None, None),
        ({"a": "b"}, None),
        (["a", 7], None),
        ([["a"]], None),
    ],
)
def test_only_what_can_be_compared_is_read(value: Any, read: Any) -> None:
    assert read_claims({"claim": value}).get("claim") == read


@pytest.mark.parametrize(
    ("claims", "holds"),
    [
        ({"repository": "acme/app", "environment": "production"}, True),
        ({"repository": "acme/app", "environment": "staging"}, False),
        ({"repository": "evil/app", "environment": "production"}, False),
        ({"repository": "acme/app"}, None),
        ({"repository": "evil/app"}, False),
        ({"repository": ("evil/app", "acme/app"), "environment": "production"}, True),
        ({"repository": (), "environment": "production"}, False),
        ({}, None),
        (None, None),
    ],
)
def test_all_claims_must_match_and_one_that_is_absent_is_not_known(claims: Any, *, holds: bool | None) -> None:
    assert meets({"repository": ("acme/*",), "environment": ("production",)}, claims) is holds


def test_an_array_is_shown_with_commas() -> None:
    assert (claim_words("a"), claim_words(("a", "b"))) == ("a", "a, b")
