"""Whom and what lockouts and cutoffs are about."""

import pytest

from shared.core.people import Person
from shared.core.revocation import Target
from shared.core.subjects import cutoff_subjects, lockout_subjects, person_subjects, target_subject, vend_subjects

BOB = Person("Bob+night@corp.example", "carol")


@pytest.mark.parametrize(
    ("target", "subject"), [(Target.USER, "user#prod"), (Target.PROFILE, "profile#prod"), (Target.ALL, "all")]
)
def test_each_target_has_a_subject_of_its_own(target: Target, subject: str) -> None:
    assert target_subject(target, "prod") == subject


@pytest.mark.parametrize("subjects_of", [target_subject, lockout_subjects])
def test_a_single_session_has_neither_lockouts_nor_cutoffs(subjects_of: object) -> None:
    assert callable(subjects_of)
    with pytest.raises(ValueError, match=r"^a session is not a subject of lockouts and cutoffs$"):
        subjects_of(Target.SESSION, "0123456789abcdef")


def test_a_lockout_of_a_user_is_of_every_name_of_the_person_first_and_then_of_the_very_name() -> None:
    assert lockout_subjects(Target.USER, "Bob@corp.example") == ("person#bob", "user#Bob@corp.example")
    assert lockout_subjects(Target.PROFILE, "prod") == ("profile#prod",)
    assert lockout_subjects(Target.ALL, "") == ("all",)


def test_a_person_is_locked_out_under_any_of_their_names() -> None:
    assert person_subjects(BOB) == {"user#Bob+night@corp.example", "person#bob", "person#carol"}


def test_a_vend_is_stopped_by_lockouts_of_the_person_the_profile_and_everyone() -> None:
    assert vend_subjects(BOB, "prod") == person_subjects(BOB) | {"profile#prod", "all"}


def test_cutoffs_are_of_the_very_name_of_the_profiles_and_of_everyone() -> None:
    assert cutoff_subjects("alice", "prod", "dev") == {"user#alice", "profile#prod", "profile#dev", "all"}
    assert cutoff_subjects("alice") == {"user#alice", "all"}
