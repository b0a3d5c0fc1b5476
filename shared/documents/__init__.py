"""Documents: storing, parsing and checking policies and profiles. One strict parse path for Lambdas and commands."""

from shared.documents.document import Document, DocumentError, Problem
from shared.documents.envelope import DoesNotFitError, is_packed, pack, split_signature, unpack
from shared.documents.load import (
    check_document,
    check_items,
    load_access_policy,
    load_document,
    load_profile,
    load_ticket_lookup,
    load_webhook,
    read_document,
    read_secret_document,
)

__all__ = [
    "Document",
    "DocumentError",
    "DoesNotFitError",
    "Problem",
    "check_document",
    "check_items",
    "is_packed",
    "load_access_policy",
    "load_document",
    "load_profile",
    "load_ticket_lookup",
    "load_webhook",
    "pack",
    "read_document",
    "read_secret_document",
    "split_signature",
    "unpack",
]
