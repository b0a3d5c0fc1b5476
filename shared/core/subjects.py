"""Subjects of lockouts and cutoffs. The grant table has each lockout and cutoff in the partition of its subject."""

from typing import Final

from shared.core.people import Person, person_key
from shared.core.revocation import Target

ALL_SUBJECT: Final = "all"


def user_subject(user: str) -> str:
    """Give the subject of lockouts and cutoffs for this exact name of a user."""
    return f"user#{user}"


def person_subject(key: str) -> str:
    """Give the subject of lockouts for every name of a person."""
    return f"person#{key}"


def profile_subject(profile: str) -> str:
    return f"profile#{profile}"


def target_subject(target: Target, name: str) -> str:
    """Give the subject of a target's lockouts and cutoffs.

    Raises:
        ValueError: the target is a single session, which has neither.

    """
    match target:
        case Target.USER:
            return user_subject(name)
        case Target.PROFILE:
            return profile_subject(name)
        case Target.ALL:
            return ALL_SUBJECT
        case Target.SESSION:
            raise ValueError("a session is not a subject of lockouts and cutoffs")


def lockout_subjects(target: Target, name: str) -> tuple[str, ...]:
    """Give the subjects a target's lockout can have: for a user, the person's and that of the exact name.

    Raises:
        ValueError: the target is a single session, which has none.

    """
    own = target_subject(target, name)
    return (person_subject(person_key(name)), own) if target is Target.USER else (own,)


def person_subjects(person: Person) -> frozenset[str]:
    """Give the subjects of lockouts that apply to a person, under any of their names."""
    return frozenset({user_subject(person.user), *map(person_subject, person.keys)})


def vend_subjects(person: Person, profile: str) -> frozenset[str]:
    """Give the subjects of lockouts that stop a vend of a profile to a person."""
    return person_subjects(person) | {profile_subject(profile), ALL_SUBJECT}


def cutoff_subjects(user: str, *profiles: str) -> frozenset[str]:
    """Give the subjects of cutoffs that can reach sessions of a user and of any of the profiles."""
    return frozenset({ALL_SUBJECT, user_subject(user), *map(profile_subject, profiles)})
