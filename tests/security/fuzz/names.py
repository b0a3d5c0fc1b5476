"""Names and proofs: what is read strictly is written back exactly as it was."""

from datetime import UTC, datetime
from typing import Final

from services.admin.common.pagination import ListScope, read_cursor, write_cursor
from services.admin.requests.models import RequestFilters
from shared.core.arn import MalformedArnError, parse_arn, role_name
from shared.core.identity import IdentityRules, UnknownCaller, identify
from shared.core.ids import is_id
from shared.core.proof import MalformedProofError, parse_proof, render_proof
from shared.core.stamp import MAX_LENGTH, Via, parse_stamp, stamp_for
from tests.security.fuzz.target import Target, on_text

_NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
_ACCOUNT: Final = "111122223333"
_ID: Final = "0123456789abcdef"
_RULES: Final = IdentityRules(frozenset({_ACCOUNT}), named_session_roles=("Named*",))
_SCOPE: Final = ListScope("approval", "alice", RequestFilters())
# Written by `strftime` without leading zeros before; no proof of then is fresh.
_FOUR_DIGITS: Final = 1000


def check_arn(text: str) -> None:
    try:
        arn = parse_arn(text)
    except MalformedArnError:
        return
    assert str(arn) == text
    try:
        name = role_name(arn)
    except MalformedArnError:
        return
    assert text.endswith(name)
    assert name.isascii()


def check_identity(text: str) -> None:
    """A known caller has a name of which a stamp can be made, an account we trust, and did not come by a vend."""
    known = identify(text, _ACCOUNT, _RULES)
    if isinstance(known, UnknownCaller):
        assert known.reason.isascii()
        return
    assert known.account == _ACCOUNT == text.split(":")[4]
    assert known.user.isascii()
    assert known.user.isprintable()
    assert " " not in known.user
    assert parse_stamp(known.session_name) is None
    assert parse_stamp(str(stamp_for(Via.DIRECT, _ID, known.user))) is not None


def check_stamp(text: str) -> None:
    stamp = parse_stamp(text)
    assert stamp is None or (str(stamp) == text and len(text) <= MAX_LENGTH and is_id(stamp.session_id))
    try:
        made = stamp_for(Via.APPROVAL, _ID, text)
    except ValueError:
        return
    assert parse_stamp(str(made)) == made


def check_proof(text: str) -> None:
    try:
        proof = parse_proof(text)
    except MalformedProofError:
        return
    assert proof.signed_at.year < _FOUR_DIGITS or render_proof(proof) == text
    assert proof.token not in repr(proof)
    proof.is_fresh(_NOW)


def check_cursor(text: str) -> None:
    after = read_cursor(text, _SCOPE, _NOW)
    assert not isinstance(after, str) or is_id(after)


_PROOF: Final = (
    "Sentinel-STS key=ASIAQQQQQQQQQQQQQQQQ,date=20261124T120000Z,region=eu-central-1,token="
    + "T" * 16
    + ",signature="
    + "0" * 64
)
TARGETS: Final = (
    Target("arn", on_text(check_arn), (b"arn:aws:iam::111122223333:role/path/Dev", b"arn:aws-cn:s3:::bucket")),
    Target(
        "identity",
        on_text(check_identity),
        (
            b"arn:aws:iam::111122223333:user/people/alice",
            b"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/carol@example.com",
            b"arn:aws:sts::111122223333:assumed-role/NamedOne/sentinel-d-0123456789abcdef-alice",
            b"arn:aws:sts::111122223333:federated-user/eve",
        ),
    ),
    Target("stamp", on_text(check_stamp), (b"sentinel-d-0123456789abcdef-alice", b"role/ci=x", b"a" * 65)),
    Target("proof", on_text(check_proof), (_PROOF.encode(),)),
    Target("cursor", on_text(check_cursor), (write_cursor(_ID, _SCOPE, _NOW).encode(), b"WzEsMiwzXQ")),
)
