"""The approval requests of the grant table."""

from typing import Any

from shared.aws.approval_rows import read_request, request_item
from shared.aws.grant_store import GrantStore, RowForm
from shared.aws.tables import ItemKind
from shared.core.approval.request import ApprovalRequest


class ApprovalTable(GrantStore[ApprovalRequest]):
    """Requests. While one is pending its votes grow, so a change also tells that nobody voted in between."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        super().__init__(dynamodb, table, RowForm(ItemKind.APPROVAL, request_item, read_request, growing=("votes",)))
