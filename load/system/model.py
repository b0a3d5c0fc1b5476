"""The latency model in its own process."""

import asyncio
import ssl
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Self

import aiohttp

from load.aws_model.ledger import CALL_LIST, Call
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
        self._options = ["--zero"] * zero
        for option, value in (("--sts-per-second", sts_per_second), ("--keep-alive-s", keep_alive_s)):
            self._options += [] if value is None else [option, str(value)]
        self._authority = authority
        self._process: Process | None = None
        self._http: aiohttp.ClientSession | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "load.aws_model",
            *self._options,
            *(() if self._authority is None else ("--ca", self._authority)),
            cwd=_PROJECT,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(_START_LIMIT_S):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the latency model did not start: see `python -m load.aws_model`")
        self.url = line.decode().split()[-1]
        trusted = True if self._authority is None else ssl.create_default_context(cafile=self._authority)
        connector = aiohttp.TCPConnector(ssl=trusted)
        self._http = aiohttp.ClientSession(raise_for_status=True, connector=connector)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http is not None:
            await self._http.close()
        assert self._process is not None
        assert self._process.stdin is not None
        # It ends when its standard input does, also when this process is killed.
        self._process.stdin.close()
        await self._process.wait()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def put_parameters(self, documents: Mapping[str, str]) -> None:
        """Store documents by their parameters' names."""
        assert self._http is not None
        for name, text in documents.items():
            request = {"Name": name, "Value": text, "Type": "String"}
            async with self._http.post(self.url, json=request, headers={"X-Amz-Target": "AmazonSSM.PutParameter"}):
                pass

    async def put_items(self, table: str, items: Iterable[Item]) -> None:
        """Put rows into a table."""
        assert self._http is not None
        for item in items:
            request = {"TableName": table, "Item": item}
            async with self._http.post(self.url, json=request, headers={"X-Amz-Target": "DynamoDB_20120810.PutItem"}):
                pass

    async def take_calls(self, access_key_id: str) -> list[Call]:
        """Return the calls signed with a key, oldest first."""
        assert self._http is not None
        async with self._http.get(f"{self.url}/_model/calls", params={"key": access_key_id}) as answer:
            return CALL_LIST.validate_json(await answer.read())
