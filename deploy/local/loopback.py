"""HTTP servers on loopback, on ports that cannot collide."""

from ssl import SSLContext
from typing import Any, Final, Self

from aiohttp import web

_LOOPBACK: Final = "127.0.0.1"
# How long a running request may still take when the server closes.
_SHUTDOWN_S: Final = 1.0


class Site:
    """One application served on 127.0.0.1; with `tls` over TLS, under the name localhost."""

    def __init__(self, application: web.Application, tls: SSLContext | None = None, **options: Any) -> None:
        self._tls = tls
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_S, **options)

    async def open(self, port: int = 0) -> Self:
        """Start serving; port 0 takes a free port, chosen and bound in one step."""
        await self._runner.setup()
        await web.TCPSite(self._runner, _LOOPBACK, port, ssl_context=self._tls).start()
        return self

    async def close(self) -> None:
        """Stop serving."""
        await self._runner.cleanup()

    @property
    def address(self) -> str:
        host, port = self._runner.addresses[0][:2]
        return f"{host}:{port}"

    @property
    def url(self) -> str:
        """The base URL, without a trailing slash."""
        if self._tls is not None:
            return f"https://localhost:{self.address.rpartition(':')[2]}"
        return f"http://{self.address}"
