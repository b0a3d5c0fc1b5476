"""What an audit line keeps of a caller, never the token, and of the documents that the answer rests on."""

from collections.abc import Iterable
from typing import Any, Final

from shared.aws.ssm.documents import Document
from shared.core.access.evaluate import Facts
from shared.core.access.schema import AccessPolicy
from shared.core.claims import claim_words
from shared.edge.audit import MAX_CALLER_TEXT, AuditLine
from shared.edge.http_request import Caller
from shared.edge.tokens import token_digest

_MOST_CLAIMS: Final = 50


def note_caller(audit: AuditLine, caller: Caller) -> None:
    """Say who called, before it is known whether they are accepted."""
    audit.source_ip, audit.user_agent = caller.source_ip, caller.user_agent
    if caller.token is None:
        audit.caller_arn, audit.account = caller.arn, caller.account
        audit.caller_access_key_id = caller.access_key_id
        return
    audit.issuer, audit.subject = caller.token.issuer, caller.token.verified.get("sub")
    audit.token_digest = token_digest(caller.token)


def note_facts_read(audit: AuditLine, policy: AccessPolicy, facts: Facts) -> None:
    """Keep the caller's claims and groups that any rule of the policy reads."""
    conditions = [rule.conditions for rule in policy.rules]
    names = sorted({name for each in conditions for name in each.claims or ()})
    claims = facts.claims or {}
    audit.claims = {
        name: claim_words(claims[name])[:MAX_CALLER_TEXT] for name in names[:_MOST_CLAIMS] if name in claims
    }
    known = frozenset() if facts.groups is None else facts.groups.names
    audit.groups = sorted(known & {group for each in conditions for group in each.groups or ()})


def note_documents(audit: AuditLine, documents: Iterable[Document[Any]]) -> None:
    """Say how old each document was, and which were served past their time because a read failed."""
    for document in documents:
        audit.document_ages_s[document.name] = round(document.age_s, 3)
        if document.stale and document.name not in audit.stale_documents:
            audit.stale_documents.append(document.name)
