"""A job and a pod authenticate with the token of their platform, which the client finds by itself."""

import json
import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from sentinel.oidc.tokens import MalformedTokenError, expiry_of, identity_of, read_token
from shared.clock import utc_now
from tests.unit.client.oidc.fake_provider import FakeGateway, FakeProvider, serving
from tests.unit.client.oidc.machine import Laptop

SECRET = "not-a-token-but-a-secret"


@pytest.fixture
def job(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    """Give a machine that knows the server and the name of the issuer alone."""
    for name in ("SENTINEL_OIDC_ISSUER_URL", "SENTINEL_OIDC_CLIENT_ID"):
        monkeypatch.delenv(name)
    return laptop


def write(path: Path, token: str) -> Path:
    path.write_text(f"{token}\n")
    return path


async def test_a_token_file_is_read_at_each_use(
    job: Laptop, gateway: FakeGateway, provider: FakeProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "token", first := provider.id_token({}))
    monkeypatch.setenv("SENTINEL_OIDC_TOKEN_FILE", str(path))
    code, out, err = await job.sentinel("whoami", "--json")
    assert (code, json.loads(out)["by"]) == (0, f"oidc, token file {path}"), err
    write(path, second := provider.id_token({}))
    assert (await job.sentinel("whoami"))[0] == 0
    assert [token for _, token in gateway.requests] == [f"Bearer {first}", f"Bearer {second}"]


async def test_a_projected_token_is_a_link_that_a_group_may_read(
    job: Laptop, gateway: FakeGateway, provider: FakeProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "..data", provider.id_token({})).chmod(0o644)
    (tmp_path / "token").symlink_to("..data")
    monkeypatch.setenv("SENTINEL_OIDC_TOKEN_FILE", str(tmp_path / "token"))
    assert (await job.sentinel("whoami"))[0] == 0
    assert len(gateway.requests) == 1


async def test_a_refused_token_is_sent_again_only_if_the_file_has_another(
    job: Laptop, gateway: FakeGateway, provider: FakeProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "token", first := provider.id_token({}))
    second = provider.id_token({})
    monkeypatch.setenv("SENTINEL_OIDC_TOKEN_FILE", str(path))

    def accepts(token: str) -> bool:
        write(path, second)  # it rotates while the request is under way
        return token != first

    gateway.accepts = accepts
    assert (await job.sentinel("whoami"))[0] == 0
    gateway.accepts = lambda _: False
    gateway.requests.clear()
    code, _, err = await job.sentinel("whoami")
    assert (code, len(gateway.requests)) == (1, 1)
    assert "the token's audience" in err


@pytest.mark.parametrize(
    "content", ["", SECRET, "a.b", f"a.b.c\nX-Forged: {SECRET}", f"Bearer {SECRET}.b.c", "é.b.c", "a.b." + "c" * 20_000]
)
async def test_what_is_no_token_is_not_sent_and_not_repeated(
    job: Laptop, gateway: FakeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (tmp_path / "token").write_text(content)
    monkeypatch.setenv("SENTINEL_OIDC_TOKEN_FILE", str(tmp_path / "token"))
    code, _, err = await job.sentinel("whoami")
    assert (code, gateway.requests) == (1, [])
    assert "not a signed token" in err
    assert SECRET not in err


@pytest.mark.parametrize(
    ("kind", "words"),
    [("missing", "No such file or directory"), ("folder", "Is a directory"), ("pipe", "is not a file")],
)
async def test_what_is_no_file_is_named(
    job: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, words: str
) -> None:
    path = tmp_path / "token"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    monkeypatch.setenv("SENTINEL_OIDC_TOKEN_FILE", str(path))
    code, _, err = await job.sentinel("whoami")
    assert code == 1
    assert f"token file {path}" in err
    assert words in err


async def test_a_job_of_gitlab_has_its_token_in_a_variable(
    job: Laptop, gateway: FakeGateway, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTINEL_OIDC_TOKEN", token := provider.id_token({}))
    code, out, _ = await job.sentinel("whoami", "--json")
    assert (code, json.loads(out)["by"]) == (0, "oidc, token of SENTINEL_OIDC_TOKEN")
    assert gateway.requests == [("/as/corp/v1/whoami", f"Bearer {token}")]


@pytest.fixture
async def github(provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[tuple[str, str]]]:
    """Be the runner's token service; gives the query and the Authorization of each question."""
    asked: list[tuple[str, str]] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        asked.append((request.raw_path.partition("?")[2], request.headers["Authorization"]))
        return web.json_response({"value": provider.id_token({"aud": request.query.get("audience")})})

    async with serving(answer) as url:
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{url}/token?api-version=2.0")
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner-secret")
        yield asked


async def test_a_job_of_github_asks_for_its_token_with_the_audience(
    job: Laptop,
    gateway: FakeGateway,
    provider: FakeProvider,
    github: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SENTINEL_OIDC_AUDIENCE", "https://sentinel.example/a&b")
    code, out, err = await job.sentinel("whoami", "--json")
    assert (code, json.loads(out)["by"]) == (0, "oidc, token of this GitHub Actions job"), err
    assert github == [("api-version=2.0&audience=https%3A%2F%2Fsentinel.example%2Fa%26b", "Bearer runner-secret")]
    assert gateway.requests == [("/as/corp/v1/whoami", f"Bearer {provider.issued[0]}")]


async def test_without_an_audience_github_is_not_asked(job: Laptop, github: list[tuple[str, str]]) -> None:
    code, _, err = await job.sentinel("whoami")
    assert (code, github) == (2, [])
    assert "SENTINEL_OIDC_AUDIENCE" in err


async def test_a_refused_token_of_github_is_replaced_once(
    job: Laptop,
    gateway: FakeGateway,
    provider: FakeProvider,
    github: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SENTINEL_OIDC_AUDIENCE", "sentinel")
    gateway.accepts = lambda token: token != provider.issued[0]
    assert (await job.sentinel("whoami"))[0] == 0
    assert len(github) == 2


async def test_a_credential_in_the_cache_asks_github_nothing(
    job: Laptop, github: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTINEL_OIDC_AUDIENCE", "sentinel")
    for _ in range(2):
        assert (await job.sentinel("credentials", "--force", "dev"))[0] == 0
    assert len(github) == 1


async def test_a_token_that_is_set_goes_before_a_login(
    laptop: Laptop, gateway: FakeGateway, provider: FakeProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await laptop.sentinel("login")
    monkeypatch.setenv("SENTINEL_OIDC_TOKEN", variable := provider.id_token({}))
    await laptop.sentinel("whoami")
    path = write(tmp_path / "token", file := provider.id_token({}))
    monkeypatch.setenv("SENTINEL_OIDC_TOKEN_FILE", str(path))
    await laptop.sentinel("whoami")
    assert [token for _, token in gateway.requests] == [f"Bearer {variable}", f"Bearer {file}"]


async def test_a_token_file_without_an_issuer_is_an_error(
    job: Laptop, gateway: FakeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SENTINEL_ISSUER")
    monkeypatch.setenv("SENTINEL_OIDC_TOKEN_FILE", str(tmp_path / "token"))
    code, _, err = await job.sentinel("whoami")
    assert (code, gateway.requests) == (2, [])
    assert "SENTINEL_ISSUER" in err


def test_claims_of_a_token_are_read_for_names_and_times_alone() -> None:
    provider = FakeProvider(url="https://idp.example")
    token = read_token(f" {provider.id_token({})}\n")
    assert identity_of(token) == "https://idp.example 00u1"
    assert timedelta(minutes=59) < expiry_of(token) - utc_now() <= timedelta(hours=1)
    for text in ("a.b.c", "a.W10.c", "a.eyJleHAiOiJ4In0.c", "a.eyJleHAiOjFlNDAwfQ.c"):
        with pytest.raises(MalformedTokenError) as caught:
            expiry_of(text)
        assert not re.search(r"a\.", str(caught.value))
