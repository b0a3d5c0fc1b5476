"""What a request remembers of who asked, to ask a newer policy the same question."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from shared.core.access.evaluate import Facts, IpAddress
from shared.core.identity import Authentication
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
        authentication=Authentication.SIGV4,
        issuer="",
    )


def test_of_a_requester_in_the_chat_it_is_remembered_that_nothing_was_signed() -> None:
    requester = a_requester("alice", account="", source_ip=None)
    requester = replace(requester, person=replace(requester.person, is_from_chat=True))
    facts = a_request(requester=requester).facts()
    assert (facts.authentication, facts.account, facts.issuer) == (Authentication.CHAT, "", "")


def test_of_a_requester_with_a_token_neither_issuer_nor_claims_are_remembered() -> None:
    facts = a_request(requester=a_requester("github/acme", account="")).facts()
    assert (facts.authentication, facts.account) == (Authentication.OIDC, "")
    assert (facts.issuer, facts.claims, facts.groups) == (None, None, None)
