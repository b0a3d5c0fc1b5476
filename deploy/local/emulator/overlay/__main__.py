"""Start ministack behind the overlay, on a listening socket the parent opened.

The parent writes one JSON line to standard input (socket, secret, administrator's key) and keeps the pipe open. The
emulator exits when the pipe closes, so also when the parent crashes.
"""

import asyncio
import json
import os
import sys
import threading
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack_app

from . import assume_role  # noqa: F401 - installs its rules
from .authorization import create_admin
from .control import with_control


def main() -> None:
    """Serve until the parent closes the pipe."""
    os.umask(0o077)
    orders: dict[str, Any] = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    create_admin(orders["access_key_id"], orders["secret_access_key"])
    config = Config()
    config.bind = [f"fd://{orders['socket']}"]
    config.loglevel = "WARNING"
    # The server drops a connection without notice if a response is complete before its request is read to the end. A
    # request sent meanwhile is executed, its response is lost, and an SDK repeats it: so no connection is used twice.
    config.keep_alive_max_requests = 1
    application: Any = with_control(ministack_app.app, orders["secret"])
    asyncio.run(serve(application, config))  # noqa: TID251 - another program's main, with no loop of ours


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
