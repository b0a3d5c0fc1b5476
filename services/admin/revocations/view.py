"""A revocation as the API shows it."""

from services.admin.revoking_views import RevocationView
from shared.aws.dynamodb.revocation_rows import RevocationRow


def view_revocation(row: RevocationRow) -> RevocationView:
    """Show a revocation, and how far its rows are marked."""
    return RevocationView(
        id=row.revocation_id,
        target=row.revocation.target,
        name=row.revocation.name or None,
        reason=row.ending.comment or "",
        by=row.ending.by or "",
        at=row.ending.at,
        issued_until=row.revocation.issued_until,
        marked=row.marked,
        complete=row.is_complete,
    )
