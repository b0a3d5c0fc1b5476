"""What an audit line keeps of a caller, never the token, and of the documents that the answer rests on."""

from collections.abc import Iterable
from typing import Any

from shared.aws.ssm.documents import Document
from shared.edge.audit.line import AuditLine
from shared.edge.http_request import Caller
from shared.edge.tokens import token_digest


def note_caller(audit: AuditLine, caller: Caller) -> None:
    """Say who called, before it is known whether they are accepted."""
    audit.source_ip, audit.user_agent = caller.source_ip, caller.user_agent
    if caller.token is None:
        audit.caller_arn, audit.account = caller.arn, caller.account
        audit.caller_access_key_id = caller.access_key_id
        return
    audit.issuer, audit.subject = caller.token.issuer, caller.token.verified.get("sub")
    audit.token_digest = token_digest(caller.token)


def note_documents(audit: AuditLine, documents: Iterable[Document[Any]]) -> None:
    """Say how old each document was, and which were served past their time because a read failed."""
    for document in documents:
        audit.document_ages_s[document.name] = round(document.age_s, 3)
        if document.stale and document.name not in audit.stale_documents:
            audit.stale_documents.append(document.name)
