"""The names that callers can have, and the globs that can match one: what no caller is called is an error to write."""

import re
from typing import Final

from shared.core.arn import is_account_id
from shared.core.globs import is_literal, matches
from shared.core.issuer import is_issuer_name
from shared.core.stamp import parse_stamp

# AssumeRole: RoleSessionName, 2-64 of `[\w+=,.@-]`. IAM: UserName, 1-64 of the same. GetFederationToken: Name, 2-32.
NAME: Final = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
_NAME_GLOB: Final = re.compile(r"[A-Za-z0-9_+=,.@*?-]+")
_LONGEST_NAME: Final = 64
_ISSUED_NAME: Final = re.compile(r"[A-Za-z0-9_+=,.@|:/-]+")
_ISSUED_GLOB: Final = re.compile(r"[A-Za-z0-9_+=,.@|:/*?-]+")
LONGEST_ISSUED: Final = 256
_ISSUER_GLOB: Final = re.compile(r"[a-z*?][a-z0-9*?-]*")
_ACCOUNT_GLOB: Final = re.compile(r"[0-9*?]{1,64}")
_ACCOUNT_LENGTH: Final = 12
# The part before the slash in the names of callers that are neither IAM or Identity Center users nor an issuer's.
NAMESPACES: Final = ("role", "federated")


def is_bare_name(name: str) -> bool:
    """Whether a person of an issuer without a namespace can have this name: as a session name, and no vended one's."""
    return NAME.fullmatch(name) is not None and parse_stamp(name) is None


def is_caller_name(name: str) -> bool:
    """Whether a caller can have this name. No caller has any other name, however similar it looks."""
    head, slash, rest = name.partition("/")
    if not slash or head in NAMESPACES:
        return _is_own_name(name)
    if is_account_id(head):
        return _is_own_name(rest)
    return is_issuer_name(head) and len(name) <= LONGEST_ISSUED and _ISSUED_NAME.fullmatch(rest) is not None


def _is_own_name(name: str) -> bool:
    """Whether it is a name within an account."""
    namespace, slash, bare = name.rpartition("/")
    if not NAME.fullmatch(bare):
        return False
    return not slash or namespace == "role" or (namespace == "federated" and parse_stamp(bare) is None)


def can_match_a_caller(glob: str) -> bool:
    """Whether the glob can match the name of a caller. One that cannot is without effect, in a deny too."""
    if is_literal(glob):
        return is_caller_name(glob)
    head, slash, rest = glob.partition("/")
    if _can_match_own(glob):
        return True
    if not slash:
        return False
    return (_can_be_account(head) and _can_match_own(rest)) or _can_match_issued(head, rest)


def _can_match_own(glob: str) -> bool:
    namespace, slash, bare = glob.rpartition("/")
    if not can_match_a_role(bare):
        return False
    return not slash or any(matches(namespace, each) for each in NAMESPACES)


def _can_be_account(head: str) -> bool:
    shortest = len(head.replace("*", ""))
    is_long_enough = shortest == _ACCOUNT_LENGTH or ("*" in head and shortest < _ACCOUNT_LENGTH)
    return _ACCOUNT_GLOB.fullmatch(head) is not None and is_long_enough


def _can_match_issued(head: str, rest: str) -> bool:
    can_be_issuer = is_issuer_name(head) if is_literal(head) else _ISSUER_GLOB.fullmatch(head) is not None
    return can_be_issuer and _ISSUED_GLOB.fullmatch(rest) is not None


def can_match_a_role(glob: str) -> bool:
    """Whether the glob can match the name of a role, without its path."""
    return _NAME_GLOB.fullmatch(glob) is not None and len(glob.replace("*", "")) <= _LONGEST_NAME
