"""`sentinel local up`: the stack in the foreground, until it is interrupted."""

import asyncio
import dataclasses
import json
import signal
import sys

from deploy.local.stack import Endpoints, LocalStack


def stay_up(*, as_json: bool, port: int) -> None:
    """Run the stack until SIGINT or SIGTERM, also while it starts."""
    with asyncio.Runner() as runner:
        runner.run(_until_interrupted(as_json=as_json, port=port))


async def _until_interrupted(*, as_json: bool, port: int) -> None:
    stack = asyncio.create_task(_serve(as_json=as_json, port=port))
    loop = asyncio.get_running_loop()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        stack.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        await stack
    except asyncio.CancelledError:
        if not interrupted:
            raise


async def _serve(*, as_json: bool, port: int) -> None:
    async with LocalStack(port=port) as stack:
        show = _as_json if as_json else _as_text
        sys.stdout.write(f"{show(stack.endpoints)}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def _as_json(endpoints: Endpoints) -> str:
    return json.dumps(dataclasses.asdict(endpoints))


def _as_text(endpoints: Endpoints) -> str:
    callers = "\n".join(f"  {name:<10} {user}" for name, user in endpoints.callers.items())
    return f"""\
Sentinel is up on this machine. Ctrl-C stops it and leaves nothing behind.

  HTTP API      {endpoints.http_api}
  REST API      {endpoints.rest_api}
  Function URL  {endpoints.function_url}
  sensitive API {endpoints.sensitive_api} (id {endpoints.sensitive_api_id}, behind the authorizer)
  AWS emulator  {endpoints.aws_endpoint}
  audit log     {endpoints.log_file}

Callers (AWS profile, user name in Sentinel):
{callers}

In another shell:
  export AWS_CONFIG_FILE={endpoints.aws_config_file}
  export AWS_SHARED_CREDENTIALS_FILE={endpoints.aws_shared_credentials_file}
  export AWS_PROFILE=alice
  export SENTINEL_REMOTE_SERVER={endpoints.http_api}
  export SENTINEL_REGION={endpoints.region}
  export SENTINEL_SIGNING_SERVICE=execute-api
  export AWS_ENDPOINT_URL={endpoints.aws_endpoint}
  sentinel profiles
  sentinel exec dev -- aws sts get-caller-identity"""
