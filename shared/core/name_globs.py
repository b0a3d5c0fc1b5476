"""Globs on names of users, roles and profiles in documents: a glob that no such name can match is an error.

In an allow, such a glob makes a rule without effect; in a deny, it lets everyone through.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from shared.core.caller_names import NAMESPACES, can_match_a_caller, can_match_a_role
from shared.core.globs import matches
from shared.core.issuer import is_issuer_name

_PROFILE_GLOB: Final = re.compile(r"[A-Za-z0-9._*?-]+")
_LONGEST_PROFILE: Final = 64
_IN_NAMES: Final = re.compile(r"[A-Za-z0-9_+=,.@-]")
_IN_PROFILES: Final = re.compile(r"[A-Za-z0-9._-]")
_NAMESPACED: Final = (
    "before its first slash is role or federated, an account or an issuer, as in role/ci-*; names have no path"
)
_NO_PATH: Final = "such names have no path; write the last part only"
_TOO_LONG: Final = "a name has 1 to 64 characters, and none that begins like a vended session's"


def _matches_some_user(glob: str) -> str:
    if can_match_a_caller(glob):
        return glob
    namespace, slash, _ = glob.rpartition("/")
    known = not slash or any(matches(namespace, each) for each in NAMESPACES)
    raise ValueError(_why_not(glob, "user", _IN_NAMES, None if known else _NAMESPACED))


def _matches_some_role(glob: str) -> str:
    if can_match_a_role(glob):
        return glob
    raise ValueError(_why_not(glob, "role", _IN_NAMES, _NO_PATH if "/" in glob else None))


def _matches_some_profile(glob: str) -> str:
    if _PROFILE_GLOB.fullmatch(glob) and len(glob.replace("*", "")) <= _LONGEST_PROFILE:
        return glob
    raise ValueError(_why_not(glob, "profile", _IN_PROFILES, _NO_PATH if "/" in glob else None))


def _is_an_issuer(value: str) -> str:
    if not is_issuer_name(value):
        raise ValueError(f"{value!a} is not an issuer: write the <name> of a document issuers/<name>")
    return value


def _why_not(glob: str, kind: str, names: re.Pattern[str], about_slashes: str | None) -> str:
    start = f"{glob!a} matches no {kind}"
    if glob.startswith("arn:"):
        return f"{start}: it is an ARN; write the name only"
    if "[" in glob:
        return f'{start}: "[" is a plain character that no name holds; only * and ? are special'
    if strange := next((each for each in glob if each not in "*?/" and not names.fullmatch(each)), None):
        name = unicodedata.name(strange, "a control character").lower()
        return f"{start}: no name of a {kind} can hold U+{ord(strange):04X}, {name}; type it again"
    return f"{start}: {about_slashes or _TOO_LONG}"


_Text = StringConstraints(min_length=1, max_length=256)
UserGlob = Annotated[str, _Text, AfterValidator(_matches_some_user)]
RoleGlob = Annotated[str, _Text, AfterValidator(_matches_some_role)]
IssuerName = Annotated[str, _Text, AfterValidator(_is_an_issuer)]
ProfileGlob = Annotated[str, _Text, AfterValidator(_matches_some_profile)]
