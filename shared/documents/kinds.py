"""Which model a stored document has, by its name below the prefix."""

from collections.abc import Mapping
from typing import Final

from shared.core.access.schema import AccessPolicy
from shared.core.admin_policy import AdminPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.fields import DocumentModel
from shared.core.profile import Profile
from shared.documents.load import load_document
from shared.documents.names import ACCESS_POLICY, ADMIN_POLICY, APPROVAL_POLICY, BREAK_GLASS_POLICY

_POLICIES: Final[Mapping[str, type[DocumentModel]]] = {
    ACCESS_POLICY: AccessPolicy,
    APPROVAL_POLICY: ApprovalPolicy,
    BREAK_GLASS_POLICY: BreakGlassPolicy,
    ADMIN_POLICY: AdminPolicy,
}


def load_stored(name: str, text: str) -> DocumentModel:
    """Load a policy or a profile (`profiles/<name>`).

    Raises:
        DocumentError: with every problem found.

    """
    return load_document(text, _POLICIES.get(name, Profile))
