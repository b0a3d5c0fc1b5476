"""Logins at the local provider: what a client with PKCE, a device and a refresh token get, and what they do not."""

from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

from deploy.local.identity.logins import DEVICE_GRANT, LoginError, Logins

VERIFIER = "v" * 43
ASKED = {
    "client_id": "sentinel",
    "response_type": "code",
    "redirect_uri": "http://127.0.0.1:4321/callback",
    "code_challenge": urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("="),
    "code_challenge_method": "S256",
    "nonce": "n",
}
FORM = {
    "client_id": "sentinel",
    "grant_type": "authorization_code",
    "redirect_uri": ASKED["redirect_uri"],
    "code_verifier": VERIFIER,
}


def test_a_code_is_redeemed_once_by_who_has_the_verifier() -> None:
    logins = Logins()
    code = logins.authorize("carol", ASKED)
    login, _ = logins.redeem(FORM | {"code": code})
    assert (login.person, login.nonce) == ("carol", "n")
    with pytest.raises(LoginError, match="invalid_grant"):
        logins.redeem(FORM | {"code": code})


@pytest.mark.parametrize("other", [{"code_verifier": "w" * 43}, {"redirect_uri": "http://127.0.0.1:9/callback"}])
def test_a_stolen_code_is_worth_nothing(other: dict[str, str]) -> None:
    logins = Logins()
    with pytest.raises(LoginError, match="invalid_grant"):
        logins.redeem(FORM | {"code": logins.authorize("carol", ASKED)} | other)


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"client_id": "another"}, "invalid_client"),
        ({"response_type": "token"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/callback"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1.evil.example/"}, "invalid_request"),
    ],
)
def test_a_request_of_another_kind_is_refused(other: dict[str, str], error: str) -> None:
    with pytest.raises(LoginError, match=error):
        Logins().authorize("carol", ASKED | other)


def test_a_refresh_token_is_used_once_and_gives_the_next() -> None:
    logins = Logins()
    _, first = logins.redeem(FORM | {"code": logins.authorize("carol", ASKED)})
    form = {"client_id": "sentinel", "grant_type": "refresh_token"}
    login, second = logins.redeem(form | {"refresh_token": first})
    assert (login.person, login.nonce) == ("carol", "")
    assert second != first
    with pytest.raises(LoginError, match="invalid_grant"):
        logins.redeem(form | {"refresh_token": first})


def test_a_revoked_refresh_token_gives_nothing() -> None:
    logins = Logins()
    _, refresh_token = logins.redeem(FORM | {"code": logins.authorize("carol", ASKED)})
    with pytest.raises(LoginError, match="invalid_client"):
        logins.revoke({"client_id": "another", "token": refresh_token})
    for _ in range(2):
        logins.revoke({"client_id": "sentinel", "token": refresh_token})
    with pytest.raises(LoginError, match="invalid_grant"):
        logins.redeem({"client_id": "sentinel", "grant_type": "refresh_token", "refresh_token": refresh_token})


def test_a_device_waits_until_its_user_approves() -> None:
    logins = Logins()
    device_code, user_code = logins.begin_on_device({"client_id": "sentinel"})
    form = {"client_id": "sentinel", "grant_type": DEVICE_GRANT, "device_code": device_code}
    with pytest.raises(LoginError, match="authorization_pending"):
        logins.redeem(form)
    logins.approve_device("carol", user_code)
    assert logins.redeem(form)[0].person == "carol"
    for refused in (lambda: logins.redeem(form), lambda: logins.approve_device("bob", user_code)):
        with pytest.raises(LoginError, match="invalid_grant"):
            refused()


def test_any_other_grant_is_refused() -> None:
    with pytest.raises(LoginError, match="unsupported_grant_type"):
        Logins().redeem({"client_id": "sentinel", "grant_type": "password"})
