"""Deploys the zips to the Lambda model, in environments that are frozen between two invocations, as Lambda does.

The zip runs under AWS's Runtime Interface Emulator. After each answer all of its processes are stopped, and continued
before the next event: timers are late, and connections end unnoticed. Lambda Developer Guide, "Lambda execution
environment lifecycle". Its CPU is not limited: what a memory size changes is measured in Lambda.
"""

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from deploy.local.runtime.api import Invocation
from deploy.local.runtime.function import Environment, FunctionSettings
from deploy.packages.build import Package
from deploy.packages.emulator import EmulatedLambda
from load.lambda_model.function import Scaling, ScalingFunction
from load.system.journal import MakeEnvironment

# The init phase is part of the first invocation under the emulator. No function takes this for one of its events: it is
# refused before AWS is asked anything.
_PROBE = b"{}"


@dataclass(slots=True, eq=False)
class FrozenEnvironment:
    """An emulated Lambda that only runs while it has an event."""

    emulated: EmulatedLambda
    _groups: tuple[int, ...] = field(default=(), init=False)

    @property
    def pid(self) -> int | None:
        """The function's process; None where it has ended."""
        return self._groups[-1] if self._groups and _is_there(self._groups[-1]) else None

    async def open(self) -> None:
        """Start it, run its init phase, and freeze it.

        Raises:
            FunctionFailedError: it could not be initialized.

        """
        await self.emulated.start()
        await self.emulated.invoke(_PROBE)
        runtime = self.emulated.runtime_pid
        assert runtime is not None, "the emulator has answered, so its child runs"
        self._groups = (self.emulated.pid, runtime)
        self._send(signal.SIGSTOP)

    async def wait_until_ready(self) -> None:
        """Return at once: `open` has waited."""

    async def close(self) -> None:
        """End it. The function's process is killed too: frozen, it might not notice that the emulator has ended."""
        self._send(signal.SIGKILL)
        self._groups = ()
        await self.emulated.close()

    async def invoke(self, invocation: Invocation) -> bytes:
        """Thaw it, run one invocation, and freeze it again."""
        self._send(signal.SIGCONT)
        try:
            return await self.emulated.invoke(invocation.event)
        finally:
            self._send(signal.SIGSTOP)

    def _send(self, signal_number: int) -> None:
        # The emulator and the function lead a process group each.
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal_number)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class LambdaModel:
    """How functions are deployed.

    `warm` is the number of environments that each has from the start, None: the scenario's; `maximum` is as for
    `Scaling`, per function, None: twice the scenario's.
    """

    packages: Mapping[str, Package]
    warm: int | None
    maximum: int | None
    idle_s: float

    def deploy(self, count: int, make: MakeEnvironment) -> ScalingFunction:
        """Make a function that scales."""
        maximum = self.maximum or 2 * count
        warm = min(count if self.warm is None else self.warm, maximum)
        return ScalingFunction(make, Scaling(warm, maximum, self.idle_s))

    def start(self, settings: FunctionSettings) -> Environment:
        """Make an environment of a function, by the name of the service in its handler."""
        package = self.packages[settings.handler.split(".")[1]]
        environment = {
            "AWS_REGION": settings.region,
            "AWS_LAMBDA_FUNCTION_NAME": settings.name,
            **settings.environment,
        }
        emulated = EmulatedLambda(package.target, package.folder, settings.handler, environment, settings.log_file)
        return FrozenEnvironment(emulated)
