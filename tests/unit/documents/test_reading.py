"""The one parse path: strict, bounded, and precise about places."""

import base64
import gzip
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.documents import (
    DocumentError,
    DoesNotFitError,
    is_packed,
    load_access_policy,
    load_profile,
    pack,
    read_document,
    unpack,
)

PROFILE = "role_arn: arn:aws:iam::123456789012:role/Dev\n"
texts = st.recursive(
    st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc-:#", max_size=3), inner, max_size=3),
    max_leaves=8,
)


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        load_profile(text)
    return str(caught.value)


def read_or_refuse(text: str) -> object:
    """The policy or the problems; any other exception fails the test."""
    try:
        return load_access_policy(text)
    except DocumentError as error:
        return error.problems


def packed(data: bytes) -> str:
    return "gzip:" + base64.b64encode(gzip.compress(data, mtime=0)).decode()


@given(st.dictionaries(st.text("abc", max_size=3), texts, max_size=3), st.sampled_from([None, 2]))
def test_json_reads_as_it_was_written(value: Any, indent: int | None) -> None:
    document = read_document(json.dumps(value, indent=indent))
    assert (document.value, document.faults) == (value, {})


@given(st.dictionaries(st.text("abc", max_size=3), texts, max_size=3))
def test_the_line_of_every_key_of_json_is_known(value: Any) -> None:
    text = json.dumps(value, indent=1)
    document = read_document(text)
    for key in value:
        assert text.splitlines()[document.line_at((key,)) - 1].startswith(f' "{key}":')


@given(st.text(max_size=200))
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    assert read_or_refuse(text)


@given(st.binary(max_size=200))
def test_any_packed_bytes_at_all_are_read_or_refused(data: bytes) -> None:
    for text in (packed(data), "gzip:" + base64.b64encode(data).decode()):
        assert read_or_refuse(text)


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("17:30", "17:30"),
        ("no", "no"),
        ("on", "on"),
        ("2026-01-05", "2026-01-05"),
        ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("True", True),
        ("FALSE", False),
        ("0o17", 15),
        ("0x1F", 31),
        ("010", 10),
        ("-7", -7),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("'null'", "null"),
        ('"12"', "12"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_yaml_is_read_by_the_core_schema_of_1_2(plain: str, value: object) -> None:
    document = read_document(f"key: {plain}")
    assert document.value == {"key": value}
    assert type(document.value["key"]) is type(value)
    assert not document.faults


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("key: null", "null where a value belongs"),
        ("key: ~", "null where a value belongs"),
        ("key:", "null where a value belongs"),
        ('{"key": null}', "null where a value belongs"),
        ("key: 1\nkey: 2", "written twice"),
        ('{"key": 1, "key": 2}', "written twice"),
        ("key: &a 1", "anchors are not read"),
        ("key: &a [1]\nother: *a", "aliases are not read"),
        ("key: !!str 1", "tags are not read"),
        ("key: !!python/object/apply:os.system [id]", "tags are not read"),
        ("<<: {a: 1}", "merge keys are not read"),
        ("1: a", "a key is text"),
        ("true: a", "a key is text"),
        ("key: .inf", "not a number"),
        ("key: 1e999", "not a number"),
        ("key: 12345678901234567890", "a number of 20 digits"),
        ('{"key": "\\ud800"}', "lone surrogate"),
    ],
)
def test_what_no_document_may_say_is_a_problem_at_its_place(text: str, why: str) -> None:
    assert why in refusal(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the document is empty"),
        ("# nothing", "the document is empty"),
        ("just text", "must be a mapping"),
        ("[1]", "must be a mapping"),
        ("a: 1\n---\nb: 2", "a second document begins here"),
        ("%YAML 1.1\n---\na: 1", "directives"),
        ("? [a]\n: 1", "a key is plain text"),
        ("*a : 1", "a key is plain text"),
        ("a: [", "not YAML"),
        ("a: \x07", "U+0007"),
        ("\ufeffa: 1", "byte order mark"),
        ('{"a" 1}', "not JSON: Expecting ':' delimiter"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": -Infinity}', "-Infinity is not a number"),
        ('{"a": 1e999}', "out of range"),
        ('{"a": ' + "9" * 5000 + "}", "a number of 5000 digits"),
        ("[" * 60_000, "nested more than 32 deep"),
        ('{"a":' * 10_000, "nested more than 32 deep"),
        ('{"a":' * 40 + "1" + "}" * 40, "nested more than 32 deep"),
        ("- " * 30_000, "nested more than 32 deep"),
        ("a" * 65_537, "at most 65536 bytes"),
        ("ä" * 40_000, "at most 65536 bytes"),
        ("\ud800", "not UTF-8"),
        ('a: "\\UFFFFFFFF"', "an escape is not a character"),
        ('"\\U00110000": 1', "an escape is not a character"),
        ('a:\n  - "\\ud800"', "line 2: a[0]: lone surrogate"),
        ('"\\udfff": 1', "lone surrogate"),
        ("%YAML " + "9" * 5000 + ".1\n---\na: 1", "a version is not a number"),
        ("gzip:!", "must be gzip data in base64"),
        ("gzip:AAAA", "must be gzip data in base64"),
        (packed(b"a" * 65_537), "at most 65536 bytes"),
        (packed(b"a" * 10_000_000), "at most 65536 bytes"),
        (packed(b"\xff"), "does not hold UTF-8"),
        (packed(b"a: 1")[:-8], "cut short"),
        ("gzip:" + base64.b64encode(gzip.compress(b"a", mtime=0) * 2).decode(), "followed by something else"),
    ],
)
def test_a_text_nothing_can_be_made_of_is_refused_with_the_reason(text: str, why: str) -> None:
    assert why in refusal(text)


def test_json_with_a_slip_is_reported_as_json_and_braces_may_also_be_yaml() -> None:
    assert "not JSON" in refusal('{"role_arn": "x" "account": 1}')
    assert load_profile("{role_arn: 'arn:aws:iam::123456789012:role/Dev'}").role_account == "123456789012"


def test_every_problem_is_reported_at_once_with_its_line() -> None:
    rules = '{"name": "a", "effect": "alow",\n"conditions": {"profile": []}},\n{"name": null}'
    text = f'{{"version": "1",\n"rules": [\n{rules}]}}'
    with pytest.raises(DocumentError) as caught:
        load_access_policy(text)
    assert [(problem.line, problem.place) for problem in caught.value.problems] == [
        (3, "rules[0].effect"),
        (4, "rules[0].conditions.profile"),
        (5, "rules[1].name"),
        (5, "rules[1].effect"),
        (5, "rules[1].conditions"),
    ]


def test_a_document_of_json_never_loads_the_yaml_parser() -> None:
    program = (
        "import sys; from shared.documents import load_profile\n"
        'load_profile(\'{"role_arn": "arn:aws:iam::123456789012:role/Dev"}\')\n'
        "sys.exit('yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(lambda text: "#" + text))
def test_packing_and_unpacking_gives_the_same_text(text: str) -> None:
    for limit in (1, 10_000):
        try:
            stored = pack(text, limit)
        except DoesNotFitError as error:
            assert min(error.plain_bytes, error.packed_bytes) > limit  # noqa: PT017 - either form is too long
        else:
            assert unpack(stored) == text


def test_a_document_is_packed_only_where_it_does_not_fit_and_always_alike() -> None:
    text = PROFILE + "# " + "words " * 1000
    assert pack(text, 10_000) == text
    assert is_packed(pack(text, 4096))
    assert pack(text, 4096) == pack(text, 4096)
    assert load_profile(pack(text, 4096)) == load_profile(text)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("account: '210987654321'", "account 210987654321 is not the role's"),
        ("account: 123456789012", "account: an account is text"),
        ("region: Frankfurt", "region: holds a character, or has a shape"),
        ("max_duration: 5m", "max_duration: at least 15m"),
        ("enabled: 'yes'", "enabled: must be true or false"),
        ("descripton: x", 'descripton: unknown key; did you mean "description"?'),
        ("description: ''", "description: may not be empty"),
        ("session_policy: []", "session_policy: must be a mapping"),
        ("zzz: 1", "zzz: unknown key; known here: role_arn, account"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_with_the_place(line: str, why: str) -> None:
    assert why in refusal(PROFILE + line)


def test_a_problem_with_something_long_leaves_out_its_middle() -> None:
    with pytest.raises(DocumentError) as caught:
        load_access_policy(json.dumps({"version": "1", "rules": [{"conditions": {"time": {"timezone": "x" * 5000}}}]}))
    [message] = [str(problem) for problem in caught.value.problems if "time zone" in problem.message]
    assert message.startswith("rules[0].conditions.time.timezone: unknown time zone 'xxx")
    assert len(message) < 600


def test_a_profile_without_a_role_is_refused() -> None:
    assert "role_arn: missing: write the ARN" in refusal("region: eu-west-1")
    assert "a role's ARN reads" in refusal("role_arn: arn:aws:iam::123456789012:user/alice")
