"""Why a request is not filed because of its ticket, in words its requester, or an administrator, can act on."""

from typing import Final

from services.admin.notify.quoting import cut, quote
from shared.core.approval.policy import ApprovalRule
from shared.core.ticket_lookup import TICKETS_FOLDER, TicketLookup, TicketState
from shared.edge.error_codes import Code
from shared.edge.responses import Refusal

_LONGEST_STATE: Final = 80
_MOST_STATES: Final = 5
# The field of a request: a form shows the refusal there.
_FIELD: Final = "ticket"


def refuse_text(ticket: str) -> Refusal:
    """Refuse a ticket whose text could mean more than a ticket to the system that is asked."""
    return Refusal(
        Code.INVALID_REQUEST,
        f"Ticket {quote(ticket)} cannot be looked up: write its key or number, at most 64 letters, digits, - and _.",
        about=_FIELD,
    )


def refuse_state(name: str, lookup: TicketLookup, ticket: str, found: TicketState) -> Refusal:
    """Refuse a ticket that is not there, or not in a state that is accepted. The state is text of another system."""
    if found.state is None:
        return Refusal(
            Code.INVALID_REQUEST,
            f"Ticket {ticket} has no state in the ticket system ({name}): it does not exist, or Sentinel may not see "
            "it. Name another; if you see it there yourself, tell the platform team.",
            about=_FIELD,
        )
    accepted = [_shown(value) for value in lookup.values]
    more = ["…"] if len(accepted) > _MOST_STATES else []
    return Refusal(
        Code.INVALID_REQUEST,
        f"Ticket {ticket} is {_shown(found.state)}, and a request may be filed for one that is "
        f"{' or '.join([*accepted[:_MOST_STATES], *more])}. Change its state there, or name another.",
        about=_FIELD,
    )


def refuse_call(name: str, cause: str) -> Refusal:
    """Refuse what could not be looked up."""
    return Refusal(
        Code.UNAVAILABLE,
        f"The ticket system ({name}) was not asked successfully: {cause}. Nothing was filed. Try again in a moment; if "
        "it fails again, give the request id to the platform team.",
        about=_FIELD,
    )


def refuse_document(rule: ApprovalRule) -> Refusal:
    """Refuse what no usable document says how to look up."""
    document = f"{TICKETS_FOLDER}/{rule.ticket_lookup}"
    return Refusal(
        Code.UNAVAILABLE,
        f"Nothing was filed: approval rule {rule.name} has tickets looked up, and no usable document {document} says "
        f"how. Only the platform team can fix it: store {document}, or remove ticket_lookup from the rule.",
    )


def _shown(state: str) -> str:
    return quote(cut(state, _LONGEST_STATE))
