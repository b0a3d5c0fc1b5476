"""What a page is answered: the API's own words, and a remedy where the gateway in front of it says no."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import pytest

from sentinel.api.transport import Transport
from sentinel.errors import LoginError, ServiceUnreachableError
from sentinel.remote_server import parse_remote_server

SERVER = parse_remote_server("https://abc123.execute-api.eu-central-1.amazonaws.com")
OWN = {
    "code": "conflict",
    "message": "The request is denied.",
    "hint": "file another",
    "request_id": "r-1",
    "Code": "x",
}


@dataclass
class Caller:
    """Someone who may have a newer login, or none."""

    newer: bool = False
    over: bool = False
    forgotten: int = 0
    prefix: str = "/as/corp"
    refused_hint: str = "run `sentinel login`"

    def renew(self) -> bool:
        if self.over:
            raise LoginError("your login has ended", "sentinel login")
        return self.newer

    def forget(self) -> None:
        self.forgotten += 1


@dataclass(frozen=True)
class Scripted(Transport):
    answers: list[tuple[int, Any]] = field(default_factory=list)

    async def _exchange(self, method: str, url: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        assert (method, url, body) == ("GET", f"{SERVER.base}/as/corp/v1/requests", b"")
        status, answer = self.answers.pop(0)
        return status, {}, answer if isinstance(answer, bytes) else orjson.dumps(answer)


async def relay(caller: Caller, *answers: tuple[int, Any]) -> tuple[int, Any]:
    status, body = await Scripted(SERVER, cast("Any", caller), cast("Any", None), list(answers)).relay(
        "GET", "/v1/requests", {}, b""
    )
    return status, orjson.loads(body)


async def test_an_answer_and_a_refusal_come_in_the_words_of_the_api() -> None:
    assert await relay(Caller(), (200, {"requests": []})) == (200, {"requests": []})
    caller = Caller()
    assert await relay(caller, (409, OWN)) == (409, {name: OWN[name] for name in OWN if name != "Code"})
    assert caller.forgotten == 0


@pytest.mark.parametrize("status", [401, 403])
async def test_where_the_gateway_refuses_the_login_the_page_has_the_remedy_and_it_is_read_again(status: int) -> None:
    caller = Caller()
    answered, said = await relay(caller, (status, {"message": "The security token is expired"}))
    assert (answered, said["code"], said["hint"]) == (status, "gateway_refused", "run `sentinel login`")
    assert "The security token is expired" in said["message"]
    assert caller.forgotten == 1


async def test_a_newer_login_is_used_and_one_that_has_ended_is_an_error_with_its_remedy() -> None:
    refused = (401, {"message": "Unauthorized"})
    assert await relay(Caller(newer=True), refused, (200, {"requests": []})) == (200, {"requests": []})
    with pytest.raises(LoginError, match="your login has ended") as caught:
        await relay(Caller(over=True), refused)
    assert (caught.value.as_refusal().status, caught.value.hint) == (503, "sentinel login")


async def test_what_sentinel_itself_refuses_is_never_sent_twice() -> None:
    caller = Caller(newer=True)
    assert (await relay(caller, (401, OWN), (200, {"requests": []})))[0] == 401
    assert caller.forgotten == 0


@pytest.mark.parametrize(("status", "body"), [(502, b"<html>Bad gateway</html>"), (302, b"")])
async def test_what_is_no_answer_of_sentinel_is_not_passed_on(status: int, body: bytes) -> None:
    with pytest.raises(ServiceUnreachableError):
        await relay(Caller(), (status, body))
