"""`sentinel local up`: the stack in the foreground, until it is interrupted."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress

from deploy.local.deployment import CONSOLE_PORT
from deploy.local.stack import LocalStack


def stay_up(*, as_json: bool, port: int) -> None:
    """Run the stack until SIGINT or SIGTERM, also while it starts."""
    with asyncio.Runner() as runner:
        runner.run(_until_interrupted(as_json=as_json, port=port))


async def _until_interrupted(*, as_json: bool, port: int) -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        async with LocalStack(port=port) as stack:
            sys.stdout.write(f"{json.dumps(stack.endpoints) if as_json else _as_text(stack)}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


def _as_text(stack: LocalStack) -> str:
    callers = "\n".join(f"  {name:<10} {caller.user}" for name, caller in stack.callers.items())
    issuers = "\n".join(f"  {name:<10} {stack.http_api}/as/{name}" for name in stack.endpoints["issuers"])
    exports = _exports(stack.caller_environment)
    return f"""\
Sentinel is up on this machine. Ctrl-C stops it and leaves nothing behind.

  HTTP API      {stack.http_api}
  REST API      {stack.rest_api}
  Function URL  {stack.function_url}
  console       {stack.console} (your browser asks whether to trust the provider's certificate)
  Slack         {stack.slack.url} (a stand-in: press, fill in forms and type /sentinel as anyone)
  sensitive API {stack.sensitive_api} (id {stack.sensitive_endpoint.api_id}, behind the authorizer)
  AWS emulator  {stack.emulator.endpoint}
  audit log     {stack.log_file}

Callers (AWS profile, user name in Sentinel):
{callers}

Token issuers (OIDC) and where their callers call:
{issuers}

In another shell:
{exports}
  export AWS_PROFILE=alice
  sentinel profiles
  sentinel exec dev -- aws sts get-caller-identity
  sentinel ui --port {CONSOLE_PORT}      the console, to which notifications link

As a person without AWS credentials, after unset AWS_PROFILE:
{_exports(stack.login_environment)}
  sentinel login

As a pod, with nothing of Sentinel installed, after unset AWS_PROFILE:
{_exports(stack.pod_environment("dev"))}
  aws sts get-caller-identity"""


def _exports(environment: Mapping[str, str]) -> str:
    return "\n".join(f"  export {name}={value}" for name, value in environment.items())
