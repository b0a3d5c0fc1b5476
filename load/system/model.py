"""The latency model in its own process."""

import asyncio
import ssl
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, Self

import aiohttp

from load.aws_model.ledger import CALL_LIST, CALLS_PATH, Call
from shared.aws.dynamodb.items import Item

_PROJECT: Final = Path(__file__).parents[2]
_START_LIMIT_S: Final = 300.0


class ModelProcess:
    """`async with ModelProcess(…) as model`: it serves at `model.url` while the block runs."""

    def __init__(
        self,
        *,
        zero: bool,
        sts_per_second: int | None = None,
        keep_alive_s: float | None = None,
        authority: Path | None = None,
    ) -> None:
        """Remove all latency, or replace the model's quota of STS or its lifetime of idle connections.

        With `authority` it serves over TLS, and writes the certificate to trust to that file.
        """
        options = {"--sts-per-second": sts_per_second, "--keep-alive-s": keep_alive_s, "--ca": authority}
        given = [f"{option}={value}" for option, value in options.items() if value is not None]
        self._options = [*["--zero"] * zero, *given]
        self._authority = authority
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        command = (sys.executable, "-m", "load.aws_model", *self._options)
        process = await asyncio.create_subprocess_exec(*command, cwd=_PROJECT, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        assert process.stdin is not None
        assert process.stdout is not None
        # It ends when its standard input does, also when this process is killed.
        self._open.push_async_callback(process.wait)
        self._open.callback(process.stdin.close)
        self.pid = process.pid
        async with asyncio.timeout(_START_LIMIT_S):
            line = await process.stdout.readline()
        if not line:
            raise RuntimeError("the latency model did not start: see `python -m load.aws_model`")
        self.url = line.decode().split()[-1]
        trusted = True if self._authority is None else ssl.create_default_context(cafile=self._authority)
        session = aiohttp.ClientSession(raise_for_status=True, connector=aiohttp.TCPConnector(ssl=trusted))
        self._http = await self._open.enter_async_context(session)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def put_parameters(self, documents: Mapping[str, str]) -> None:
        """Store documents by their parameters' names."""
        for name, text in documents.items():
            await self._call("AmazonSSM.PutParameter", {"Name": name, "Value": text, "Type": "String"})

    async def put_items(self, table: str, items: Iterable[Item]) -> None:
        """Put rows into a table."""
        for item in items:
            await self._call("DynamoDB_20120810.PutItem", {"TableName": table, "Item": item})

    async def _call(self, target: str, request: Mapping[str, Any]) -> None:
        async with self._http.post(self.url, json=request, headers={"X-Amz-Target": target}):
            pass

    async def take_calls(self, access_key_id: str) -> list[Call]:
        """Return the calls signed with a key, oldest first."""
        async with self._http.get(f"{self.url}{CALLS_PATH}", params={"key": access_key_id}) as answer:
            return CALL_LIST.validate_json(await answer.read())
