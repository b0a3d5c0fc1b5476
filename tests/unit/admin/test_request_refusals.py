"""The refusals of people who decide on their own request, and of tickets."""

import pytest

from services.admin.requests.models import view_request
from services.admin.requests.refusals import refuse_deciding
from services.admin.tickets.refusals import refuse_call, refuse_state, refuse_text
from shared.core.approval.decide import DecidingRejection
from shared.core.ticket_lookup import NO_STATE, TicketState
from tests.grants import NOW, a_request
from tests.tickets import lookup


@pytest.mark.parametrize(
    ("approvers", "who"),
    [(("alice", "bob", "*@sec.example"), "bob or *@sec.example can."), (("Alice",), "no one else can.")],
)
def test_a_refusal_of_deciding_for_oneself_names_who_can_decide(approvers: tuple[str, ...], who: str) -> None:
    request = a_request(approvers=approvers)
    refusal = refuse_deciding(DecidingRejection.OWN_REQUEST, request, view_request(request, NOW))
    assert refusal.message.endswith(f"under any of your names; {who}")


def test_a_form_shows_what_is_wrong_with_a_ticket_at_its_field() -> None:
    states = [refuse_state("jira", lookup(), "INC-1", state) for state in (NO_STATE, TicketState("Closed"))]
    refusals = [refuse_text("INC 1"), refuse_call("jira", "no answer in time"), *states]
    assert {each.about for each in refusals} == {"ticket"}
