"""What a request remembers of who asked, to ask a newer policy the same question."""

from ipaddress import ip_address

import pytest

from shared.core.access.evaluate import Facts, IpAddress
from tests.grants import NOW, a_request, a_requester


@pytest.mark.parametrize(
    ("written", "known"),
    [("203.0.113.9", ip_address("203.0.113.9")), ("::ffff:203.0.113.9", ip_address("203.0.113.9")), (None, None)],
)
def test_the_facts_are_those_of_the_instant_it_was_filed(written: str | None, known: IpAddress | None) -> None:
    requester = a_requester("alice", account="444455556666", role="Developers", source_ip=written)
    assert a_request(requester=requester).facts() == Facts(
        user="alice",
        profile="prod",
        at=NOW,
        account="444455556666",
        role="Developers",
        source_ip=known,
    )
