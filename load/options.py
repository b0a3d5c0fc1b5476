"""The command line of `python -m load.run`, and the run that it describes."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from deploy.local.deployment import ACCOUNT
from deploy.local.runtime.function import ExecutionEnvironment, Function
from deploy.packages.build import build_packages
from deploy.packages.emulator import EMULATED_ACCOUNT
from deploy.packages.target import Target
from load.lambda_model.deployment import LambdaModel
from load.scenario import Scenario, ScenarioError, names, read_scenario
from load.system.journal import Deploy, MakeEnvironment
from load.system.system import Start

_OUT: Final = Path(__file__).parents[1] / "build" / "load"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the scenario as the options change it, and how its functions are run."""

    name: str
    scenario: Scenario
    zero: bool
    mode: str
    deploy: Deploy
    start: Start
    api_account: str
    out: Path


def read_options(arguments: Sequence[str] | None = None) -> Run:
    """Read the command line; an invalid option ends the process with exit code 2 and the reason."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        scenario = _change(read_scenario(given.scenario), given)
    except ValueError as error:
        parser.error(str(error))
    run = Run(
        given.scenario,
        scenario,
        given.zero,
        mode="processes",
        deploy=_deploy_processes,
        start=ExecutionEnvironment,
        api_account=ACCOUNT,
        out=given.out / given.scenario,
    )
    if not given.lambda_model:
        return run
    packages = build_packages(Target.host(), given.out / "zips")
    model = LambdaModel(packages, warm=given.warm, maximum=given.maximum, idle_s=given.idle_s)
    return replace(run, mode="Lambda model", deploy=model.deploy, start=model.start, api_account=EMULATED_ACCOUNT)


class FixedFunction(Function):
    """The local stack's function: it never starts another environment."""

    init_ms: Final[tuple[float, ...]] = ()


def _deploy_processes(count: int, make: MakeEnvironment) -> FixedFunction:
    return FixedFunction([make(number) for number in range(count)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load.run", description="Run one load scenario on loopback.")
    parser.add_argument("scenario", help=", ".join(names()))
    parser.add_argument("--users", type=int, help="how many callers there are")
    parser.add_argument("--rate", type=float, help="tasks per second, of all callers together")
    parser.add_argument("--seconds", type=float, help="how long, the warm-up included")
    parser.add_argument("--warm-up", type=float, help="seconds at the beginning that are not measured")
    parser.add_argument("--target-p99-ms", type=float, help="threshold of the p99 of every request")
    parser.add_argument("--target-rps", type=float, help="threshold of requests per second")
    parser.add_argument("--zero", action="store_true", help="an AWS that answers at once")
    parser.add_argument("--lambda-model", action="store_true", help="run the zips as Lambda would, not plain processes")
    parser.add_argument("--warm", type=int, help="Lambda model: environments of each function from the start")
    parser.add_argument("--maximum", type=int, help="Lambda model: environments of each function at most")
    parser.add_argument("--idle-s", type=float, default=60.0, help="Lambda model: an environment idle for longer ends")
    parser.add_argument("--out", type=Path, default=_OUT, help="folder of the reports")
    return parser


def _change(scenario: Scenario, given: argparse.Namespace) -> Scenario:
    """Replace the values that the command line gives, under the same rules as the file."""
    load = _said(given, users="users", rate="rate", seconds="seconds", warm_up_s="warm_up")
    thresholds = _said(given, rps="target_rps", other_p99_ms="target_p99_ms")
    if given.target_p99_ms is not None:
        thresholds["p99_ms"] = {}
    written = scenario.model_dump()
    written["load"] |= load
    written["thresholds"] |= thresholds
    if written["load"]["warm_up_s"] >= written["load"]["seconds"]:
        raise ScenarioError("the warm-up takes all the time there is: give more --seconds or less --warm-up")
    return Scenario.model_validate(written)


def _said(given: argparse.Namespace, **options: str) -> dict[str, Any]:
    values: Mapping[str, Any] = vars(given)
    return {name: values[option] for name, option in options.items() if values[option] is not None}
