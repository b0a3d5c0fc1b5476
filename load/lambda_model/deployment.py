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
from load.system.functions import MakeEnvironment


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

    def deploy(self, _name: str, count: int, make: MakeEnvironment) -> ScalingFunction:
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


def build_zips(folder: Path) -> Mapping[str, Package]:
    """Build the zips of the three services for this machine, each with its files unpacked."""
    return build_packages(Target.host(), folder)
