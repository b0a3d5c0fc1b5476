"""An AWS emulator per test process, empty at the start of every test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from functools import cache
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.server import ThreadedMotoServer

from shared.aws.clients import Clients, open_clients
from tests.patience import LIMIT_S
from tests.service.emulator import make_tables
from tests.service.ministack import running_ministack
from tests.service.moto_state import copy_tables
from tests.service.replayed import every_decision_replayed

REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def each_decision_can_be_replayed() -> Iterator[None]:
    with every_decision_replayed():
        yield


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        # For each request, it lists its folder and matches the host with hundreds of patterns.
        find = cache(DomainDispatcherApplication.get_backend_for_host)
        patch.setattr(DomainDispatcherApplication, "get_backend_for_host", find)
        server.start()
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        _warm_up(url)
        yield url
        server.stop()


def _warm_up(url: str) -> None:
    """Make moto import its backends, which it does at the first request and slower than our clients care to wait."""
    patient = Config(read_timeout=LIMIT_S, retries={"total_max_attempts": 1})
    for service, operation in (
        ("dynamodb", "list_tables"),
        ("events", "list_event_buses"),
        ("sns", "list_topics"),
        ("ssm", "describe_parameters"),
        ("sts", "get_caller_identity"),
    ):
        client = boto3.client(
            service,
            region_name=REGION,
            endpoint_url=url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=patient,
        )
        getattr(client, operation)()
        client.close()


@pytest.fixture
def aws_url(moto_url: str, dummy_credentials: None, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: ARG001 - the environment is its effect
    """Give the address of an empty emulator that every client opened in this test talks to."""
    with urlopen(Request(f"{moto_url}/moto-api/reset", method="POST"), timeout=LIMIT_S):  # noqa: S310 - our own loopback URL
        monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    return moto_url


@pytest.fixture
def tables(aws_url: str) -> None:  # noqa: ARG001 - the environment is its effect
    """The tables of a deployment, empty."""
    copy_tables()


@pytest.fixture
async def clients(tables: None) -> AsyncIterator[Clients]:  # noqa: ARG001 - the tables are its effect
    """Clients of the emulator, with the tables there."""
    async with aclosing(await open_clients(REGION)) as opened:
        yield opened


@pytest.fixture(scope="session")
def ministack_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_ministack(tmp_path_factory.mktemp("ministack")) as url:
        yield url


@pytest.fixture
def atomic_url(ministack_url: str, dummy_credentials: None, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: ARG001 - the environment is its effect
    """Give the address of an empty emulator whose transactions are atomic: for races."""
    with urlopen(Request(f"{ministack_url}/_ministack/reset", method="POST"), timeout=LIMIT_S):  # noqa: S310 - our own loopback URL
        monkeypatch.setenv("AWS_ENDPOINT_URL", ministack_url)
    return ministack_url


@pytest.fixture
async def atomic_clients(atomic_url: str) -> AsyncIterator[Clients]:  # noqa: ARG001 - the environment is its effect
    make_tables()
    async with aclosing(await open_clients(REGION)) as opened:
        yield opened
