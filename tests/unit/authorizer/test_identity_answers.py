import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.aws.errors import UnreadableError
from shared.aws.sts.caller_identity import VerifiedIdentity, parse_identity
from tests.service.authorizer.sts import identity_xml

ARN, ACCOUNT = "arn:aws:sts::123456789012:assumed-role/Prod/alice", "123456789012"
TRUTH = identity_xml(ARN, ACCOUNT)


@pytest.mark.parametrize("text", [TRUTH, f'<?xml version="1.0" encoding="UTF-8"?>{TRUTH}'])
def test_the_answer_sts_gives_is_read(text: str) -> None:
    assert parse_identity("text/xml", text.encode()) == VerifiedIdentity(ARN, ACCOUNT)


@given(st.binary(max_size=300))
def test_any_other_bytes_are_not_an_identity(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_identity("text/xml", body)


@given(st.text(alphabet=f"<>/!?&;[]-\"' {ARN}", max_size=60))
def test_any_text_in_the_arns_place_is_read_whole_or_refused(text: str) -> None:
    try:
        found = parse_identity("text/xml", TRUTH.replace(ARN, text).encode())
    except UnreadableError:
        return
    # What was read is what was written: nothing was dropped, joined or resolved on the way.
    assert found.arn == text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_markup_hidden_in_another_encoding_is_refused(encoding: str) -> None:
    """Without a byte order mark this is UTF-8 with zeros in it, and expat takes it for UTF-16 all the same."""
    hidden = f'<!DOCTYPE x [<!ENTITY a "{ARN}">]>' + TRUTH.replace(ARN, "&a;")
    with pytest.raises(UnreadableError):
        parse_identity("text/xml", hidden.encode(encoding))


def test_an_error_never_repeats_the_answer() -> None:
    with pytest.raises(UnreadableError) as raised:
        parse_identity("text/xml", TRUTH.replace("GetCallerIdentityResponse", "Planted").encode())
    assert "Planted" not in str(raised.value)
