"""What a sync of memberships finds: the groups of each user, from documents and from Identity Center."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from shared.core.caller_names import is_bare_name
from shared.core.groups import MOST_GROUPS, is_own_group


@dataclass(frozen=True, slots=True)
class UserGroups:
    """The groups of one user by source. `is_complete`: these are all of their groups, so that no other has them."""

    in_documents: tuple[str, ...] = ()
    in_identity_center: tuple[str, ...] = ()
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The groups of every user; `left_out` names the users and groups that no policy can name."""

    users: Mapping[str, UserGroups]
    left_out: tuple[str, ...]


def collect(
    documents: Mapping[str, Collection[str]],
    directory: Mapping[str, Collection[str]] | None,
) -> Found:
    """Collect the groups of each user.

    `documents` has the members of each group; `directory` the groups of each of its users, also of those in none, or
    None without Identity Center. Only users of the directory have complete memberships: whom it does not list may be in
    groups elsewhere. Of a user in more than `MOST_GROUPS` groups none is known, as of a token with so many.
    """
    listed = {} if directory is None else directory
    by_user: dict[str, set[str]] = {}
    for group, members in documents.items():
        for member in members:
            by_user.setdefault(member, set()).add(group)
    names = sorted({*listed, *by_user})
    users = {
        name: _of(by_user.get(name, ()), listed.get(name)) for name in names if name in by_user or is_bare_name(name)
    }
    return Found(users, tuple(_left_out(listed)))


def _of(in_documents: Collection[str], in_directory: Collection[str] | None) -> UserGroups:
    named = [group for group in in_directory or () if is_own_group(group)]
    if len({*in_documents, *named}) > MOST_GROUPS:
        return UserGroups()
    return UserGroups(tuple(sorted(in_documents)), tuple(sorted(named)), is_complete=in_directory is not None)


def _left_out(directory: Mapping[str, Collection[str]]) -> Iterator[str]:
    yield from sorted(name for name in directory if not is_bare_name(name))
    yield from sorted({group for groups in directory.values() for group in groups if not is_own_group(group)})
