"""Whether the warning before the end of an approval knows its extension."""

from typing import Any

from tests.service.admin.conftest import APPROVAL
from tests.service.admin.follow_up.runs import PROD, run
from tests.service.admin.function import AdminLambda
from tests.service.admin.in_process import InProcessAws


def extension_of(admin: AdminLambda, extended: str, by: str = "alice") -> str:
    asked = {"profile": "prod", "reason": "it takes longer", "duration": "30m", "extends": extended}
    return str(admin.post("/v1/requests", asked, by).body["request"]["id"])


def warnings(account: InProcessAws) -> list[dict[str, Any]]:
    """Give the warnings since the last look."""
    found = [each for each in account.published if each["event"] == "request.ending"]
    account.published.clear()
    return found


def test_a_warning_says_whether_the_window_can_be_extended_and_is_left_out_where_it_is(
    admin: AdminLambda, account: InProcessAws
) -> None:
    rule = PROD | {"uses": "window", "extended_max_duration": "90m"}
    account.store("policies/approval", APPROVAL | {"rules": [rule]})
    held = {user: admin.file(user, duration="1h") for user in ("alice", "zoe", "dora")}
    for each in held.values():
        admin.approve(each)
    asked = extension_of(admin, held["alice"])
    admin.post(f"/v1/requests/{extension_of(admin, held['dora'], 'dora')}/deny", by="bob")
    admin.clock.forward(minutes=51)
    account.published.clear()
    run(admin)
    said = {each["user"]: each["text"].partition("gives. ")[2] for each in warnings(account)}
    assert said["alice"].startswith(f"Request {asked}, which extends it, still waits for its approval.")
    assert said["zoe"].startswith(f"To extend it: sentinel request create --extend {held['zoe']}")
    assert said["dora"] == said["zoe"].replace(held["zoe"], held["dora"])


def test_an_approval_that_goes_on_by_its_extension_has_no_warning_until_that_is_withdrawn(
    admin: AdminLambda, account: InProcessAws
) -> None:
    rule = PROD | {"uses": "window", "extended_max_duration": "90m"}
    account.store("policies/approval", APPROVAL | {"rules": [rule]})
    first = admin.file(duration="1h")
    admin.approve(first)
    second = extension_of(admin, first)
    admin.approve(second)
    admin.clock.forward(minutes=51)
    run(admin)
    assert warnings(account) == []
    admin.post(f"/v1/requests/{second}/cancel")
    run(admin)
    [warned] = warnings(account)
    assert (f"sentinel request create --extend {first}" in warned["text"], warned["details"]["extension"]) == (
        True,
        "possible",
    )
    # Extended to the longest sum, the second window has no more to offer.
    admin.approve(extension_of(admin, first))
    admin.clock.forward(minutes=30)
    run(admin)
    [warned] = warnings(account)
    assert ("--extend" in warned["text"], warned["details"]["extension"]) == (False, "impossible")
