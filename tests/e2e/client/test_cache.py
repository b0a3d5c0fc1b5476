"""`sentinel cache`: what is kept, without its secrets, and its removal."""

import json

from tests.e2e.client.fake_service import SESSION_ID, FakeService, Machine


async def test_a_list_shows_what_is_kept_and_no_secret(user: Machine) -> None:
    await user.sentinel("credentials", "dev")
    table = (await user.sentinel("cache", "list")).out
    report = (await user.sentinel("cache", "list", "--json")).out
    (kept,) = json.loads(report)["cached"]
    assert (kept["profile"], kept["session_id"]) == ("dev", SESSION_ID)
    assert SESSION_ID in table
    assert "secret-of" not in table + report
    assert "token-of" not in table + report


async def test_clearing_a_profile_leaves_the_others(user: Machine, service: FakeService) -> None:
    for profile in ("dev", "staging"):
        await user.sentinel("credentials", profile)
    done = await user.sentinel("cache", "clear", "dev")
    assert (done.code, done.err) == (0, "sentinel: removed 1 cached credential\n")
    for profile in ("dev", "staging"):
        await user.sentinel("credentials", profile)
    assert service.vends == ["dev", "staging", "dev"]


async def test_clearing_all_leaves_none(user: Machine) -> None:
    for profile in ("dev", "staging"):
        await user.sentinel("credentials", profile)
    assert json.loads((await user.sentinel("cache", "clear", "--json")).out) == {"removed": 2}
    assert "nothing is cached" in (await user.sentinel("cache", "list")).err
