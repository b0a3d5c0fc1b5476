"""The refusal of a person who decides on their own request."""

import pytest

from services.admin.requests.models import view_request
from services.admin.requests.refusals import refuse_deciding
from shared.core.approval.decide import DecidingRejection
from tests.grants import NOW, a_request


@pytest.mark.parametrize(
    ("approvers", "who"),
    [(("alice", "bob", "*@sec.example"), "bob or *@sec.example can."), (("Alice",), "no one else can.")],
)
def test_a_refusal_of_deciding_for_oneself_names_who_can_decide(approvers: tuple[str, ...], who: str) -> None:
    request = a_request(approvers=approvers)
    refusal = refuse_deciding(DecidingRejection.OWN_REQUEST, request, view_request(request, NOW))
    assert refusal.message.endswith(f"under any of your names; {who}")
