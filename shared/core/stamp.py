r"""The stamp: one string that is both SourceIdentity and RoleSessionName of every vended session.

    sentinel-<via>-<session id>-<user>

CloudTrail, GetCallerIdentity and IAM conditions therefore all show the same string. STS allows 2-64 characters of
`[\w+=,.@-]` for either field (STS API reference, AssumeRole), so no colon and no slash.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.ids import ID_PATTERN

PREFIX: Final = "sentinel"
MAX_LENGTH: Final = 64
_DIGEST_LENGTH: Final = 8
# Of the names of issuers and accounts: who names a branch could otherwise try until the digest is another user's.
_LONG_DIGEST: Final = 16
_SHORT_NAMESPACES: Final = ("role", "federated")
_LONGEST_TAG: Final = 256
_KEY_LENGTH: Final = 12


class Via(StrEnum):
    """What a vend is based on."""

    DIRECT = "direct"
    APPROVAL = "approval"
    BREAK_GLASS = "break-glass"

    @property
    def letter(self) -> str:
        return self.value[0]


_VIA_BY_LETTER: Final = {via.letter: via for via in Via}
_STAMP: Final = re.compile(
    rf"{PREFIX}-(?P<via>[{''.join(_VIA_BY_LETTER)}])-(?P<session_id>{ID_PATTERN})-(?P<user>[A-Za-z0-9_+=,.@-]+)",
)
_LONG_DIGESTED: Final = re.compile(rf".*=[0-9a-f]{{{_LONG_DIGEST}}}", re.DOTALL)
_DIGESTED: Final = re.compile(rf".*=(?:[0-9a-f]{{{_DIGEST_LENGTH}}}|[0-9a-f]{{{_LONG_DIGEST}}})", re.DOTALL)
_NOT_IN_STAMPS: Final = re.compile(r"[/:|]")
_NOT_IN_TAGS: Final = re.compile(r"[,|]")
_USER_ROOM: Final = MAX_LENGTH - len(f"{PREFIX}-d-{'0' * 16}-")


class TagKey(StrEnum):
    """Session tag keys. IAM compares tag keys case-insensitively and STS refuses keys that begin `aws:`."""

    SESSION = "SentinelSession"
    USER = "SentinelUser"
    USER_KEY = "SentinelUserKey"  # the same length for every user, so that many fit into the kill switch
    PROFILE = "SentinelProfile"
    VIA = "SentinelVia"
    GRANT = "SentinelGrant"


# Transitive tags survive role chaining, so a deny on them also applies to sessions that a vended session assumes.
TRANSITIVE_TAG_KEYS: Final = (TagKey.SESSION, TagKey.USER, TagKey.USER_KEY, TagKey.PROFILE)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The parts of a stamp. `user_text` is the user as stamped: shortened if too long, with `=` for `/`."""

    via: Via
    session_id: str
    user_text: str

    def __str__(self) -> str:
        return f"{PREFIX}-{self.via.letter}-{self.session_id}-{self.user_text}"


def stamp_for(via: Via, session_id: str, user: str) -> Stamp:
    """Make the stamp of a session.

    The text of a user that does not fit, or that has a `=`, `:` or `|` (which would look like a replaced `/`), ends in
    `=` and hex digits of its SHA-256, eight or, for names of issuers and accounts, sixteen. So two users never get the
    same text by shortening or replacement.

    Raises:
        ValueError: the session id or the user has a character that no stamp may have.

    """
    # Only a name with a namespace has the other two.
    text = _NOT_IN_STAMPS.sub("=", user) if "/" in user else user
    if len(text) > _USER_ROOM or text.count("=") != user.count("/") or _LONG_DIGESTED.fullmatch(text):
        text = _digested(text, user, _USER_ROOM)
    stamp = Stamp(via, session_id, text)
    if parse_stamp(str(stamp)) != stamp:
        raise ValueError(f"no stamp can be made for user {user!r} and session id {session_id!r}")
    return stamp


def parse_stamp(text: str) -> Stamp | None:
    """Parse a stamp; None for any text that is not exactly one."""
    match = _STAMP.fullmatch(text)
    if match is None or len(text) > MAX_LENGTH:
        return None
    return Stamp(_VIA_BY_LETTER[match["via"]], match["session_id"], match["user"])


def session_tags(stamp: Stamp, *, user: str, profile: str, grant_id: str | None) -> Mapping[str, str]:
    """Build the session tags of a vend."""
    tags = {
        TagKey.SESSION: stamp.session_id,
        TagKey.USER: tag_value(user),
        TagKey.USER_KEY: user_key(user),
        TagKey.PROFILE: profile,
        TagKey.VIA: stamp.via.value,
    }
    if grant_id is not None:
        tags[TagKey.GRANT] = grant_id
    return {str(key): value for key, value in tags.items()}


def tag_value(user: str) -> str:
    """Give a user as the value of a session tag.

    A value may have a slash and a colon but, unlike a name, neither `,` nor `|` (IAM User Guide, "Rules for tagging").
    So these become `=`, and a digest keeps such users distinct; users that look like the result get a digest, too.
    """
    if len(user) <= _LONGEST_TAG and not _NOT_IN_TAGS.search(user) and not _DIGESTED.fullmatch(user):
        return user
    return _digested(_NOT_IN_TAGS.sub("=", user), user, _LONGEST_TAG)


def user_key(user: str) -> str:
    """Digest a user to twelve hex digits: among 100,000 users, the chance that two are equal is 1 in 50,000."""
    return _digest(user, _KEY_LENGTH)


def _digested(text: str, user: str, room: int) -> str:
    """End a user's text in their digest, cut to the room there is."""
    namespace, slash, _ = user.partition("/")
    length = _LONG_DIGEST if slash and namespace not in _SHORT_NAMESPACES else _DIGEST_LENGTH
    return f"{text[: room - length - 1]}={_digest(user, length)}"


def _digest(user: str, length: int = _DIGEST_LENGTH) -> str:
    return hashlib.sha256(user.encode()).hexdigest()[:length]
