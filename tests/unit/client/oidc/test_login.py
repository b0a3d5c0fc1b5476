"""`sentinel login` and what commands do with a login, from the browser's answer to the request at the gateway."""

import asyncio
import json
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from sentinel.oidc.kept import open_logins
from tests.unit.client.oidc.fake_provider import CLIENT, FakeGateway, FakeProvider, running_gateway
from tests.unit.client.oidc.machine import Laptop, MemoryBackend


async def test_after_a_login_a_command_needs_no_aws_credentials(laptop: Laptop, gateway: FakeGateway) -> None:
    code, out, err = await laptop.sentinel("login")
    assert (code, out) == (0, "")
    assert "logged in as alice@example.com; kept in the system's keychain" in err
    assert f"for {gateway.url}, which gets your token" in err
    code, out, err = await laptop.sentinel("whoami", "--json")
    assert code == 0, err
    facts = json.loads(out)
    assert (facts["user"], facts["issuer"]) == ("corp/alice@example.com", "corp")
    assert facts["by"] == f"oidc, login of alice@example.com at {gateway.provider.url}"
    assert gateway.requests == [("/as/corp/v1/whoami", f"Bearer {gateway.provider.issued[0]}")]


async def test_the_request_is_the_code_flow_with_pkce_state_nonce_and_an_exact_redirect(
    laptop: Laptop, provider: FakeProvider
) -> None:
    assert (await laptop.sentinel("login"))[0] == 0
    asked = {name: values[0] for name, values in parse_qs(urlsplit(laptop.opened[0]).query).items()}
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
    assert asked["scope"] == "openid email profile offline_access"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    redirect = urlsplit(asked["redirect_uri"])
    assert (redirect.hostname, redirect.path, redirect.query) == ("127.0.0.1", "/callback", "")
    [form] = provider.posts("/token")
    assert form["redirect_uri"] == asked["redirect_uri"]
    assert "client_secret" not in form


async def test_scopes_that_are_set_are_asked_for_as_they_are(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTINEL_OIDC_SCOPES", "openid groups")
    assert (await laptop.sentinel("login"))[0] == 0
    assert parse_qs(urlsplit(laptop.opened[0]).query)["scope"] == ["openid groups"]


async def test_tokens_are_in_the_keychain_and_in_no_file_page_or_line(
    laptop: Laptop, provider: FakeProvider, backend: MemoryBackend
) -> None:
    _, out, err = await laptop.sentinel("login", "--json")
    [secret] = backend.secrets.values()
    tokens = json.loads(secret)
    assert tokens["id_token"] == provider.issued[0]
    for token in tokens.values():
        assert token not in laptop.files() + "".join(laptop.pages) + out + err
    assert "Return to your terminal" in laptop.pages[0]


@pytest.mark.parametrize("limit", [0, 100])
async def test_where_the_keychain_takes_no_tokens_a_file_of_the_owner_alone_does(
    laptop: Laptop, backend: MemoryBackend, provider: FakeProvider, limit: int
) -> None:
    backend.limit = limit
    _, _, err = await laptop.sentinel("login")
    assert "which only you may read" in err
    folder = open_logins().folder
    [path] = folder.glob("*.json")
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(path.stat().st_mode)) == (0o700, 0o600)
    assert provider.issued[0] in path.read_text()
    assert (await laptop.sentinel("whoami"))[0] == 0


async def test_logging_out_leaves_no_older_tokens_in_the_keychain(
    laptop: Laptop, backend: MemoryBackend, gateway: FakeGateway
) -> None:
    await laptop.sentinel("login")
    backend.limit = 0
    await laptop.sentinel("login")
    code, _, err = await laptop.sentinel("logout")
    assert code == 0
    assert f"logged out: alice@example.com at {gateway.url} (corp)" in err
    assert backend.secrets == {}


async def test_a_folder_open_to_others_is_refused(laptop: Laptop, backend: MemoryBackend) -> None:
    backend.limit = 0
    await laptop.sentinel("login")
    open_logins().folder.chmod(0o755)
    code, _, err = await laptop.sentinel("whoami")
    assert code == 2
    assert "is open to others" in err


async def test_a_token_about_to_end_is_renewed_and_the_refresh_token_rotates(
    laptop: Laptop, provider: FakeProvider, gateway: FakeGateway
) -> None:
    provider.life_s = 30
    await laptop.sentinel("login")
    provider.life_s = 3600
    assert (await laptop.sentinel("whoami"))[0] == 0
    assert (await laptop.sentinel("whoami"))[0] == 0
    first, second = provider.issued
    assert first != second
    assert [token for _, token in gateway.requests] == [f"Bearer {second}"] * 2
    assert len(provider.refresh_tokens) == 1


async def test_a_provider_that_does_not_rotate_keeps_its_refresh_token(laptop: Laptop, provider: FakeProvider) -> None:
    provider.rotates, provider.life_s = False, 30
    await laptop.sentinel("login")
    for _ in range(2):
        assert (await laptop.sentinel("whoami"))[0] == 0
    assert len({form["refresh_token"] for form in provider.posts("/token") if "refresh_token" in form}) == 1


async def test_commands_at_once_share_one_renewal(laptop: Laptop, provider: FakeProvider) -> None:
    provider.life_s = 30
    await laptop.sentinel("login")
    provider.life_s = 3600
    done = await asyncio.gather(*(laptop.sentinel("whoami") for _ in range(4)))
    assert [code for code, _, _ in done] == [0] * 4
    assert sum(form.get("grant_type") == "refresh_token" for form in provider.posts("/token")) == 1


async def test_a_refused_token_is_renewed_once(laptop: Laptop, provider: FakeProvider, gateway: FakeGateway) -> None:
    await laptop.sentinel("login")
    gateway.accepts = lambda token: token != provider.issued[0]
    assert (await laptop.sentinel("whoami"))[0] == 0
    gateway.accepts = lambda _: False
    gateway.requests.clear()
    code, _, err = await laptop.sentinel("whoami")
    assert code == 1
    assert "sentinel login" in err
    assert len(gateway.requests) == 2


async def test_a_login_that_has_ended_says_so_and_is_not_replaced_by_aws_credentials(
    laptop: Laptop, provider: FakeProvider, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAALICE00000000001")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "alice-secret")
    provider.life_s = 30
    await laptop.sentinel("login")
    provider.refresh_tokens.clear()
    code, _, err = await laptop.sentinel("whoami")
    assert (code, gateway.requests) == (1, [])
    assert "your login has ended" in err
    assert "sentinel login" in err
    assert open_logins().all() == []


async def test_a_provider_out_of_reach_ends_no_login_and_a_token_serves_to_its_end(
    laptop: Laptop, provider: FakeProvider
) -> None:
    provider.life_s = 30
    await laptop.sentinel("login")
    provider.metadata = {"issuer": "https://elsewhere.example"}
    assert (await laptop.sentinel("whoami"))[0] == 0
    assert len(open_logins().all()) == 1


async def test_which_identity_is_used_is_what_is_set(
    laptop: Laptop, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    await laptop.sentinel("login")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAALICE00000000001")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "alice-secret")
    await laptop.sentinel("whoami", "--authentication", "sigv4", "--region", "eu-central-1")
    await laptop.sentinel("whoami")
    (signed_path, signed), (path, token) = gateway.requests
    assert (signed_path, path) == ("/v1/whoami", "/as/corp/v1/whoami")
    assert signed.startswith("AWS4-HMAC-SHA256 ")
    assert token.startswith("Bearer ")


async def test_logins_to_two_servers_are_kept_apart(laptop: Laptop, provider: FakeProvider) -> None:
    await laptop.sentinel("login")
    async with running_gateway(provider) as other:
        code, _, err = await laptop.sentinel("whoami", "--remote-server", other.url)
        assert (code, other.requests) == (1, [])
        assert f"you are not logged in to {other.url}" in err
        assert (await laptop.sentinel("login", "--remote-server", other.url))[0] == 0
    assert len(open_logins().all()) == 2


async def test_logout_revokes_and_removes_what_is_kept(
    laptop: Laptop, provider: FakeProvider, backend: MemoryBackend
) -> None:
    await laptop.sentinel("login")
    [secret] = backend.secrets.values()
    assert (await laptop.sentinel("credentials", "--force", "dev"))[0] == 0
    assert "ASIAVENDED" in laptop.files()
    code, out, _ = await laptop.sentinel("logout", "--json")
    assert (code, json.loads(out)["logged_out"][0]["revoked"]) == (0, True)
    assert provider.revoked == [json.loads(secret)["refresh_token"]]
    assert (backend.secrets, open_logins().all()) == ({}, [])
    assert "ASIAVENDED" not in laptop.files()


async def test_logout_removes_what_is_kept_even_if_the_provider_cannot_revoke(
    laptop: Laptop, provider: FakeProvider, backend: MemoryBackend
) -> None:
    await laptop.sentinel("login")
    provider.metadata = {"revocation_endpoint": None}
    code, _, err = await laptop.sentinel("logout", "--all")
    assert code == 0
    assert "it has no way to revoke it" in err
    assert (backend.secrets, open_logins().all()) == ({}, [])


async def test_a_locked_keychain_is_named_and_its_own_words_are_not(laptop: Laptop, backend: MemoryBackend) -> None:
    await laptop.sentinel("login")
    backend.is_locked = True
    code, _, err = await laptop.sentinel("whoami")
    assert code == 1
    assert "keychain does not give your login" in err
    assert "hunter2" not in err


async def test_a_cached_credential_needs_no_token_and_no_keychain(
    laptop: Laptop, backend: MemoryBackend, gateway: FakeGateway
) -> None:
    await laptop.sentinel("login")
    await laptop.sentinel("credentials", "--force", "dev")
    backend.is_locked = True
    assert (await laptop.sentinel("credentials", "--force", "dev"))[0] == 0
    assert [path for path, _ in gateway.requests] == ["/as/corp"]


async def test_a_device_login_polls_until_the_code_is_entered(
    laptop: Laptop, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("sentinel.commands.login.asyncio.sleep", sleep)
    provider.device_answers = ["authorization_pending", "slow_down"]
    code, _, err = await laptop.sentinel("login", "--device")
    assert code == 0, err
    assert "WDJB-MJHT" in err
    assert "device-code" not in err
    assert pauses == [1, 1, 6]
    assert (await laptop.sentinel("whoami"))[0] == 0


@pytest.mark.parametrize(
    ("answer", "words"), [("expired_token", "refused: expired_token"), ("access_denied", "refused: access_denied")]
)
async def test_a_device_login_that_is_refused_ends(
    laptop: Laptop, provider: FakeProvider, answer: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(_seconds: float) -> None:
        pass

    monkeypatch.setattr("sentinel.commands.login.asyncio.sleep", sleep)
    provider.device_answers = [answer]
    code, _, err = await laptop.sentinel("login", "--device")
    assert code == 1
    assert words in err


@pytest.mark.parametrize(
    ("said", "words"), [("invalid_client", "refused: invalid_client"), ("\x1b[1m", "an error without a name")]
)
async def test_a_provider_that_gives_no_device_a_code_says_why(
    laptop: Laptop, provider: FakeProvider, said: str, words: str
) -> None:
    provider.device_refusal = said
    code, _, err = await laptop.sentinel("login", "--device")
    assert code == 1
    assert words in err
    assert "oidc_client_id" in err


async def test_a_login_without_an_answer_ends(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentinel.commands.login.open_browser", lambda _: True)
    code, _, err = await laptop.sentinel("login", "--timeout", "1s")
    assert code == 1
    assert "no answer of the identity provider came in time" in err


async def test_what_is_not_set_is_named(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SENTINEL_OIDC_CLIENT_ID")
    code, _, err = await laptop.sentinel("login")
    assert code == 2
    assert "not set: oidc_client_id" in err
    monkeypatch.delenv("SENTINEL_ISSUER")
    code, _, err = await laptop.sentinel("whoami", "--authentication", "oidc")
    assert code == 2
    assert "no issuer is set" in err


async def test_inside_exec_the_login_is_hidden(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    await laptop.sentinel("login")
    monkeypatch.setenv("SENTINEL_EXEC", "dev")
    code, _, err = await laptop.sentinel("whoami")
    assert code == 1
    assert "your own login is hidden" in err


async def test_a_login_file_of_another_shape_is_no_login(laptop: Laptop, tmp_path: Path) -> None:
    await laptop.sentinel("login")
    [path] = open_logins().folder.glob("*.json")
    path.write_text('{"server": 1}')
    assert open_logins().all() == []
    assert (await laptop.sentinel("whoami"))[0] == 1
    assert tmp_path in path.parents


def test_a_command_that_sends_no_request_loads_neither_the_protocol_nor_an_http_client() -> None:
    look = "import sys, sentinel.oidc.caller; sys.exit(bool({'aiohttp', 'authlib', 'keyring'} & sys.modules.keys()))"
    assert subprocess.call([sys.executable, "-c", look]) == 0
