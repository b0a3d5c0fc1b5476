"""The AWS provider as one process that every command of Terraform's attaches to, instead of starting its own.

A command starts the provider several times, `terraform test` several times for each run, and each start takes more than
half a second of a processor.
"""

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.terraform.terraform import PROVIDER, Root, quiet_environment
from tests.patience import LIMIT_S

REATTACH: Final = "TF_REATTACH_PROVIDERS"


@contextmanager
def running_provider(initialised: Root) -> Iterator[Mapping[str, str]]:
    """Run the provider that `terraform init` chose for a root; gives the variables by which Terraform finds it."""
    [program] = (initialised.folder / ".terraform" / "providers" / PROVIDER).glob("*/*/terraform-provider-aws_v*")
    log = initialised.folder / ".terraform" / "provider.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [program, "-debug"],
            env={**quiet_environment(), **initialised.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield _read_address(process, log)
        finally:
            # On this signal it removes its socket.
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=LIMIT_S)


def _read_address(process: subprocess.Popen[str], log: Path) -> Mapping[str, str]:
    assert process.stdout is not None
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        if name == REATTACH:
            address = value.strip("'")
            assert str(PROVIDER) in json.loads(address)
            return {REATTACH: address}
    return pytest.fail(f"the provider ended before it said where it is: {log.read_text(encoding='utf-8')}")
