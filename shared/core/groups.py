"""Groups of a caller: names as literal text, never globs, and whether it is known that there are no others.

A group of an issuer is `<issuer>/<group>`, as its users are, so that one issuer cannot put anyone into the groups of
another or of the organization. The groups of an issuer with the namespace "" are the organization's own.
"""

import re
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, StringConstraints

from shared.core.fields import NonEmpty

# As many as Entra puts into a token before it names none.
MOST_GROUPS: Final = 200
_GROUP: Final = re.compile(r"[A-Za-z0-9_+=,.@:|()&/-](?:[A-Za-z0-9_+=,.@:|()&/ -]{0,254}[A-Za-z0-9_+=,.@:|()&/-])?")
# The namespace of groups that are not an issuer's.
OWN: Final = ""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that a caller is known to be in, and the namespaces whose groups are not all known.

    `lacks_own`: the token should list the caller's own groups, and does not.
    """

    names: frozenset[str] = frozenset()
    not_known_in: frozenset[str] = frozenset({OWN})
    lacks_own: bool = False

    def has_any(self, wanted: Collection[str]) -> bool | None:
        """Whether the caller is in one of the groups; None where that is not known."""
        if not self.names.isdisjoint(wanted):
            return True
        is_open = any(namespace_of(name) in self.not_known_in for name in wanted)
        return None if is_open else False


NONE_KNOWN: Final = Groups()


def namespace_of(group: str) -> str:
    """Give the issuer whose group it is; empty for the organization's own."""
    return group.partition("/")[0] if "/" in group else OWN


def groups_of_claim(value: Any, namespace: str) -> Groups:
    """Read the claim of a token that lists groups, which must be an array of text.

    Of an absent or other value, and of more than `MOST_GROUPS`, no group is known. Names that no policy can write are
    left out.
    """
    others = frozenset({OWN, namespace})
    if not isinstance(value, list) or len(value) > MOST_GROUPS or not all(isinstance(each, str) for each in value):
        return Groups(not_known_in=others, lacks_own=namespace == OWN)
    names = (_named(each, namespace) for each in value)
    return Groups(frozenset(name for name in names if name is not None), others - {namespace})


def _named(group: str, namespace: str) -> str | None:
    # A slash in an own group's name would make it look like an issuer's.
    if namespace == OWN:
        return group if is_own_group(group) else None
    name = f"{namespace}/{group}"
    return name if _GROUP.fullmatch(name) else None


def is_own_group(name: str) -> bool:
    """Whether a policy can name it as a group of the organization's own: without a slash, which an issuer's has."""
    return "/" not in name and _GROUP.fullmatch(name) is not None


def any_named(groups: Iterable[str] | None, known: AbstractSet[str]) -> bool:
    """Whether a rule's groups, if it has any, have one of the known ones."""
    return groups is not None and not known.isdisjoint(groups)


def _is_group(value: str) -> str:
    if "*" in value or "?" in value:
        raise ValueError("groups are named one by one, without * and ?: list each")
    if not _GROUP.fullmatch(value):
        raise ValueError(f"{value!a} is not a group: write its name, an issuer's as <issuer>/<group>")
    return value


GroupName = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_is_group)]
GroupNames = Annotated[tuple[GroupName, ...], NonEmpty]


def _is_group_glob(value: str) -> str:
    if not _GROUP.fullmatch(value.replace("*", "x").replace("?", "x")) or "/" in value:
        raise ValueError(f"{value!a} matches no group that can be pushed: an issuer's groups come from its tokens only")
    return value


GroupGlob = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_is_group_glob)]
