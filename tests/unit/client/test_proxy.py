"""The proxy is the one AWS tools use, by botocore's own reading of the environment."""

import pytest

from sentinel.connections import proxy_for
from sentinel.remote_server import parse_remote_server

SERVER = parse_remote_server("https://sentinel.example:8443/prod")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("https://proxy.example", "https://proxy.example"),
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("//proxy.example:3128", "http://proxy.example:3128"),
        ("http://user:secret@proxy.example:3128", "http://user:secret@proxy.example:3128"),
    ],
)
def test_a_proxy_is_read_as_it_is_for_aws_tools(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, used: str
) -> None:
    monkeypatch.setenv(name, written)
    assert proxy_for(SERVER) == used


@pytest.mark.parametrize(
    "excepted", ["sentinel.example", ".example", "sentinel.example:8443", "other.example,example", "*"]
)
def test_a_host_that_is_excepted_is_called_directly(monkeypatch: pytest.MonkeyPatch, excepted: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", excepted)
    assert proxy_for(SERVER) is None


@pytest.mark.parametrize("excepted", ["sentinel.example:443", "entinel.example", "elsewhere.example"])
def test_another_host_or_port_is_not(monkeypatch: pytest.MonkeyPatch, excepted: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", excepted)
    assert proxy_for(SERVER) == "http://proxy.example:3128"


def test_a_loopback_server_is_never_called_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    for url in ("http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"):
        assert proxy_for(parse_remote_server(url)) is None
