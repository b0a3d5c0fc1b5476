"""The emulator whose transactions are atomic, as a process of its own: its botocore is not ours."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from tests.patience import LIMIT_S

_COMMAND: Final = (
    *(sys.executable, "-m", "uv", "run", "--quiet", "--no-project"),
    *("--with", "ministack==1.5.33", "--with", "cryptography"),
    *("python", "-m", "ministack"),
)


@contextmanager
def running_ministack(folder: Path) -> Iterator[str]:
    """Run the emulator on a free loopback port, give its URL, and leave no process behind."""
    port = _free_port()
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(
            _COMMAND,
            cwd=folder,
            env=os.environ | {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "STATE_DIR": str(folder)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(process, f"http://127.0.0.1:{port}/_ministack/health", folder)
        yield f"http://127.0.0.1:{port}"
    finally:
        # uv runs the emulator as a child, so the whole session of processes ends.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urlopen(url, timeout=1):  # noqa: S310 - our own loopback URL
            return
        time.sleep(0.1)
    raise RuntimeError(f"the emulator did not start: {(folder / 'ministack.log').read_text()}")
