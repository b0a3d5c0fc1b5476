"""Deploys the zips to the Lambda model."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.runtime.function import Environment, FunctionSettings
from deploy.packages.build import Package, build_packages
from deploy.packages.emulator import EmulatedLambda
from deploy.packages.target import Target
from load.lambda_model.frozen import FrozenEnvironment
from load.lambda_model.function import Scaling, ScalingFunction
from load.lambda_model.quota import make_quota
from load.system.system import MakeEnvironment


@dataclass(frozen=True, slots=True)
class LambdaModel:
    """How functions are deployed. `memory_mb` limits their share of a core; None: it does not.

    `warm` is what each has from the start, and None as many as the scenario says; `maximum` is as for `Scaling`, per
    function, and None twice the scenario's.
    """

    packages: Mapping[str, Package]
    memory_mb: int | None
    warm: int | None
    maximum: int | None
    idle_s: float

    @property
    def title(self) -> str:
        """Say how functions run, for the report: a share of a core, and by what means it is kept."""
        if self.memory_mb is None:
            return "Lambda model, no CPU quota"
        quota = make_quota(self.memory_mb)
        quota.close()
        return f"Lambda model, {self.memory_mb} MB, CPU quota by {quota.method}"

    def deploy(self, _name: str, count: int, make: MakeEnvironment) -> ScalingFunction:
        """Make a function that scales."""
        maximum = self.maximum or 2 * count
        warm = min(count if self.warm is None else self.warm, maximum)
        return ScalingFunction(make, Scaling(warm, maximum, self.idle_s))

    def start(self, settings: FunctionSettings) -> Environment:
        """Make an environment of a function, by the name of the service in its handler."""
        package = self.packages[settings.handler.split(".")[1]]
        memory = {} if self.memory_mb is None else {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb)}
        environment = {
            "AWS_REGION": settings.region,
            "AWS_LAMBDA_FUNCTION_NAME": settings.name,
            **memory,
            **settings.environment,
        }
        emulated = EmulatedLambda(package.target, package.folder, settings.handler, environment, settings.log_file)
        return FrozenEnvironment(emulated, make_quota(self.memory_mb))


def build_zips(folder: Path) -> Mapping[str, Package]:
    """Build the zips of the three services for this machine, each with its files unpacked beside it."""
    return build_packages(Target.host(), folder)
