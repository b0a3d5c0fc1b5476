"""Options every command that talks to the service shares."""

import asyncio
import functools
import os
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import click

from sentinel.errors import RefusedError, UsageError
from sentinel.settings import Settings, load_settings
from sentinel.terminal.completing import complete_profile
from sentinel.terminal.help import ConnectionOption
from sentinel.terminal.output import is_terminal
from shared.core.fields import PROFILE_NAME_PATTERN
from shared.core.profile import is_profile_name

Result = TypeVar("Result")


def _connection_option(name: str, **attributes: Any) -> Any:
    return click.option(name, cls=ConnectionOption, **attributes)


_SIGNING_REGION: Final = _connection_option(
    "--region", metavar="REGION", help="Region to sign for, if the URL names none [SENTINEL_REGION]."
)
_CONNECTION: Final = (
    _connection_option("--remote-server", metavar="URL", help="Sentinel's base URL [SENTINEL_REMOTE_SERVER]."),
    _connection_option(
        "--aws-profile", metavar="NAME", help="Your own AWS profile to sign with [SENTINEL_AWS_PROFILE]."
    ),
    _connection_option(
        "--authentication",
        type=click.Choice(("sigv4", "oidc")),
        help="Your AWS credentials or a login; default: oidc if an issuer is set [SENTINEL_AUTHENTICATION].",
    ),
    _connection_option("--issuer", metavar="NAME", help="Whose tokens to use: its name here [SENTINEL_ISSUER]."),
    _SIGNING_REGION,
    _connection_option(
        "--signing-service",
        metavar="NAME",
        help="Service to sign for, if the URL does not show it [SENTINEL_SIGNING_SERVICE].",
    ),
)
_CONNECTION_NAMES: Final = ("remote_server", "aws_profile", "authentication", "issuer", "region", "signing_service")
_DURATION: Final = click.option(
    "--duration", metavar="TIME", help="How long a session should last: 45m, 1h, 3600 [SENTINEL_DURATION]."
)


def connection_options(command: Callable[..., Result]) -> Callable[..., Result]:
    """Add the connection's options and pass the command `settings` in their place."""
    return _with_settings(command, _CONNECTION, _CONNECTION_NAMES)


def vend_options(command: Callable[..., Result]) -> Callable[..., Result]:
    """As `connection_options`, with `--duration`."""
    return _with_settings(command, (*_CONNECTION, _DURATION), (*_CONNECTION_NAMES, "duration"))


def vend_options_without_region(command: Callable[..., Result]) -> Callable[..., Result]:
    """As `vend_options`, for a command whose `--region` is another one: the region to sign for is only a setting."""
    connection = tuple(option for option in _CONNECTION if option is not _SIGNING_REGION)
    names = tuple(name for name in _CONNECTION_NAMES if name != "region")
    return _with_settings(command, (*connection, _DURATION), (*names, "duration"))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, errors included.")


def profile_name(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refuse, as a click callback, what cannot be a profile's name before anything is signed or sent."""
    if not is_profile_name(value):
        raise click.BadParameter(f"a profile is named with {PROFILE_NAME_PATTERN}")
    return value


def optional_profile_name(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """As `profile_name`, for an option that may be left out."""
    return None if value is None else profile_name(context, parameter, value)


optional_profile_argument = click.argument(
    "profile", required=False, metavar="[PROFILE]", callback=optional_profile_name, shell_complete=complete_profile
)
profile_argument = click.argument("profile", callback=profile_name, shell_complete=complete_profile)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run the command's one coroutine on the process's one event loop."""
    with asyncio.Runner() as runner:
        return runner.run(work)


def _with_settings(
    command: Callable[..., Result], options: tuple[Any, ...], names: tuple[str, ...]
) -> Callable[..., Result]:
    @functools.wraps(command)
    def with_settings(**arguments: Any) -> Result:
        flags = {name: arguments.pop(name, None) for name in names}
        settings = _load(flags)
        try:
            return command(settings=settings, **arguments)
        except RefusedError as refused:
            if not is_terminal():
                raise
            from sentinel.terminal.suggestions import suggest_name  # noqa: PLC0415 - only a refusal needs it

            raise suggest_name(settings, refused, arguments) from None

    for option in reversed(options):
        with_settings = option(with_settings)
    return with_settings


def _load(flags: dict[str, Any]) -> Settings:
    if any(value == "" for value in flags.values()):
        raise UsageError("an option was given an empty value", "leave it out, or give it one")
    return load_settings(flags, os.environ)
