"""Unit tests open no sockets; the event loop's own pipe to itself is a Unix socket, on Windows one of loopback."""

import sys
from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts


@pytest.fixture(autouse=True)
def _no_sockets() -> Iterator[None]:
    if sys.platform == "win32":
        socket_allow_hosts(["127.0.0.1"])
    else:
        disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
