"""The documents `webhooks/<name>`."""

import pytest

from shared.core.events import NoticeEvent
from shared.documents import DocumentError, load_webhook
from tests.unit.admin.notify.samples import (
    ROUTING_KEY,
    SECRET,
    pagerduty_webhook,
    slack_webhook,
    teams_webhook,
    webhook,
)

NOT_HTTPS = "must begin with https://, in lower case: what is sent is confidential"
NAMES_A_USER = "may not hold a user name or password: remove the part before the @"
NO_URL = "must be https://HOST/PATH in at most 2048 plain ASCII characters, without spaces or #"
NO_SECRET = "must be 32 to 256 plain ASCII characters without spaces; `openssl rand -hex 32` makes one"


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        load_webhook(text)
    return str(caught.value)


def test_a_webhook_is_notified_of_every_event_by_default() -> None:
    assert all(webhook().wants(event) for event in NoticeEvent)
    assert not any(webhook(more="enabled: false").wants(event) for event in NoticeEvent)


def test_a_webhook_may_choose_its_events() -> None:
    chosen = webhook(more="events: ['break_glass.*', request.filed]")
    assert chosen.wants(NoticeEvent.BREAK_GLASS_STARTED)
    assert chosen.wants(NoticeEvent.REQUEST_FILED)
    assert not chosen.wants(NoticeEvent.REQUEST_DENIED)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example",
        "https://hooks.example/",
        "https://hooks.example:8443/a/b?c=d%2Fe",
        "https://hooks.example/@here",
        "https://10.0.0.1/",
        "https://[2001:db8::1]:443/x",
        "https://hooks.example/" + "x" * 2026,
    ],
)
def test_an_https_url_is_taken(url: str) -> None:
    assert webhook(url).url.get_secret_value() == url


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", NOT_HTTPS),
        ("http://hooks.example/", NOT_HTTPS),
        ("HTTPS://hooks.example/", NOT_HTTPS),
        ("ftp://hooks.example/", NOT_HTTPS),
        ("//hooks.example/", NOT_HTTPS),
        ("https://alice@hooks.example/", NAMES_A_USER),
        ("https://alice:pw@hooks.example/", NAMES_A_USER),
        ("https://hooks.example\\\\@10.0.0.1/", NAMES_A_USER),
        ("https:///x", NO_URL),
        ("https://hooks.example\\\\x/", NO_URL),
        ("https://hooks.example/a b", NO_URL),
        ("https://hooks.example/#x", NO_URL),
        ("https://hooks.example/\\r\\nHost: x", NO_URL),
        ("https://hooks.example/é", NO_URL),
        ("https://h%6foks.example/", NO_URL),
        ("https://hooks.example/" + "x" * 2027, NO_URL),
    ],
)
def test_any_other_url_is_refused(url: str, complaint: str) -> None:
    assert refusal(f'url: "{url}"\nsecret: {SECRET}\n') == f"line 1: url: {complaint}"


@pytest.mark.parametrize("secret", ["x" * 31, "x" * 257, "x" * 20 + " " + "x" * 20, "é" * 40])
def test_a_secret_is_long_and_plain(secret: str) -> None:
    assert refusal(f'url: https://hooks.example/\nsecret: "{secret}"\n') == f"line 2: secret: {NO_SECRET}"


def test_a_sentinel_webhook_has_a_secret_and_a_slack_one_has_none() -> None:
    assert "is signed" in refusal("url: https://hooks.example/\n")
    with_a_secret = refusal(f"url: https://hooks.example/\nformat: slack\nsecret: {SECRET}\n")
    assert "format slack takes no secret: remove it, or write format: sentinel" in with_a_secret
    assert slack_webhook().secret is None


@pytest.mark.parametrize("key", [ROUTING_KEY[1:], ROUTING_KEY + "0", "é" * 32, ROUTING_KEY[1:] + "-"])
def test_a_routing_key_is_one_of_an_integration(key: str) -> None:
    written = f'url: https://events.example/\nformat: pagerduty\nrouting_key: "{key}"\n'
    assert refusal(written) == (
        "line 3: routing_key: must be the 32 letters and digits of an Events API v2 integration's key"
    )


def test_a_pagerduty_webhook_has_a_routing_key_and_no_other_has_one() -> None:
    assert "write the routing_key" in refusal("url: https://events.example/\nformat: pagerduty\n")
    assert "takes no secret" in refusal(
        f"url: https://events.example/\nformat: pagerduty\nrouting_key: {ROUTING_KEY}\nsecret: {SECRET}\n"
    )
    assert "takes no routing_key" in refusal(
        f"url: https://hooks.example/\nformat: teams\nrouting_key: {ROUTING_KEY}\n"
    )
    assert (pagerduty_webhook().secret, teams_webhook().routing_key) == (None, None)


def test_a_webhook_that_would_never_be_sent_anything_is_a_mistake() -> None:
    written = f"format: pagerduty\nrouting_key: {ROUTING_KEY}\nevents: ['*.ending']\n"
    assert "format pagerduty sends none of these events" in refusal(f"url: https://events.example/\n{written}")
    assert load_webhook("url: https://hooks.example/\nformat: teams\nevents: ['*.ending']\n").events == ("*.ending",)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ("events: []", "empty list"),
        ("events: [request.done]", "the events are request.filed, request.voted, "),
        ("format: discord", "must be one of sentinel, slack, pagerduty, teams"),
        ("sekret: x", 'did you mean "secret"'),
        ("enabled: yes", "true or false"),
        ("allow_private: 1", "true or false"),
    ],
)
def test_a_mistake_is_reported_with_its_place(more: str, complaint: str) -> None:
    assert complaint in refusal(f"url: https://hooks.example/\nsecret: {SECRET}\n{more}\n")


@pytest.mark.parametrize(
    "written",
    [
        "url: http://{0}\nsecret: {0}",
        "url: https://{0}@hooks.example/\nsecret: [{0}]",
        "url: *{0}\nsecret: &{0} x",
        "url: !{0}!x y\nsecret: x",
        "url: !{0} y\nsecret: x",
        "url: {{{0}: 1}}\nsecret: '{0}",
        '{{"url": "{0}", "secret": {0}}}',
        "url: {0}\nurl: {0}\nsecret: x\nformat: {0}",
        "{0}",
        "%{0} {0}\n---\nurl: x",
    ],
)
def test_no_problem_repeats_what_was_written(written: str) -> None:
    assert "hunter2" not in refusal(written.format("hunter2"))


def test_a_webhook_shows_neither_its_url_nor_its_secret() -> None:
    for each in (webhook(), pagerduty_webhook()):
        shown = f"{each!r} {each} {each.model_dump()}"
        assert "hooks.example" not in shown
        assert SECRET not in shown
        assert ROUTING_KEY not in shown
