"""The hashes that make a log of audit lines evident to tampering: lines with the line before, rows with their line.

Each process numbers its lines and puts into each the hash of the one before, so that a line which is removed, altered,
inserted or moved shows at the next one. A session's row is written before its line is complete. So it keeps a digest of
the fields that were decided by then, which the line must reproduce.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

# The hash that the first line of a process has in place of an earlier one's.
NO_LINE: Final = "0" * 64
# The fields of a line, and the facts in it, that are decided when a session's row is written.
DECIDED: Final = (
    "process",
    "sequence",
    "request_id",
    "deployment",
    "user",
    "caller_arn",
    "caller_access_key_id",
    "account",
    "authentication",
    "issuer",
    "subject",
    "token_digest",
    "source_ip",
    "profile",
    "role_arn",
    "session_id",
    "stamp",
    "via",
    "grant_id",
    "verdict",
    "rule",
    "policy_version",
    "duration_given_s",
)


def hash_of(line: bytes) -> str:
    """Give the SHA-256 of a line, without its newline, in hexadecimal digits."""
    return hashlib.sha256(line).hexdigest()


def digest_of_value(value: Any) -> str:
    """Give the SHA-256 of a JSON value in one spelling: keys sorted, no spaces, UTF-8."""
    return hash_of(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def digest_of_decision(line: Mapping[str, Any]) -> str:
    """Give the digest that a session's row keeps of its line; an absent field counts as null.

    The facts enter by their own digest, which a line keeps in `shortened` where they were too long for it.
    """
    match line:
        case {"facts": facts}:
            facts_digest: str | None = digest_of_value(facts)
        case {"shortened": {"facts": str(kept)}}:
            facts_digest = kept
        case _:
            facts_digest = None
    return digest_of_value([*(line.get(name) for name in DECIDED), facts_digest])
