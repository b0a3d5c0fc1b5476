"""`python -m load.bench.slack`: how long Slack waits for the answer of a cold function to a press, by memory size.

Each start is a new process from the admin function's zip. It verifies a press that was just signed, asks Slack who it
is, approves the request, edits its messages, and answers. A second press follows in the same process. Exit code 1 where
a cold answer takes longer than Slack waits, or comes before the message shows the approval.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import botocore

from deploy.local.slack.local import document_of, local_workspace
from deploy.local.slack.people import ANSWER_WITHIN_S, Signed, press, sign, slash_command
from deploy.local.slack.server import SlackServer
from deploy.local.slack.workspace import Message
from deploy.markdown import table
from deploy.packages.build import Package, build_packages
from deploy.packages.roots import ROOTS
from deploy.packages.target import Target, find_interpreter
from load.aws_model.__main__ import make_tls
from load.bench.cold import ADMIN, LAMBDAS, Candidate, Start, start, trust
from load.bench.cpu_share import cpu_of
from load.bench.fixtures import documents, filing_event, settings_of, slack_event
from load.result import describe_machine, where
from load.system.model import ModelProcess
from services.admin.slack.buttons import Button
from shared.clock import utc_now

# Slack publishes no latencies: an assumption, for each call of its API.
SLACK_ANSWERS_AFTER_S: Final = 0.15
_APPROVER: Final = "U0BOB"
_MEMORY_MB: Final = (1769, 1024, 512, 256)
_ALL_ROOTS: Final = Path(botocore.__file__).with_name("cacert.pem")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A cold start by a press. `is_shown`: the request was approved, and its message edited, before the answer."""

    start: Start
    is_shown: bool

    @property
    def whole_ms(self) -> float:
        """Milliseconds until Slack has the answer."""
        return self.start.init_ms + self.start.first_ms


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m load.bench.slack", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="cold starts of each size (default: %(default)s)")
    parser.add_argument("--memory-mb", type=int, action="append", help="may be repeated (default: four sizes)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sentinel-slack-") as folder:
        package = build_packages(Target.host(), Path(folder))[ADMIN]
        with asyncio.Runner() as runner:
            found = runner.run(measure(package, Path(folder), options.memory_mb or _MEMORY_MB, options.rounds))
    sys.stdout.write(f"{where(describe_machine())}\n\n{_render(found)}\n")
    is_in_time = all(
        each.is_shown and each.whole_ms < ANSWER_WITHIN_S * 1000 for size in found.values() for each in size
    )
    sys.exit(0 if is_in_time else 1)


async def measure(package: Package, folder: Path, sizes: Sequence[int], rounds: int) -> Mapping[int, Sequence[Pressed]]:
    """Press cold `rounds` times with the CPU of each memory size (MB); `folder` is for what is made for it.

    Raises:
        RuntimeError: a function did not start, or refused what was sent.

    """
    interpreter, authority = find_interpreter(package.target.python), folder / "authority.pem"
    slack_tls = make_tls(folder / "slack.pem")
    slack = SlackServer(local_workspace(), tls=slack_tls, delay_s=SLACK_ANSWERS_AFTER_S)
    measured: dict[int, list[Pressed]] = {size: [] for size in sizes}
    async with ModelProcess(zero=False, sts_per_second=0, authority=authority) as model:
        await slack.open()
        try:
            prefix = next(iter(documents())).rpartition("/policies/")[0]
            await model.put_parameters({**documents(), f"{prefix}/chat/slack": document_of(slack.workspace)})
            environment = {
                **settings_of(ADMIN, model.url),
                **LAMBDAS,
                "SENTINEL_SLACK": "true",
                "SENTINEL_SLACK_API": slack.api,
                "AWS_CA_BUNDLE": trust(folder / "aws.pem", package.folder / ROOTS, authority)["AWS_CA_BUNDLE"],
                "SSL_CERT_FILE": trust(folder / "all.pem", _ALL_ROOTS, folder / "slack.pem")["SSL_CERT_FILE"],
            }
            admin = Candidate(ADMIN, [package.folder], f"services.{ADMIN}.handler", environment, None)
            # The first fills the page cache.
            await _press_cold(interpreter, admin, slack, max(sizes))
            for _ in range(rounds):
                for size in sizes:
                    measured[size].append(await _press_cold(interpreter, admin, slack, size))
        finally:
            await slack.close()
    return measured


async def _press_cold(interpreter: Path, admin: Candidate, slack: SlackServer, memory_mb: int) -> Pressed:
    """File a request, and have its message pressed, both by new processes; the press is measured."""
    slack.workspace.messages.clear()
    await start(interpreter, admin, filing_event(), slack_event(_help(slack)))
    [message] = slack.workspace.in_channel()
    events = (slack_event(_press(slack, message)), slack_event(_press(slack, message)))
    found, _ = await start(interpreter, admin, *events, limit=partial(cpu_of, memory_mb))
    return Pressed(found, "Approved by bob." in message.shown)


def _press(slack: SlackServer, message: Message) -> Signed:
    """Sign a press of Approve now; each has a trigger of its own, so no two are the same."""
    workspace = slack.workspace
    return _sign(slack, press(workspace, workspace.user(_APPROVER), message, Button.APPROVE))


def _help(slack: SlackServer) -> Signed:
    workspace = slack.workspace
    return _sign(slack, slash_command(workspace, workspace.user(_APPROVER), "/sentinel", "help"))


def _sign(slack: SlackServer, fields: Mapping[str, str]) -> Signed:
    return sign(slack.workspace.signing_secret, int(utc_now().timestamp()), fields)


def _render(measured: Mapping[int, Sequence[Pressed]]) -> str:
    head = ("memory, MB", "init, ms", "first answer, ms", "both, ms", "both at most, ms", "second press, ms", "shown")
    rows = (
        (
            str(size),
            *(f"{median(getattr(each.start, name) for each in pressed):.0f}" for name in ("init_ms", "first_ms")),
            f"{median(each.whole_ms for each in pressed):.0f}",
            f"{max(each.whole_ms for each in pressed):.0f}",
            f"{median(each.start.second_ms for each in pressed):.0f}",
            f"{sum(each.is_shown for each in pressed)} of {len(pressed)}",
        )
        for size, pressed in measured.items()
    )
    return table(head, rows, rule=["--:"] * len(head))


if __name__ == "__main__":
    main()
