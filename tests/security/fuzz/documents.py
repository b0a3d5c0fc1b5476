"""Every document: its text becomes a model, or problems that name their places. Nothing else ever comes out."""

import json
from collections.abc import Callable
from typing import Final

import yaml

from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.fields import DocumentModel
from shared.core.membership import GroupDocument
from shared.core.permissions import AdminPolicy
from shared.core.profile import Profile
from shared.core.ticket_lookup import TicketLookup
from shared.core.webhook import Webhook
from shared.documents import DocumentError, load_document, load_ticket_lookup, load_webhook, pack, read_document
from tests.security.fuzz.samples import SAMPLES
from tests.security.fuzz.target import Target, on_text

MODELS: Final[dict[str, type[DocumentModel]]] = {
    "access": AccessPolicy,
    "approval": ApprovalPolicy,
    "break-glass": BreakGlassPolicy,
    "admin": AdminPolicy,
    "group": GroupDocument,
    "profile": Profile,
    "ticket-lookup": TicketLookup,
    "webhook": Webhook,
}
_OF_SECRETS: Final[dict[str, Callable[[str], DocumentModel]]] = {
    "ticket-lookup": load_ticket_lookup,
    "webhook": load_webhook,
}
# A message may repeat a key or a short value, never a document.
_LONGEST_MESSAGE: Final = 2048


def check_document(kind: str, text: str) -> DocumentModel | None:
    """Load a text; what loads must load to the same from JSON and from the packed form. None where it is refused."""
    model = MODELS[kind]
    load: Callable[[str], DocumentModel] = _OF_SECRETS.get(kind, lambda text: load_document(text, model))
    try:
        loaded = load(text)
    except DocumentError as error:
        _check_problems(error, text)
        return None
    assert load(json.dumps(read_document(text).value)) == loaded
    if not text.startswith("gzip:"):
        # Packed as tightly as it gets, unless the text is so short that packing makes it longer.
        assert load(pack(text, max(len(text.encode()) + 64, 128))) == loaded
    return loaded


def _check_problems(error: DocumentError, text: str) -> None:
    assert error.problems
    lines = text.count("\n") + 1 if not text.startswith("gzip:") else None
    for problem in error.problems:
        assert problem.message
        assert len(problem.message) < _LONGEST_MESSAGE, "a message repeats what was written"
        assert problem.line is None or problem.line >= 1
        # YAML counts other line breaks too, each of them a character.
        assert lines is None or problem.line is None or problem.line <= max(lines, len(text))


def _target(kind: str) -> Target:
    sample = SAMPLES[kind]
    seeds = (json.dumps(sample).encode(), yaml.safe_dump(sample).encode(), pack(json.dumps(sample), 1 << 16).encode())

    def check(text: str) -> None:
        check_document(kind, text)

    return Target(f"document-{kind}", on_text(check), seeds)


TARGETS: Final = tuple(map(_target, MODELS))
