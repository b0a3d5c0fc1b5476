"""`python -m deploy.docs.recording`: docs/terminal.svg, a terminal session recorded on the local stack.

Each command runs in a pseudo-terminal, and the picture shows what it prints, in its colours.
"""

import asyncio
import fcntl
import os
import pty
import re
import shlex
import struct
import sys
import termios
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from deploy.local.deployment import demo_table
from deploy.local.stack import LocalStack

FILE: Final = Path(__file__).parents[2] / "docs" / "terminal.svg"
_DEMO: Final = Path(__file__).parents[1] / "local" / "demo"
_COLUMNS: Final = 110
_ROWS: Final = 50
_ID: Final = re.compile(r"\b[0-9a-hjkmnp-tv-z]{16}\b")


@dataclass(frozen=True, slots=True)
class Recording:
    """The session so far: prompts, commands and what they printed."""

    stack: LocalStack
    console: Console = field(
        default_factory=lambda: Console(record=True, width=_COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open as long as the process
    )

    async def run(self, person: str, *arguments: str) -> str:
        """Run `sentinel` with these arguments as a person, and give what it printed."""
        shown = shlex.join("python" if each == sys.executable else each for each in arguments)
        self.console.print(Text.assemble((f"{person}$ ", "bold green"), f"sentinel {shown}"))
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SENTINEL_"))}
        environment = {**own, **self.stack.caller_environment, "AWS_PROFILE": person, "TERM": "xterm-256color"}
        printed = await _in_terminal([sys.executable, "-m", "sentinel", *arguments], environment)
        self.console.print(Text.from_ansi(printed.rstrip()))
        self.console.print()
        return printed


async def _in_terminal(command: list[str], environment: dict[str, str]) -> str:
    """Run a command in a pseudo-terminal to its end."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    process = await asyncio.create_subprocess_exec(
        *command, cwd=_DEMO, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    printed = await asyncio.to_thread(_read_all, ours)
    await process.wait()
    return printed.decode(errors="replace").replace("\r\n", "\n")


def _read_all(descriptor: int) -> bytes:
    """Read until the other end is closed, which Linux reports as an error."""
    parts: list[bytes] = []
    with open(descriptor, "rb", buffering=0) as terminal:
        while True:
            try:
                part = terminal.read(65536)
            except OSError:
                part = b""
            if not part:
                return b"".join(parts)
            parts.append(part)


async def record() -> str:
    """Record the session: a refusal, a request, its approval, the command, and the revocation; gives the SVG."""
    async with LocalStack() as stack:
        recording = Recording(stack)
        use = ("staging", "--", sys.executable, "use_the_sdk.py", demo_table("staging"))
        await recording.run("alice", "profiles")
        await recording.run("alice", "exec", *use)
        asked = await recording.run("alice", "request", "create", "staging", "--reason", "deploy 1.4")
        found = _ID.search(asked)
        assert found is not None, asked
        await recording.run("bob", "request", "approve", found[0], "--comment", "go ahead")
        await recording.run("alice", "exec", *use)
        await recording.run("operator", "session", "revoke", "--user", "alice", "--reason", "laptop stolen")
        return recording.console.export_svg(title="sentinel", unique_id="sentinel")


def main() -> None:
    """Write the picture."""
    with asyncio.Runner() as runner:
        svg = runner.run(record())
    # rich names a font on another server; a reader's own monospace font does.
    svg = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL)
    FILE.write_text("".join(f"{line.rstrip()}\n" for line in svg.splitlines() if line.strip()), encoding="utf-8")


if __name__ == "__main__":
    main()
