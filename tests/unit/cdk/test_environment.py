"""The 4 KB that Lambda has for a function's variables, checked at synth."""

import re

import pytest

from deploy.policies.settings import check_environment

ACCOUNTS = ",".join(f"{number:012d}" for number in range(250))


def test_two_hundred_and_fifty_accounts_fit() -> None:
    check_environment("sentinel-admin", {"SENTINEL_KILL_SWITCH_POLICIES": ACCOUNTS})


def test_to_the_byte() -> None:
    check_environment("f", {"NAME": "x" * 4092})
    with pytest.raises(ValueError, match=r"the environment of f has 4097 bytes; Lambda allows 4096"):
        check_environment("f", {"NAME": "x" * 4093})


def test_the_message_names_what_takes_the_room() -> None:
    environment = {"SENTINEL_TRUSTED_ACCOUNTS": ACCOUNTS, "SENTINEL_KILL_SWITCH_POLICIES": ACCOUNTS, "OTHER": "x"}
    said = r"SENTINEL_KILL_SWITCH_POLICIES (3278) and SENTINEL_TRUSTED_ACCOUNTS (3274)"
    with pytest.raises(ValueError, match=re.escape(said)):
        check_environment("sentinel-admin", environment)


def test_what_cloudformation_fills_in_counts_as_long_as_it_may_be() -> None:
    with pytest.raises(ValueError, match="has 4100 bytes"):
        check_environment("f", {"NAME": "${Token[TOKEN.12]}" + "x" * 4016})
