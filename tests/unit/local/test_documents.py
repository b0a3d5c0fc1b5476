"""What the local stack is seeded with is what the services would accept."""

from pathlib import Path

import pytest

from deploy.local.issuers import PEOPLE
from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.fields import DocumentModel
from shared.core.membership import GroupDocument, is_group_name
from shared.core.permissions import AdminPolicy
from shared.core.profile import Profile
from shared.documents.load import load_document

DOCUMENTS = Path(__file__).parents[3] / "deploy" / "local" / "documents"
POLICIES: dict[str, type[DocumentModel]] = {
    "access": AccessPolicy,
    "admin": AdminPolicy,
    "approval": ApprovalPolicy,
    "break-glass": BreakGlassPolicy,
}


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_a_seeded_policy_loads(name: str) -> None:
    load_document((DOCUMENTS / "policies" / f"{name}.yaml").read_text(), POLICIES[name])


@pytest.mark.parametrize("file", sorted((DOCUMENTS / "profiles").iterdir()), ids=lambda file: file.stem)
def test_a_seeded_profile_loads(file: Path) -> None:
    load_document(file.read_text(), Profile)


@pytest.mark.parametrize("file", sorted((DOCUMENTS / "groups").iterdir()), ids=lambda file: file.stem)
def test_a_seeded_group_loads_and_has_people_of_the_stack_as_members(file: Path) -> None:
    document = load_document(file.read_text(), GroupDocument)

    people = {"alice", "bob", "operator", *(each["email"] for each in PEOPLE.values())}
    assert {*document.members} <= people
    assert is_group_name(file.stem)


def test_every_seeded_policy_is_one_of_the_four() -> None:
    assert {file.stem for file in (DOCUMENTS / "policies").iterdir()} == set(POLICIES)
