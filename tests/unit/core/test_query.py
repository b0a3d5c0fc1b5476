from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.query import UnclearQueryError, canonical_parameters, canonical_query

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\N{REPLACEMENT CHARACTER}"), max_size=12)
PAIRS = st.lists(st.tuples(TEXTS.filter(bool), TEXTS), max_size=6)


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("", ""),
        ("page=2", "page=2"),
        ("b=2&a=1", "a=1&b=2"),
        ("a=2&b=0&a=1", "a=2&a=1&b=0"),
        ("a", "a="),
        ("a=", "a="),
        ("&a=1&&", "a=1"),
        ("a=1=2", "a=1%3D2"),
        ("a=x+y", "a=x%20y"),
        ("a=x%20y", "a=x%20y"),
        ("a=x%2By", "a=x%2By"),
        ("a=%7e~", "a=~~"),
        ("a=%c3%a9", "a=%C3%A9"),
        ("a=é", "a=%C3%A9"),
        ("a=?/:@", "a=%3F%2F%3A%40"),
        ("a=%26b%3D1", "a=%26b%3D1"),
        ("a=%3B", "a=%3B"),
        ("=1", "=1"),
        ("A=1&a=2", "A=1&a=2"),
    ],
)
def test_a_query_has_one_spelling(sent: str, canonical: str) -> None:
    assert canonical_query(sent) == canonical


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("a=%", "write %25"),
        ("a=%z1", "write %25"),
        ("a=%1", "write %25"),
        ("a=1;b=2", "write %3B"),
        ("a=%FF", "not UTF-8"),
        ("%C3=1", "not UTF-8"),
        ("a=%EF%BF%BD", "not UTF-8"),
        ("a=\udc80", "not UTF-8"),
    ],
)
def test_a_query_two_readers_may_understand_differently_is_refused(sent: str, words: str) -> None:
    with pytest.raises(UnclearQueryError, match=words):
        canonical_query(sent)


@given(PAIRS, st.sampled_from([quote, quote_plus]))
def test_the_text_and_the_decoded_values_say_the_same(pairs: list[tuple[str, str]], write: object) -> None:
    assert callable(write)
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    sent = "&".join(f"{write(name, safe='')}={write(value, safe='')}" for name, value in pairs)
    assert canonical_query(sent) == canonical_parameters(grouped)


@given(PAIRS, PAIRS)
def test_two_queries_of_one_spelling_hold_the_same_parameters(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    def written(pairs: list[tuple[str, str]]) -> str:
        return canonical_query("&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs))

    def in_order(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return sorted(pairs, key=lambda pair: pair[0])

    assert (written(one) == written(other)) is (in_order(one) == in_order(other))


@given(st.text(max_size=60))
def test_the_spelling_is_its_own_spelling(sent: str) -> None:
    try:
        canonical = canonical_query(sent)
    except UnclearQueryError:
        return
    assert canonical_query(canonical) == canonical
