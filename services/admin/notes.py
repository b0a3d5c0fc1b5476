"""What an admin call writes into its audit line, as it learns it."""

from services.admin.policies import Policies
from services.admin.views import EventView, RequestView
from shared.core.session import Session
from shared.edge.audit import AuditLine


def note_policies(audit: AuditLine, policies: Policies) -> None:
    """Say by which version it was decided, how old each document was, and which were served past their time."""
    audit.policy_version = policies.access_version
    audit.document_ages_s = {document.name: round(document.age_s, 3) for document in policies.documents}
    audit.stale_documents = [document.name for document in policies.documents if document.stale]


def note_grant(audit: AuditLine, grant: RequestView | EventView) -> None:
    audit.grant_id, audit.grant_status, audit.grant_user = grant.id, grant.status.value, grant.user
    audit.profile, audit.rule = grant.profile, grant.rule
    audit.duration_asked_s = grant.duration_s


def note_session(audit: AuditLine, row: Session) -> None:
    audit.session_id, audit.stamp, audit.session_user = row.session_id, row.stamp, row.user
    audit.profile, audit.role_arn, audit.via, audit.grant_id = row.profile, row.role_arn, row.via.value, row.grant_id
