"""`make demo`: starts the whole system, performs the main tasks, shows each step and its result, and cleans up.

Every step runs the command that a user would run. The tour ends with exit code 1 at the first step with an unexpected
result.
"""

import asyncio
import json
import os
import re
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import aiohttp

from deploy.local.actors import Actor, TourFailedError, say, show
from deploy.local.deployment import REGION, demo_table
from deploy.local.inbox import Inbox
from deploy.local.stack import LocalStack
from services.admin.slack.buttons import Button

_DEMO: Final = Path(__file__).parent / "demo"
_WRITTEN: Final = "written with vended credentials"
_ID: Final = r"\b[0-9a-hjkmnp-tv-z]{16}\b"


def _actor(stack: LocalStack, name: str) -> Actor:
    """Create an actor without the developer's own AWS and Sentinel settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SENTINEL_"))}
    return Actor(name, _DEMO, {**own, **stack.caller_environment, "AWS_PROFILE": name, "COLUMNS": "120"})


async def tour() -> None:
    """Run the tour.

    Raises:
        TourFailedError: a step has an unexpected exit code or output.

    """
    say("Starting the emulator, the gateway and the Lambdas …")
    async with LocalStack() as stack:
        say(f"Sentinel is at {stack.http_api}")
        inbox = await Inbox.open(stack.aws, "on-call", only={"event": ["break_glass.started"]})
        # Alice and bob are developers, carol is on the platform team, the operator watches and revokes.
        alice, bob, carol, operator = (_actor(stack, name) for name in ("alice", "bob", "carol", "operator"))
        await _vend(alice)
        _show_json("The audit line of that vend", _audit_line(stack))
        await _ask(alice, bob)
        await _wait(stack, bob)
        await _groups(operator, carol)
        await _revoke(stack, alice, operator)
        await _break_glass(alice, bob)
        await _tokens(stack)
        _show_json("The notification to every subscriber of the topic", dict((await inbox.next()).message))
    say("\nEverything is stopped and removed. `sentinel local up` keeps it running.")


async def _vend(alice: Actor) -> None:
    await alice.does("Which profiles may alice use?", "profiles", finds="staging")
    await alice.does("Who does Sentinel take her for?", "whoami", finds="alice")
    title = "Credentials for dev, used by an AWS SDK: who am I, write a note, read it back"
    await alice.does(title, _use("dev"), finds=_WRITTEN)


async def _ask(alice: Actor, bob: Actor) -> None:
    title = "A profile that needs approval is refused, with what to do next"
    await alice.does(title, _use("staging"), code=1, finds="approv")
    filed = await alice.does("So she asks", "request create staging --reason 'deploy 1.4 to staging'", finds="bob")
    request_id = _id_in(filed)
    await bob.does("Bob sees what waits for him", "request list --view approvable", finds=request_id)
    await bob.does("He approves", f"request approve {request_id} --comment 'go ahead'", finds="approved")
    await alice.does("Now alice has staging", _use("staging"), finds=_WRITTEN)


async def _wait(stack: LocalStack, bob: Actor) -> None:
    command = _use("staging", "--wait --reason 'look at the staging logs'")
    async with bob.begins("Bob requests staging and waits for the approval", command) as waiting:
        await _approve_in_slack(stack, await waiting.prints(_ID))
        show("Bob's command starts by itself")
        await waiting.ends(0, _WRITTEN)


async def _approve_in_slack(stack: LocalStack, request_id: str) -> None:
    """Press the button as carol would: the stand-in signs what it sends, as Slack does."""
    carol = stack.slack.person("carol")
    message = next(each for each in carol.workspace.in_channel() if request_id in each.shown)
    show("Meanwhile, in the approvers' channel in Slack (a stand-in on this machine)")
    say(_indented(message.shown))
    show("Carol presses Approve. Slack signs the press, and Sentinel finds out who she is; the message is edited")
    answered = await carol.presses(message, Button.APPROVE)
    say(_indented(message.shown))
    if answered.status != HTTPStatus.OK or "Approved by carol@example.com." not in message.shown or message.buttons:
        raise TourFailedError(f"the press was answered with {answered.status}, and the message is as above")


async def _groups(operator: Actor, carol: Actor) -> None:
    push = "groups push staging-oncall carol@example.com --for 8h --reason 'rota, week 48'"
    await operator.does("A rule gives staging to who is on call; the on-call tool says who that is", push)
    await carol.does("Carol is on call for eight hours", "groups", finds="staging-oncall")
    await carol.does("… and has staging without an approval", _use("staging"), finds=_WRITTEN)
    await operator.does("Her shift ends early", "groups remove staging-oncall")
    await carol.does("From her next vend on she needs an approval again", _use("staging"), code=1, finds="approv")


async def _revoke(stack: LocalStack, alice: Actor, operator: Actor) -> None:
    watch = f"python watch_the_api.py {stack.sensitive_api} {stack.sensitive_endpoint.api_id} {REGION}"
    async with alice.begins("Alice calls an API behind the authorizer", f"exec staging -- {watch}") as watching:
        session_id = await watching.prints(_ID)
        await operator.does("The operator sees her session", f"session show {session_id}", finds="active")
        title = "… and revokes it, while her credentials are still valid for an hour"
        await operator.does(title, f"session revoke {session_id} --reason 'the laptop is gone'")
        await watching.ends(0, "403")
    title = "The kill switch denies her credentials on every AWS API"
    await operator.does(title, "kill-switch status", finds="up to date")


async def _break_glass(alice: Actor, bob: Actor) -> None:
    title = "Production cannot be requested; it needs break-glass"
    await alice.does(title, _use("prod"), code=1, finds="breaking glass")
    why = "--reason incident --justification 'checkout is down, INC-7: restart the payment workers'"
    begun = await alice.does("At 3 a.m. she breaks glass", f"break-glass start prod {why}", finds="active")
    event_id = _id_in(begun)
    await alice.does("Now she has prod", _use("prod"), finds=_WRITTEN)
    closing = f"break-glass close {event_id} --comment 'workers restarted'"
    await alice.does("Done: she closes it", closing, finds="closed")
    await alice.does("Closed is closed", _use("prod"), code=1, finds="breaking glass")
    review = f"break-glass review {event_id} --comment 'INC-7, agreed'"
    await bob.does("Another person reviews it", review, finds="reviewed")


async def _tokens(stack: LocalStack) -> None:
    """Show a pod and a person who have no AWS credentials."""
    pod = Actor("pod", _DEMO, {**_bare(stack), **stack.pod_environment("dev")})
    title = "A pod has a token and two variables: the AWS SDK fetches by itself, with nothing of Sentinel installed"
    await pod.does(title, f"python use_the_sdk.py {demo_table('dev')}", finds=_WRITTEN)
    carol = Actor("carol", _DEMO, {**_bare(stack), **stack.login_environment})
    async with carol.begins("Carol logs in at her company's provider", "login --no-browser") as waiting:
        await _open_page(stack, await waiting.prints(r"https://\S+/authorize\?\S+"))
        await waiting.ends(0, "logged in as carol@example.com")
    await carol.does("She is the same user as with her AWS login", "whoami", finds="carol@example.com")
    await carol.does("… and uses dev without AWS credentials of her own", _use("dev"), finds=_WRITTEN)
    await carol.does("She logs out", "logout")


async def _open_page(stack: LocalStack, page: str) -> None:
    """Do as a browser in which carol is logged in: follow the provider's redirect to the waiting command."""
    async with aiohttp.ClientSession() as session, session.get(f"{page}&login_hint=carol", ssl=stack.identity.trusted):
        pass


def _bare(stack: LocalStack) -> dict[str, str]:
    """Return an environment without AWS credentials: the addresses of Sentinel and of the emulator, and the region.

    The home is the stack's: the developer's has credentials, and a login is kept there that goes with the stack.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SENTINEL_"))}
    kept = ("AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_REGION", "SENTINEL_REGION", "SENTINEL_REMOTE_SERVER")
    return {
        **own,
        **{name: stack.caller_environment[name] for name in kept},
        "AWS_DEFAULT_REGION": REGION,
        "HOME": str(stack.state_dir),
        "COLUMNS": "120",
    }


def _use(profile: str, options: str = "") -> str:
    return f"exec {options} {profile} -- python use_the_sdk.py {demo_table(profile)}"


def _id_in(printed: str) -> str:
    found = re.search(_ID, printed)
    if found is None:
        raise TourFailedError("no id was printed")
    return found[0]


def _audit_line(stack: LocalStack) -> dict[str, Any]:
    for line in stack.log_file.read_text(encoding="utf-8").splitlines():
        if line.startswith("{") and "stamp" in line:
            found: dict[str, Any] = json.loads(line)
            if found.get("outcome") == "issued":
                return found
    raise TourFailedError(f"no audit line of a vend is in {stack.log_file}")


def _show_json(title: str, value: dict[str, Any]) -> None:
    show(title)
    say(_indented(json.dumps(value, indent=2)))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def main() -> None:
    """Run the tour; exit code 0 if every step had the expected result."""
    try:
        with asyncio.Runner() as runner:
            runner.run(tour())
    except TourFailedError as error:
        sys.stderr.write(f"the tour failed: {error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
