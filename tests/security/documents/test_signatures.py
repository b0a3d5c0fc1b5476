"""Who may write parameters and not sign: each way to have the Lambdas read another text than the signers approved."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from shared.aws.errors import UnreadableError
from shared.aws.ssm.document_cache import CachedDocuments
from shared.aws.ssm.documents import Document, SsmDocuments
from shared.aws.ssm.read_through import CacheLimits
from shared.documents import DocumentError, pack
from shared.documents.public_keys import PublicKeys
from shared.documents.signature import Stored, require_signed
from tests.signatures import AT, PREFIX, parameter, public_key, sign

TEXT: Final = 'version: "1"\nrules: []\n'
OTHER: Final = TEXT + "# for mallory\n"
NAME: Final = "policies/access"
KEYS: Final = PublicKeys([public_key()])
# Of P-256 (FIPS 186-4, D.1.2.3).
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class FakeSsm:
    """Parameter Store with one parameter."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found

    async def get_parameters(self, **_: Any) -> Any:
        return {"Parameters": [self.found], "InvalidParameters": []}

    async def get_parameters_by_path(self, **_: Any) -> Any:
        return {"Parameters": [self.found]}


def documents(found: dict[str, Any], *keys: str) -> SsmDocuments:
    return SsmDocuments(FakeSsm(found), "/sentinel", PublicKeys([public_key(key) for key in keys or ("signers",)]))


async def read(found: dict[str, Any], *keys: str) -> Document[str] | UnreadableError | None:
    return (await documents(found, *keys).load([NAME]))[NAME]


def stored(text: str = TEXT, line: str | None = None, **place: Any) -> dict[str, Any]:
    return parameter(f"{sign(text) if line is None else line}\n{text}", **place)


def changed(line: str, change: Callable[[str], str]) -> str:
    head, _, signature = line.rpartition(":")
    return f"{head}:{change(signature)}"


REFUSED: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "unsigned": (parameter(TEXT), "it is not signed"),
    "altered text": (stored(OTHER, sign(TEXT)), "not of this text"),
    "text with another line end": (stored(TEXT.replace("\n", "\r\n"), sign(TEXT)), "not of this text"),
    "of another document": (stored(line=sign(TEXT, "policies/approval")), "not of this text"),
    "of another prefix": (stored(line=sign(TEXT, prefix=f"{PREFIX}-staging")), "not of this text"),
    "of another account": (stored(line=sign(TEXT, prefix=PREFIX.replace("1111", "4444"))), "not of this text"),
    "of another region": (stored(line=sign(TEXT, prefix=PREFIX.replace("eu-", "us-"))), "not of this text"),
    "an older version again": (stored(line=sign(TEXT, version=6), version=9), "its signature is for version 6"),
    "a version that is written over": (stored(line=sign(TEXT).replace(":1:", ":2:"), version=2), "not of this text"),
    "counted up to after a deletion": (stored(at=AT + timedelta(hours=1, seconds=1)), "later than its signature"),
    "a later time written over": (
        stored(line=sign(TEXT).replace(str(int(AT.timestamp()) + 3600), "4000000000"), at=AT + timedelta(days=1)),
        "not of this text",
    ),
    "by another key": (stored(line=sign(TEXT, key="mallory")), "by the key that is set"),
    "malformed": (stored(line="signed:1:x"), "its signature is malformed"),
    "another alphabet": (stored(line=changed(sign(TEXT), lambda each: each.replace(each[9], "-"))), "malformed"),
    "no base64": (stored(line=changed(sign(TEXT), lambda each: each.rstrip("=")[:-1])), "is malformed"),
    "truncated": (stored(line=changed(sign(TEXT), lambda each: each[:88])), "not of this text"),
    "a byte more": (stored(line=changed(sign(TEXT), lambda each: each[:-4] + "AAAA")), "not of this text"),
    "only a line": (parameter(sign(TEXT)), "not of this text"),
    "a line end of two characters": (parameter(f"{sign(TEXT)}\r\n{TEXT}"), "is malformed"),
    "signed twice": (parameter(f"{sign(TEXT)}\n{sign(TEXT)}\n{TEXT}"), "it is signed twice"),
    "packed and altered": (parameter(f"{sign(TEXT)}\n{pack(OTHER * 9, 150)}"), "not of this text"),
    "packed and broken": (parameter(f"{sign(TEXT)}\ngzip:AAAA"), "must be gzip data"),
}


@pytest.mark.parametrize(("found", "words"), REFUSED.values(), ids=REFUSED)
async def test_what_the_signers_did_not_approve_here_and_now_is_unreadable(found: dict[str, Any], words: str) -> None:
    answer = await read(found)
    assert isinstance(answer, UnreadableError)
    assert words in str(answer)


@given(
    st.text(st.characters(), max_size=40), st.sampled_from(["", "signed:", "signed:1:1772447400:", f"{sign(TEXT)}\n"])
)
def test_any_text_at_all_is_refused_or_the_one_that_was_signed(text: str, begin: str) -> None:
    found = parameter(begin + text)
    stored_at = Stored(found["ARN"], found["Version"], found["LastModifiedDate"])
    if begin + text != f"{sign(TEXT)}\n{TEXT}":
        with pytest.raises(DocumentError):
            require_signed(found["Value"], stored_at, KEYS)


@pytest.mark.parametrize("r", [0, 1, ORDER, 2**256 - 1])
@pytest.mark.parametrize("s", [0, 1, ORDER, 2**256 - 1])
def test_no_signature_of_zeros_is_one(r: int, s: int) -> None:
    """Neither r nor s may be 0, modulo the order of the curve either."""
    assert not KEYS.verify(encode_dss_signature(r, s), b"anything")


async def test_a_signed_document_is_read_without_its_signature() -> None:
    answer = await read(stored())
    assert isinstance(answer, Document)
    unsigned = await SsmDocuments(FakeSsm(parameter(TEXT)), "/sentinel").load([NAME])
    assert answer == unsigned[NAME]
    assert await read(stored(), "mallory", "signers") == answer


async def test_without_keys_a_signature_is_left_out_and_not_looked_at() -> None:
    for found in (stored(), stored(line="signed:1:x"), stored(line=sign(OTHER))):
        answer = (await SsmDocuments(FakeSsm(found), "/sentinel").load([NAME]))[NAME]
        assert isinstance(answer, Document)
        assert answer.value == TEXT


async def test_a_version_is_verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[bytes] = []
    verify = PublicKeys.verify

    def count(keys: PublicKeys, signature: bytes, message: bytes) -> bool:
        verified.append(message)
        return verify(keys, signature, message)

    monkeypatch.setattr(PublicKeys, "verify", count)
    source = documents(stored())
    for _ in range(3):
        await source.load([NAME])
        await source.load_folder("policies")
    assert len(verified) == 1
    for count_of, (line, kind) in enumerate(
        ((sign(OTHER, version=2), UnreadableError), (sign(TEXT, version=2), Document)), 2
    ):
        source._ssm.found = stored(line=line, version=2)
        for _ in range(2):
            assert isinstance((await source.load([NAME]))[NAME], kind)
        assert len(verified) == count_of


@pytest.mark.parametrize(
    "again",
    [stored(at=AT + timedelta(days=1)), stored(version=2), stored(OTHER, sign(TEXT)), stored(prefix=f"{PREFIX}-b")],
    ids=["stored again", "another version", "another text", "another parameter"],
)
async def test_what_was_verified_vouches_for_nothing_else(again: dict[str, Any]) -> None:
    source = documents(stored())
    assert isinstance((await source.load([NAME]))[NAME], Document)
    source._ssm.found = again
    assert isinstance((await source.load([NAME]))[NAME], UnreadableError)


@pytest.mark.parametrize(
    "bad",
    [parameter(OTHER, version=2), stored("rules: [", sign("rules: [", version=2), version=2)],
    ids=["unsigned", "signed and unreadable"],
)
async def test_an_unsigned_version_hides_the_last_signed_one_no_longer_than_an_unreadable_one_would(
    bad: dict[str, Any],
) -> None:
    now = {"": 0.0}
    source, limits = documents(stored()), CacheLimits(ttl_s=5, max_stale_s=60)
    cache = CachedDocuments(source, index_of_end, limits=limits, monotonic=lambda: now[""])
    assert isinstance((await cache.find([NAME]))[NAME], Document)
    source._ssm.found = bad
    now[""] = 59.0
    kept = (await cache.find([NAME]))[NAME]
    assert isinstance(kept, Document)
    assert (kept.stale, kept.version) == (True, 1)
    now[""] = 65.0
    assert isinstance((await cache.find([NAME]))[NAME], UnreadableError)
    assert list((await cache.load_profiles()).values()) == [None]


def index_of_end(_: str, text: str) -> int:
    return text.index("]")


async def test_a_process_that_never_saw_a_signed_version_has_none() -> None:
    cache = CachedDocuments(
        documents(parameter(TEXT)), lambda _, text: text, limits=CacheLimits(), monotonic=lambda: 0.0
    )
    assert isinstance((await cache.find([NAME]))[NAME], UnreadableError)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [""],
        ["AAAA"],
        [public_key()[:-4]],
        [public_key().replace("MFkw", "MFkx")],
        [public_key()[:40] + "A" * 84],  # not on the curve
        [public_key(str(number)) for number in range(4)],
    ],
)
def test_what_is_no_public_key_on_p_256_is_refused_at_the_start(keys: list[str]) -> None:
    with pytest.raises(ValueError, match=r"public key"):
        PublicKeys(keys)


@pytest.mark.parametrize("kind", ["groups/oncall", "webhooks/pager", "tickets/jira", "chat/slack", "issuers/corp"])
async def test_what_is_read_without_a_cache_is_signed_too(kind: str) -> None:
    folder, _, name = kind.partition("/")
    unsigned, signed = parameter(TEXT, kind), parameter(f"{sign(TEXT, kind)}\n{TEXT}", kind)
    for found, expected in ((unsigned, UnreadableError), (signed, Document)):
        assert isinstance((await documents(found).load_folder(folder))[name], expected)
        assert isinstance((await documents(found).load([kind]))[kind], expected)
