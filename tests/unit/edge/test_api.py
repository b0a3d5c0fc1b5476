"""From method and path to what answers."""

import pytest

from shared.edge.api import Matched, Router

ROUTER = Router(
    {
        ("GET", "/v1/requests"): "list",
        ("GET", "/v1/requests/{id}"): "get",
        ("GET", "/v1/requests/newest"): "newest",
        ("POST", "/v1/requests/{id}/approve"): "approve",
    },
)


def test_a_template_gives_its_open_segment() -> None:
    assert ROUTER.find("POST", "/v1/requests/abc/approve") == Matched("approve", {"id": "abc"})


def test_a_path_written_out_goes_before_a_template() -> None:
    assert ROUTER.find("GET", "/v1/requests/newest") == Matched("newest")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/requests"),
        ("GET", "/v1/requests/"),
        ("GET", "/v1/requests/abc/"),
        ("GET", "/v1/requests/abc/approve"),
        ("POST", "/v1/requests//approve"),
        ("POST", "/v1/requests/abc/approve/now"),
        ("GET", "/v2/requests"),
        ("GET", "v1/requests"),
    ],
)
def test_nothing_is_anywhere_else(method: str, path: str) -> None:
    assert ROUTER.find(method, path) is None
