"""The functions of a load test: each environment has an access key of its own. Deploys them as plain processes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Self

from deploy.local.deployment import ACCOUNT, AUTHORIZER, REGION, UNLIMITED, function_names, function_settings
from deploy.local.runtime.function import Environment, Function, FunctionSettings

# Starts environment number n.
MakeEnvironment = Callable[[int], Environment]
HANDLERS: Final = {name: f"services.{name}.handler.handler" for name in ("vend", "admin", "authorizer")}


def key_of(function: str, number: int) -> str:
    """Return the access key of one environment: the model's ledger distinguishes environments by it."""
    return f"AKIALOAD{function.upper()}{number:04}"


def settings_of(
    function: str,
    number: int,
    *,
    api_ids: list[str],
    endpoint: str,
    own: Mapping[str, str],
    folder: Path,
    log_file: Path,
) -> FunctionSettings:
    """Return what environment `number` of a function is configured with; `own` comes from the scenario."""
    unlimited = {} if function == AUTHORIZER else UNLIMITED
    keys = {"AWS_ACCESS_KEY_ID": key_of(function, number), "AWS_SECRET_ACCESS_KEY": "load"}
    return FunctionSettings(
        name=function_names()[function],
        handler=HANDLERS[function],
        account=ACCOUNT,
        region=REGION,
        environment={**function_settings(function, api_ids, endpoint), **unlimited, **keys, **own},
        home=folder,
        log_file=log_file,
    )


class FixedFunction(Function):
    """The local stack's function, with the counters a report asks for: it never starts another environment."""

    init_ms: Final[tuple[float, ...]] = ()

    @classmethod
    def deploy(cls, _name: str, count: int, make: MakeEnvironment) -> Self:
        """Make a function of `count` environments."""
        return cls([make(number) for number in range(count)])
