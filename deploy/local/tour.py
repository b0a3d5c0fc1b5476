"""`make demo`: bring the whole system up, do the main job, show each step and its result, and leave nothing behind.

Every step runs the command a person would run. The tour ends with exit code 1 at the first step that does not answer
as it should.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deploy.local.place import demo_table
from deploy.local.stack import LocalStack

_SENTINEL: Final = (sys.executable, "-m", "sentinel")
_USE_THE_SDK: Final = f"""
import botocore.session
session = botocore.session.get_session()
print(session.create_client("sts").get_caller_identity()["Arn"])
table = session.create_client("dynamodb")
table.put_item(TableName="{demo_table("dev")}", Item={{"note": {{"S": "written with vended credentials"}}}})
for item in table.scan(TableName="{demo_table("dev")}")["Items"]:
    print(item["note"]["S"])
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One command, as shown and as run, and what has to be in what it prints."""

    title: str
    shown: str
    command: Sequence[str]
    expected_code: int
    expected: str


STEPS: Final = (
    Step("What may alice have?", "sentinel profiles", (*_SENTINEL, "profiles"), 0, "staging"),
    Step("Who does Sentinel take her for?", "sentinel whoami", (*_SENTINEL, "whoami"), 0, "alice"),
    Step(
        "Credentials for dev, used by an AWS SDK: who am I, write a note, read it back",
        "sentinel exec dev -- python use_the_sdk.py",
        (*_SENTINEL, "exec", "dev", "--", sys.executable, "-c", _USE_THE_SDK),
        0,
        "written with vended credentials",
    ),
    Step(
        "A profile that needs approval is refused, with what to do next",
        "sentinel exec staging -- true",
        (*_SENTINEL, "exec", "staging", "--", "true"),
        1,
        "approval",
    ),
)


class TourFailedError(Exception):
    """A step did not answer as it should; the message names it."""


async def tour() -> None:
    """Run the tour.

    Raises:
        TourFailedError: a step's exit code or output is not what it should be.

    """
    _say("Starting the emulator, the gateway and the Lambdas …")
    async with LocalStack(concurrency=1) as stack:
        _say(f"Sentinel is at {stack.http_api}")
        environment = {**_own_environment(), **stack.caller_environment, "AWS_PROFILE": "alice"}
        for step in STEPS:
            await _take(step, environment)
        _show("The audit line of that vend", "", _audit_line(stack))
    _say("\nEverything is stopped and removed. `sentinel local up` keeps it running.")


async def _take(step: Step, environment: Mapping[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *step.command,
        env=dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed = (await process.communicate())[0].decode(errors="replace").rstrip()
    _show(step.title, step.shown, printed)
    if process.returncode != step.expected_code or step.expected not in printed:
        raise TourFailedError(f"`{step.shown}` did not answer as it should (exit code {process.returncode})")


def _audit_line(stack: LocalStack) -> str:
    for line in stack.log_file.read_text(encoding="utf-8").splitlines():
        if line.startswith("{") and json.loads(line).get("outcome") == "issued" and "stamp" in line:
            return json.dumps(json.loads(line), indent=2)
    raise TourFailedError(f"no audit line of a vend is in {stack.log_file}")


def _own_environment() -> dict[str, str]:
    """Hide the developer's own AWS and Sentinel settings from the tour."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SENTINEL_"))}


def _show(title: str, command: str, printed: str) -> None:
    _say(f"\n── {title}")
    if command:
        _say(f"$ {command}")
    _say("\n".join(f"  {line}" for line in printed.splitlines()))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Run the tour; exit code 0 where every step answered as it should."""
    try:
        with asyncio.Runner() as runner:
            runner.run(tour())
    except TourFailedError as error:
        sys.stderr.write(f"the tour failed: {error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
