import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from botocore.credentials import ReadOnlyCredentials

from sentinel.proof import NoSessionError, UnknownProofRegionError, make_proof
from sentinel.proof.make import _endpoint_url
from sentinel.proof_auth import AiohttpProof, HttpxProof, RequestsProof
from sentinel.proof_source import ProofSource
from shared.core.proof import parse_proof
from shared.core.query import UnclearQueryError

SESSION = ReadOnlyCredentials("ASIAQQQQQQQQQQQQQQQQ", "the-secret-key", "T" * 300)
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = AT

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Keys:
    """Credentials that say how often they were asked for."""

    asked: int = 0
    current: ReadOnlyCredentials = field(default=SESSION)

    def __call__(self) -> ReadOnlyCredentials:
        self.asked += 1
        return self.current


def proof(**options: object) -> str:
    chosen = {"api_id": "api-1", "region": "eu-central-1"} | options
    return make_proof(SESSION, **chosen)  # type: ignore[arg-type]


def test_a_proof_carries_the_session_and_never_the_secret_key() -> None:
    header = proof()
    made = parse_proof(header)
    assert (made.key, made.token, made.region) == (SESSION.access_key, SESSION.token, "eu-central-1")
    assert "the-secret-key" not in header


def test_proofs_for_two_apis_two_requests_or_two_regions_differ() -> None:
    proofs = {
        parse_proof(header).signature
        for header in (
            proof(),
            proof(api_id="api-2"),
            proof(request=("GET", "/a")),
            proof(request=("GET", "/b")),
            proof(request=("POST", "/a")),
            proof(request=("GET", "/a?b=1")),
            proof(request=("GET", "/a?b=2")),
            proof(region="us-east-1"),
        )
    }
    assert len(proofs) == 8


def test_long_term_keys_prove_nothing() -> None:
    with pytest.raises(NoSessionError, match="long-term"):
        make_proof(ReadOnlyCredentials("AKIAQQQQQQQQQQQQQQQQ", "s", None), api_id="a", region="eu-central-1")


@pytest.mark.parametrize("query", ["a=1;b=2", "a=%", "a=%FF"])
def test_no_proof_is_made_for_a_query_that_can_be_read_in_two_ways(query: str) -> None:
    with pytest.raises(UnclearQueryError):
        proof(request=("GET", f"/a?{query}"))


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"])
@pytest.mark.parametrize(
    ("override", "is_used"),
    [
        ("http://127.0.0.1:4566", True),
        ("https://sts.emulator.example", True),
        ("https://vpce-0a-1b.sts.eu-central-1.vpce.amazonaws.com", False),
        ("https://sts-fips.us-east-1.amazonaws.com", False),
        ("https://sts.eu-central-1.api.aws", False),
    ],
)
def test_a_proof_is_signed_for_an_emulator_and_for_no_other_endpoint_of_aws(
    monkeypatch: pytest.MonkeyPatch, name: str, override: str, *, is_used: bool
) -> None:
    assert _endpoint_url("eu-central-1") == "https://sts.eu-central-1.amazonaws.com/"
    monkeypatch.setenv(name, override)
    own, used = "https://sts.eu-central-1.amazonaws.com/", f"{override}/"
    assert _endpoint_url("eu-central-1") == (used if is_used else own)
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert _endpoint_url("eu-central-1") == own


def test_a_region_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownProofRegionError, match="moon-1"):
        proof(region="moon-1")


def test_a_proof_is_replaced_after_half_its_life() -> None:
    keys, clock = Keys(), Clock()
    source = ProofSource("api-1", "eu-central-1", credentials=keys, clock=clock)
    first = source.header("GET", "/a")
    clock.now += timedelta(seconds=30)
    assert source.header("POST", "/b") == first
    clock.now += timedelta(seconds=1)
    source.header("GET", "/a")
    assert keys.asked == 2


@pytest.mark.parametrize(
    ("stage", "path"),
    [
        ("", "/orders/7?page=2&a=b"),
        ("", "/orders/7?a=b&page=2"),
        ("/prod", "/prod/orders/7?a=%62&page=2"),
        ("/prod", "/orders/7?page=2&a=b"),
    ],
)
def test_a_bound_proof_is_for_the_path_and_the_query_the_api_sees(stage: str, path: str) -> None:
    source = ProofSource("api-1", "eu-central-1", binds_requests=True, stage=stage, credentials=Keys())
    # Signatures of one second are equal where what was signed is; a busy machine may take a second to make a pair.
    pairs = ((source.header("GET", path), proof(request=("GET", "/orders/7?a=b&page=2"))) for _ in range(50))
    assert any(one == other for one, other in pairs)


def test_a_source_never_shows_its_proof() -> None:
    source = ProofSource("api-1", "eu-central-1", credentials=Keys())
    assert source.header("GET", "/") not in repr(source)


def test_requests_sends_a_proof() -> None:
    import requests  # noqa: PLC0415 - only this test needs it

    source = ProofSource("api-1", "eu-central-1", credentials=Keys())
    prepared = requests.Request("GET", "https://api.example/a?b=c", auth=RequestsProof(source)).prepare()
    assert parse_proof(prepared.headers["Authorization"]).key == SESSION.access_key


def test_httpx_sends_a_proof() -> None:
    import httpx  # noqa: PLC0415 - only this test needs it

    source = ProofSource("api-1", "eu-central-1", credentials=Keys())
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return httpx.Response(200)

    with httpx.Client(transport=httpx.MockTransport(answer), auth=HttpxProof(source)) as client:
        client.get("https://api.example/a?b=c")
    assert parse_proof(seen[0]).key == SESSION.access_key


@pytest.mark.usefixtures("socket_enabled")
def test_aiohttp_sends_a_proof() -> None:
    source = ProofSource("api-1", "eu-central-1", credentials=Keys())

    async def ask() -> str:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(text=request.headers["Authorization"])

        application = web.Application()
        application.router.add_get("/a", answer)
        async with TestServer(application) as server, ClientSession(middlewares=[AiohttpProof(source)]) as http:
            return await (await http.get(server.make_url("/a"))).text()

    with asyncio.Runner() as runner:
        assert parse_proof(runner.run(ask())).key == SESSION.access_key


def test_a_second_proof_reads_no_file_of_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    proof()

    def refuse(*_: object) -> None:
        raise AssertionError("the partitions are read again")

    monkeypatch.setattr("botocore.loaders.Loader.load_data", refuse)
    proof()
