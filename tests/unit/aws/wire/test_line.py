"""What a connection keeps between two requests: nothing of the last answer."""

import asyncio

from shared.aws.wire.line import Line


class _Transport(asyncio.Transport):
    def is_closing(self) -> bool:
        return False

    def write(self, data: object) -> None:
        pass


async def test_an_idle_connection_holds_nothing_of_its_last_answer() -> None:
    line = Line()
    line.connection_made(_Transport())
    asked = asyncio.create_task(line.ask(b"POST / HTTP/1.1\r\n\r\n", 100))
    await asyncio.sleep(0)
    line.data_received(b"HTTP/1.1 200 OK\r\nx-id: 7\r\ncontent-length: 11\r\n\r\ncredentials")
    reply = await asked
    assert (reply.status, reply.headers["x-id"], reply.body) == (200, "7", b"credentials")
    assert (line._headers, bytes(line._body), line._answer) == ({}, b"", None)
