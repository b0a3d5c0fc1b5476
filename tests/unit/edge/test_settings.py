"""Settings from the environment."""

import pytest

from shared.core.revocation import ISSUE_MARGIN, LONGEST_REQUEST
from shared.edge.common_settings import InvalidSettingsError
from shared.edge.settings import load_settings
from tests.signatures import public_key

ENOUGH = {
    "SENTINEL_API_ID": "a1b2c3d4e5, f6g7h8i9j0",
    "SENTINEL_SESSION_TABLE": "sessions",
    "SENTINEL_GRANT_TABLE": "grants",
    "SENTINEL_BUDGET_TABLE": "budgets",
    "PATH": "/usr/bin",
}


def test_the_least_environment_gets_the_documented_defaults() -> None:
    settings = load_settings(ENOUGH)
    assert settings.api_id == ("a1b2c3d4e5", "f6g7h8i9j0")
    assert (settings.parameter_prefix, settings.document_ttl, settings.document_max_stale) == ("/sentinel", 5, 300)
    assert settings.trusted_accounts == ()


def test_every_problem_is_listed_at_once() -> None:
    with pytest.raises(InvalidSettingsError) as raised:
        load_settings(
            {
                "SENTINEL_SESSION_TABLE": "no spaces please",
                "SENTINEL_DEADLINE": "soon",
                "SENTINEL_TRUSTED_ACCOUNTS": "12345",
                "SENTINEL_DOCUMENT_TLL": "5",
            },
        )
    text = str(raised.value)
    for name in (
        "API_ID",
        "SESSION_TABLE",
        "GRANT_TABLE",
        "BUDGET_TABLE",
        "DEADLINE",
        "TRUSTED_ACCOUNTS",
        "DOCUMENT_TLL",
    ):
        assert f"SENTINEL_{name}: " in text
    assert "SENTINEL_DOCUMENT_TLL: is not a setting" in text


def test_an_empty_api_id_is_a_missing_one() -> None:
    with pytest.raises(InvalidSettingsError, match="SENTINEL_API_ID: is required"):
        load_settings(ENOUGH | {"SENTINEL_API_ID": " "})


def test_no_request_may_take_longer_than_a_revocation_reaches_ahead() -> None:
    longest = LONGEST_REQUEST.total_seconds()
    assert load_settings(ENOUGH | {"SENTINEL_DEADLINE": f"{longest}"}).deadline == longest
    for deadline in (longest + 0.1, ISSUE_MARGIN.total_seconds() - 0.1, ISSUE_MARGIN.total_seconds(), 60):
        with pytest.raises(InvalidSettingsError, match="SENTINEL_DEADLINE: "):
            load_settings(ENOUGH | {"SENTINEL_DEADLINE": f"{deadline}"})


@pytest.mark.parametrize("deadline", ["0", "-1", "nan", "inf"])
def test_a_deadline_is_a_time(deadline: str) -> None:
    with pytest.raises(InvalidSettingsError, match="SENTINEL_DEADLINE: "):
        load_settings(ENOUGH | {"SENTINEL_DEADLINE": deadline})


def test_only_commas_name_no_api() -> None:
    with pytest.raises(InvalidSettingsError, match="SENTINEL_API_ID"):
        load_settings(ENOUGH | {"SENTINEL_API_ID": ", ,"})


def test_stale_documents_may_not_be_dropped_before_fresh_ones() -> None:
    with pytest.raises(InvalidSettingsError, match="MAX_STALE may not be less"):
        load_settings(ENOUGH | {"SENTINEL_DOCUMENT_TTL": "60", "SENTINEL_DOCUMENT_MAX_STALE": "30"})


HOME, ELSEWHERE = "111122223333", "444455556666"
TWO = {"SENTINEL_TRUSTED_ACCOUNTS": f"{HOME},{ELSEWHERE}"}
SSO = "AWSReservedSSO_Admins_0123456789abcdef"


def test_roles_may_say_their_account_and_need_not_while_one_is_trusted() -> None:
    roles = {"SENTINEL_SSO_ROLES": f"{SSO}, {HOME}:{SSO}", "SENTINEL_NAMED_SESSION_ROLES": f"ci-*,{HOME}:Person-?"}
    for trusted in ({}, {"SENTINEL_TRUSTED_ACCOUNTS": HOME}, {"SENTINEL_TRUSTED_ACCOUNTS": f"{HOME},{HOME}"}):
        settings = load_settings(ENOUGH | roles | trusted)
        assert settings.sso_roles == (SSO, f"{HOME}:{SSO}")
        assert settings.named_session_roles == ("ci-*", f"{HOME}:Person-?")


def test_roles_without_an_account_are_refused_where_several_are_trusted_and_each_is_reported_with_its_remedy() -> None:
    with pytest.raises(InvalidSettingsError) as raised:
        load_settings(ENOUGH | TWO | {"SENTINEL_SSO_ROLES": SSO, "SENTINEL_NAMED_SESSION_ROLES": f"{HOME}:a-*,b-*"})
    text = str(raised.value)
    assert f"SENTINEL_SSO_ROLES: '{SSO}' says no account, and 2 are trusted: write {HOME}:{SSO} or {ELSEWHERE}" in text
    assert "SENTINEL_NAMED_SESSION_ROLES: 'b-*' says no account" in text
    assert "'a-*'" not in text


@pytest.mark.parametrize("name", ["SENTINEL_SSO_ROLES", "SENTINEL_NAMED_SESSION_ROLES"])
def test_roles_of_an_account_that_is_not_trusted_are_refused(name: str) -> None:
    with pytest.raises(InvalidSettingsError, match=f"{name}: '999999999999:.*' is of an account that SENTINEL_TRUSTED"):
        load_settings(ENOUGH | TWO | {name: f"999999999999:{SSO}"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SENTINEL_SSO_ROLES", "Admins"),
        ("SENTINEL_SSO_ROLES", "AWSReservedSSO_Admins_*"),
        ("SENTINEL_SSO_ROLES", f"arn:aws:iam::{HOME}:role/{SSO}"),
        ("SENTINEL_SSO_ROLES", f"{SSO}\u200b"),
        ("SENTINEL_NAMED_SESSION_ROLES", "team/Person-*"),
        ("SENTINEL_NAMED_SESSION_ROLES", f"arn:aws:iam::{HOME}:role/x"),
        ("SENTINEL_NAMED_SESSION_ROLES", "1234:ci-*"),
        ("SENTINEL_NAMED_SESSION_ROLES", "ci\u00a0x"),
        ("SENTINEL_NAMED_SESSION_ROLES", "*:ci-*"),
        ("SENTINEL_NAMED_SESSION_ROLES", f"{HOME}:"),
    ],
)
def test_an_entry_that_no_role_can_have_is_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidSettingsError, match=f"{name}: "):
        load_settings(ENOUGH | {name: value})


SHARING = ENOUGH | {"SENTINEL_TRUSTED_ACCOUNTS": "111122223333,444455556666"}


@pytest.mark.parametrize(
    ("shared", "foreign"),
    [("", {"444455556666"}), ("*", set()), ("444455556666", set()), ("111122223333", {"444455556666"})],
)
def test_callers_of_other_accounts_are_named_with_them_unless_these_share_names(shared: str, foreign: set[str]) -> None:
    settings = load_settings(SHARING | {"SENTINEL_SHARED_NAME_ACCOUNTS": shared})
    assert settings.foreign_accounts("111122223333") == foreign


def test_where_no_account_is_listed_only_the_functions_own_is_trusted_and_its_names_are_bare() -> None:
    assert load_settings(ENOUGH).foreign_accounts("111122223333") == set()


@pytest.mark.parametrize("shared", ["777788889999", "*,111122223333", "all", "12"])
def test_only_trusted_accounts_can_share_names(shared: str) -> None:
    with pytest.raises(InvalidSettingsError, match="SHARED_NAME_ACCOUNTS"):
        load_settings(SHARING | {"SENTINEL_SHARED_NAME_ACCOUNTS": shared})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://sentinel.example.com/console", "https://sentinel.example.com/console"),
        ("https://abc123.execute-api.eu-central-1.amazonaws.com/v1/console/", None),
        ("https://sentinel.example.com:8443", None),
        ("http://127.0.0.1:9912", None),
        ("http://localhost:9912/", None),
        ("http://[::1]:9912", None),
    ],
)
def test_notifications_can_link_to_a_console(written: str, read: str | None) -> None:
    settings = load_settings(ENOUGH | {"SENTINEL_CONSOLE_URL": written})
    assert settings.console_url == (read or written.rstrip("/"))
    assert load_settings(ENOUGH | {"SENTINEL_CONSOLE_URL": " "}).console_url is None


@pytest.mark.parametrize("written", ["http://127.0.0.1:8911/api", "https://slack.com/api/", "http://[::1]:80/api/"])
def test_slack_is_off_and_its_api_is_slacks_or_one_on_this_machine(written: str) -> None:
    assert (load_settings(ENOUGH).slack, load_settings(ENOUGH).slack_api) == (False, "https://slack.com/api/")
    settings = load_settings(ENOUGH | {"SENTINEL_SLACK": "true", "SENTINEL_SLACK_API": written})
    assert (settings.slack, settings.slack_api) == (True, f"{written.rstrip('/')}/")


@pytest.mark.parametrize(
    "written",
    ["http://slack.com/api/", "http://127.0.0.1.evil.example/", "https://me:hunter2@slack.com/", "https://a/?hunter2"],
)
def test_a_slack_api_that_could_be_read_on_its_way_is_refused(written: str) -> None:
    with pytest.raises(InvalidSettingsError, match="SENTINEL_SLACK_API: write https") as caught:
        load_settings(ENOUGH | {"SENTINEL_SLACK_API": written})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("sentinel.example.com/console", "write an absolute URL, such as https://"),
        ("javascript:alert(1)", "write an absolute URL"),
        ("//sentinel.example.com", "write an absolute URL"),
        ("http://sentinel.example.com/console", "use https://"),
        ("http://127.0.0.1.evil.example", "use https://"),
        ("https://bob:hunter2@sentinel.example.com", "remove the part before the @"),
        ("https://sentinel.example.com/?hunter2", "remove the query and the fragment"),
        ("https://sentinel.example.com/#/approvals", "remove the query and the fragment"),
        ("https://", "write https://HOST/PATH"),
        ("https://sentinel.example.com/a b", "write https://HOST/PATH"),
        ("https://sentinel.example.com/a|b", "write https://HOST/PATH"),
        ("https://sentinel.example.com/%2e", "write https://HOST/PATH"),
        ("https://sentinel.example.com/é", "write https://HOST/PATH"),
        ("https://sentinel.example.com/a\n", "write https://HOST/PATH"),
    ],
)
def test_a_console_url_that_no_link_can_be_made_of_is_refused_with_its_remedy(written: str, remedy: str) -> None:
    with pytest.raises(InvalidSettingsError, match="SENTINEL_CONSOLE_URL: ") as caught:
        load_settings(ENOUGH | {"SENTINEL_CONSOLE_URL": written})
    assert remedy in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("keys", [",", "AAAA", f"{public_key()},AAAA", ",".join([public_key()] * 4)])
def test_keys_of_documents_that_are_none_stop_the_function(keys: str) -> None:
    """A list without a key, too: it would be read as no signatures wanted."""
    with pytest.raises(InvalidSettingsError, match=r"SENTINEL_DOCUMENT_KEYS: .*public key"):
        load_settings(ENOUGH | {"SENTINEL_DOCUMENT_KEYS": keys})
    assert load_settings(ENOUGH | {"SENTINEL_DOCUMENT_KEYS": " "}).signing_keys is None
    found = load_settings(ENOUGH | {"SENTINEL_DOCUMENT_KEYS": f"{public_key()}, {public_key('next')}"}).signing_keys
    assert found is not None
    assert len(found.names) == 2
