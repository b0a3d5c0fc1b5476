"""Attacks on `sentinel login` and on where its tokens go: by web pages, other users, providers and servers."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import OctKey

from sentinel.oidc.kept import open_logins
from tests.unit.client.oidc.fake_provider import (
    CLIENT,
    FakeGateway,
    FakeProvider,
    rsa_key,
    running_gateway,
    running_provider,
    serving,
    unsigned,
)
from tests.unit.client.oidc.machine import Laptop, MemoryBackend, make_laptop


@pytest.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with running_provider() as provider:
        yield provider


@pytest.fixture
async def gateway(provider: FakeProvider) -> AsyncIterator[FakeGateway]:
    async with running_gateway(provider) as gateway:
        yield gateway


@pytest.fixture
def laptop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], gateway: FakeGateway
) -> Laptop:
    laptop = make_laptop(tmp_path, monkeypatch, capsys, MemoryBackend())
    laptop.use(gateway)
    return laptop


def get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:  # noqa: S310 - of this test
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def redirect_of(url: str) -> tuple[str, str]:
    """Give the redirect and the state of an authorization request."""
    query = parse_qs(urlsplit(url).query)
    return query["redirect_uri"][0], query["state"][0]


def attack_first(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, *targets: str, **headers: str
) -> list[tuple[int, str]]:
    """Before the browser answers, send what an attacker would: `{redirect}` and `{state}` are those of the login."""
    got: list[tuple[int, str]] = []

    def browse(url: str) -> bool:
        redirect, state = redirect_of(url)
        got.extend(get(target.format(redirect=redirect, state=state), **headers) for target in targets)
        return laptop.browse(url)

    monkeypatch.setattr("sentinel.commands.login.open_browser", browse)
    return got


@pytest.mark.parametrize(
    "target",
    [
        "{redirect}?code=evil",
        "{redirect}?code=evil&state=",
        "{redirect}?code=evil&state=guess",
        "{redirect}?code=evil&state=%C3%A9%00",
        "{redirect}?code=evil&state=guess&state={state}",
        "{redirect}?code=evil&code=good&state={state}",
        "{redirect}/?code=evil&state={state}",
        "{redirect}?error=access_denied",
    ],
)
async def test_an_answer_without_exactly_this_logins_state_is_refused_and_changes_nothing(
    laptop: Laptop, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    got = attack_first(laptop, monkeypatch, target)
    assert (await laptop.sentinel("login"))[0] == 0
    assert got == [(400, "")]
    assert "evil" not in {form.get("code") for form in provider.posts("/token")}


async def test_a_rebound_name_does_not_reach_the_redirect(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    got = attack_first(laptop, monkeypatch, "{redirect}?code=evil&state={state}", Host="evil.example")
    assert (await laptop.sentinel("login"))[0] == 0
    assert got == [(400, "")]


async def test_the_redirect_takes_one_answer_and_is_gone_after_it(
    laptop: Laptop, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[int] = []

    def browse(url: str) -> bool:
        laptop.browse(url)
        redirect, state = redirect_of(url)
        try:
            again.append(get(f"{redirect}?code=replayed&state={state}&iss={provider.url}")[0])
        except OSError:
            again.append(0)
        return True

    monkeypatch.setattr("sentinel.commands.login.open_browser", browse)
    assert (await laptop.sentinel("login"))[0] == 0
    assert again[0] in {0, 400}
    assert [form["code"] == "replayed" for form in provider.posts("/token")] == [False]
    redirect, _ = redirect_of(laptop.opened[0])
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(get, redirect)


async def test_a_code_that_was_used_before_gives_no_login(laptop: Laptop, provider: FakeProvider) -> None:
    provider.codes_are_used = True
    code, _, err = await laptop.sentinel("login")
    assert (code, open_logins().all()) == (1, [])
    assert "no longer accepts" in err


async def test_the_page_says_the_same_to_everyone_and_loads_nothing(
    laptop: Laptop, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, str]] = []

    def browse(url: str) -> bool:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - of this test
            seen.append(dict(answer.headers))
            laptop.pages.append(answer.read().decode())
        return True

    monkeypatch.setattr("sentinel.commands.login.open_browser", browse)
    await laptop.sentinel("login")
    provider.answer_issuer = "https://evil.example/<script>"
    await laptop.sentinel("login")
    assert laptop.pages[0] == laptop.pages[1]
    assert seen[0]["Content-Security-Policy"] == "default-src 'none'"
    assert (seen[0]["Referrer-Policy"], seen[0]["Cache-Control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize("issuer", ["https://other.example", ""])
async def test_an_answer_of_another_issuer_sends_no_code_to_this_one(
    laptop: Laptop, provider: FakeProvider, issuer: str
) -> None:
    provider.answer_issuer = issuer
    code, _, err = await laptop.sentinel("login")
    assert (code, provider.posts("/token"), open_logins().all()) == (1, [], [])
    assert "another identity provider" in err


async def test_metadata_of_another_issuer_is_refused(laptop: Laptop, provider: FakeProvider) -> None:
    provider.metadata = {"issuer": "https://other.example"}
    code, _, err = await laptop.sentinel("login")
    assert (code, laptop.opened) == (1, [])
    assert "calls itself https://other.example" in err


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("url", ["http://idp.example/x", "file:///etc/passwd", "https://user@idp.example/x"])
async def test_an_endpoint_in_the_clear_gets_nothing(
    laptop: Laptop, provider: FakeProvider, name: str, url: str
) -> None:
    provider.metadata = {name: url}
    code, _, err = await laptop.sentinel("login")
    assert (code, open_logins().all()) == (1, [])
    assert "identity provider" in err


@pytest.mark.parametrize("status", [302, 307, 308])
async def test_a_redirect_at_the_token_endpoint_is_not_followed(
    laptop: Laptop, provider: FakeProvider, status: int
) -> None:
    sent: list[str] = []

    async def other(request: web.BaseRequest) -> web.Response:
        sent.append(await request.text())
        return web.Response()

    async with serving(other) as elsewhere:
        provider.token_answer = lambda: web.Response(status=status, headers={"Location": f"{elsewhere}/token"})
        code, _, err = await laptop.sentinel("login")
    assert (code, sent, open_logins().all()) == (1, [], [])
    assert "redirects, which is never followed" in err


def _shared(claims: dict[str, object]) -> str:
    public = rsa_key().as_pem(private=False)
    return jwt.encode({"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key(public), algorithms=["HS256"])


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_an_id_token_without_the_providers_rsa_signature_is_refused(
    laptop: Laptop, provider: FakeProvider
) -> None:
    forgeries = (
        unsigned,
        _shared,
        lambda claims: jwt.encode({"alg": "RS256", "kid": "k1"}, claims, rsa_key("k2")),
        lambda claims: jwt.encode({"alg": "RS256", "kid": "k2"}, claims, rsa_key("k2")),
        lambda claims: jwt.encode({"alg": "PS256", "kid": "k1"}, claims, rsa_key(), algorithms=["PS256"]),
        lambda _: "not.a.token!",
        lambda _: "",
    )
    for forge in forgeries:
        provider.sign = forge
        code, _, err = await laptop.sentinel("login")
        assert (code, open_logins().all()) == (1, []), err


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"aud": None},
        {"azp": "another-client"},
        {"nonce": "of-another-login"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 9_000_000_000, "exp": 9_000_003_600},
        {"sub": None},
        {"sub": ["a", "b"]},
        {"at_hash": "b3RoZXI"},
    ],
    ids=str,
)
async def test_an_id_token_for_another_login_client_or_time_is_refused(
    laptop: Laptop, provider: FakeProvider, claims: dict[str, object]
) -> None:
    provider.claims = claims
    code, _, err = await laptop.sentinel("login")
    assert (code, open_logins().all()) == (1, [])
    assert "ID token" in err


async def test_a_renewed_token_of_another_person_is_refused(laptop: Laptop, provider: FakeProvider) -> None:
    provider.life_s = 30
    await laptop.sentinel("login")
    provider.claims = {"sub": "mallory", "exp": 9_000_000_000}
    [login] = open_logins().all()
    open_logins().keep(
        login.model_copy(update={"expires_at": login.expires_at.replace(year=2020)}), open_logins().tokens(login)
    )
    code, _, err = await laptop.sentinel("whoami")
    assert code == 1
    assert "not accepted (sub)" in err


async def test_a_server_that_redirects_gets_the_token_and_the_other_does_not(
    laptop: Laptop, gateway: FakeGateway
) -> None:
    sent: list[str] = []

    async def other(request: web.BaseRequest) -> web.Response:
        sent.append(request.headers.get("Authorization", ""))
        return web.json_response({})

    await laptop.sentinel("login")
    async with serving(other) as elsewhere:
        gateway.moved_to = f"{elsewhere}/as/corp/v1/whoami"
        code, _, err = await laptop.sentinel("whoami")
    assert (code, sent) == (1, [])
    assert "redirects, which is never followed" in err


async def test_no_token_is_sent_in_the_clear(laptop: Laptop, gateway: FakeGateway) -> None:
    await laptop.sentinel("login")
    code, _, err = await laptop.sentinel("whoami", "--remote-server", "http://sentinel.example")
    assert (code, gateway.requests) == (2, [])
    assert "http sends credentials in the clear" in err


async def test_no_secret_of_a_login_is_in_an_error_or_a_file(
    laptop: Laptop, provider: FakeProvider, gateway: FakeGateway
) -> None:
    secret = "tokentokentoken"
    for answer in (
        {"error": secret.upper()},
        {"error_description": secret},
        {"id_token": secret},
        {"error": "x", "error_description": "\x1b[2J" + secret},
    ):
        provider.token_answer = lambda answer=answer: web.json_response(answer, status=400)
        _, out, err = await laptop.sentinel("login")
        assert secret not in (out + err).lower()
        assert "\x1b" not in err
    provider.token_answer = None
    await laptop.sentinel("login")
    gateway.accepts = lambda _: False
    _, out, err = await laptop.sentinel("whoami")
    for token in (*provider.issued, *provider.refresh_tokens):
        assert token not in out + err + laptop.files()


async def test_a_repr_shows_no_secret(laptop: Laptop, provider: FakeProvider) -> None:
    await laptop.sentinel("login")
    [login] = open_logins().all()
    tokens = open_logins().tokens(login)
    shown = f"{login!r}{tokens!r}{tokens}"
    for token in (*provider.issued, *provider.refresh_tokens):
        assert token not in shown
    assert json.loads(json.dumps(login.model_dump(mode="json")))["tokens"] is None
