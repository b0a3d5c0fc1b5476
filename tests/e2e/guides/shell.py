"""The shell of a reader who follows a guide: folder and exported variables last from one block to the next."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.guides.guide import Block
from tests.patience import LIMIT_S

# The emulator's names below execute-api.localhost do not resolve everywhere: the same API by its path.
_API_URL: Final = re.compile(r"https?://([a-z0-9]+)\.execute-api\.[^/\s]+")


@dataclass
class Shell:
    """`environment` may hold secrets; what a block prints is shown where it fails.

    `provider` is the file with the address of the AWS provider that the operator's `terraform` attaches to.
    """

    endpoint: str
    folder: Path
    provider: Path
    environment: dict[str, str] = field(repr=False)

    def run(self, block: Block) -> str:
        """Run a block unchanged, up to its first failure; gives what it printed."""
        kept = self.folder / f"{os.getpid()}.environment"
        script = f"set -euo pipefail\n{block.commands}\nenv -0 > {kept}\n"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.environment["PWD"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        if done.returncode:
            pytest.fail(f"{block} ended with {done.returncode}:\n{block.commands}\n{done.stdout}\n{done.stderr}")
        pairs = kept.read_text(encoding="utf-8").rstrip("\0").split("\0")
        kept.unlink()
        self.environment = {name: self._reachable(value) for name, _, value in (pair.partition("=") for pair in pairs)}
        return done.stdout

    def _reachable(self, value: str) -> str:
        return _API_URL.sub(lambda match: f"{self.endpoint}/_aws/execute-api/{match[1]}/$default", value)
