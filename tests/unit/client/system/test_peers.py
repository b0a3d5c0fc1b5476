"""Whose connection came over loopback."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentinel.system import peers
from sentinel.system.peers import is_another_user

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says it")


@pytest.fixture(params=["127.0.0.1", "::ffff:127.0.0.1"])
def ends(request: pytest.FixtureRequest, socket_enabled: None) -> Iterator[tuple[tuple[str, int], tuple[str, int]]]:
    """Give the client's and the server's address of a connection that is open, from IPv4 and from IPv6."""
    assert socket_enabled is None
    with socket.create_server(("127.0.0.1", 0)) as server:
        family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
        with socket.socket(family) as client:
            try:
                client.connect((request.param, server.getsockname()[1]))
            except OSError:
                pytest.skip("this machine has no IPv6")
            connection, peer = server.accept()
            with connection:
                yield peer, connection.getsockname()


def test_a_connection_of_ones_own_is_not_another_users(ends: tuple[tuple[str, int], tuple[str, int]]) -> None:
    assert not is_another_user(*ends)


def test_a_connection_of_another_user_is_known_to_be(
    ends: tuple[tuple[str, int], tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "_ROOT", -1)  # these tests may run as root
    monkeypatch.setattr(os, "getuid", lambda: 4242)
    assert is_another_user(*ends)


def test_root_and_a_connection_that_is_not_listed_are_not(
    ends: tuple[tuple[str, int], tuple[str, int]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4242)
    peer, local = ends
    assert not is_another_user(("127.0.0.1", 1), local)
    monkeypatch.setattr(peers, "_ROOT", Path("/proc/self").stat().st_uid)
    assert not is_another_user(peer, local)
    monkeypatch.setattr(peers, "_ROOT", -1)
    monkeypatch.setattr(peers, "_TABLES", (tmp_path / "none",))
    assert not is_another_user(peer, local)
