"""`GET /profiles`: one entry that no profile can be does not take the catalogue from everyone."""

import pytest

from tests.gateway_events import http_api_event
from tests.service.vend.conftest import VendLambda


@pytest.mark.parametrize("name", ["x" * 76, "x" * 65])
def test_a_parameter_whose_name_no_profile_can_have_is_left_out_and_named(vend: VendLambda, name: str) -> None:
    before = [profile["name"] for profile in vend.call(http_api_event(path="/profiles")).body["profiles"]]
    vend.store(f"profiles/{name}", {"role_arn": "arn:aws:iam::111122223333:role/sentinel/x"})
    answered = vend.call(http_api_event(path="/profiles"))
    assert [profile["name"] for profile in answered.body["profiles"]] == before
    assert answered.body["unreadable"] == [name]
    assert answered.audit["unreadable"] == [name]


def test_a_profile_that_is_not_valid_is_shown_as_unavailable(vend: VendLambda) -> None:
    vend.store("profiles/broken", {"role": "x"})
    answered = vend.call(http_api_event(path="/profiles"))
    [broken] = [profile for profile in answered.body["profiles"] if profile["name"] == "broken"]
    assert (broken["access"], answered.body["unreadable"]) == ("denied", [])
