import asyncio
from datetime import timedelta
from typing import Final

import click

from sentinel.errors import ClientError, UsageError
from sentinel.oidc.connection import Connection
from sentinel.oidc.kept import open_logins
from sentinel.oidc.login import keep_login, new_login
from sentinel.oidc.provider import Device, Provider, Tokens
from sentinel.oidc.redirect import code_of, listening
from sentinel.settings import Settings
from sentinel.system.browser import open_browser
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, json_option, run
from sentinel.terminal.output import note, print_json
from sentinel.terminal.times import relative
from shared.clock import utc_now
from shared.core.durations import parse_duration

_EPILOG: Final = """\b
Examples:
  sentinel login
  sentinel login --device                   a machine without a browser
  sentinel login --port 8400 --no-browser   over SSH, with ssh -L 8400:127.0.0.1:8400
"""


class LateError(ClientError):
    """The person did not log in in time."""

    code = "login_timeout"


def _limit(_context: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command(cls=Command, epilog=_EPILOG)
@connection_options
@click.option("--device", is_flag=True, help="Log in on another device, by a code to enter there.")
@click.option("--no-browser", is_flag=True, help="Print the URL and open no browser.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the redirect. Default: any free one.")
@click.option("--timeout", default="5m", show_default=True, callback=_limit, metavar="TIME", help="Wait this long.")
@json_option
def login(settings: Settings, *, device: bool, no_browser: bool, port: int, timeout: timedelta, as_json: bool) -> None:
    """Log in at your identity provider; commands then need no AWS credentials.

    The provider, its client id and the issuer's name are settings, usually of your team's file. The login is of this
    server alone and is renewed as long as the provider allows. Its tokens are kept in the system's keychain, or in a
    file of yours.
    """
    url, client_id, issuer = _asked(settings)
    server = settings.server().base
    connection = Connection(settings.base().ca_bundle())
    provider = Provider.discover(url, client_id, connection, utc_now)
    note(f"log in at {url} for {server}, which gets your token")
    scopes = settings.oidc_scopes
    tokens = run(
        _on_device(provider, scopes, timeout) if device else _here(provider, scopes, port, timeout, no_browser)
    )
    made, store = new_login(server, issuer, provider, tokens), open_logins()
    with store.locked(server, issuer):
        is_in_keychain = keep_login(store, made, tokens)
    if as_json:
        facts = made.model_dump(mode="json", exclude={"tokens", "client_id"})
        print_json({**facts, "renewable": tokens.refresh_token is not None, "keychain": is_in_keychain})
        return
    where = "the system's keychain" if is_in_keychain else f"a file of {store.folder}, which only you may read"
    note(f"logged in as {made.user}; kept in {where}")
    if tokens.refresh_token is None:
        note(f"the provider gave nothing to renew it by: it ends {relative(made.expires_at, utc_now())}")
    if not settings.uses_tokens:
        note("`authentication` is set to sigv4: your AWS credentials are used all the same")


def _asked(settings: Settings) -> tuple[str, str, str]:
    """Return the issuer's URL, the client id and the issuer's name.

    Raises:
        UsageError: one is not set.

    """
    known = {name: getattr(settings, name) for name in ("oidc_issuer_url", "oidc_client_id", "issuer")}
    if missing := [name for name, value in known.items() if not value]:
        raise UsageError(
            f"not set: {', '.join(missing)}",
            f"`sentinel setup` takes them from your team's file, or write them to {settings.config_file}",
        )
    return known["oidc_issuer_url"], known["oidc_client_id"], known["issuer"]


async def _here(
    provider: Provider,
    scopes: tuple[str, ...],
    port: int,
    limit: timedelta,
    no_browser: bool,  # noqa: FBT001 - of one caller
) -> Tokens:
    async with listening(port) as redirect:
        begun = provider.begin(redirect.uri, scopes)
        waiting = asyncio.ensure_future(redirect.response(begun))
        opened = not no_browser and await asyncio.to_thread(open_browser, begun.url)
        click.echo(f"{'If no browser has opened' if opened else 'To log in'}, open this page:\n  {begun.url}", err=True)
        try:
            async with asyncio.timeout(limit.total_seconds()):
                response = await waiting
        except TimeoutError:
            raise LateError("no answer of the identity provider came in time", "sentinel login") from None
    return await asyncio.to_thread(provider.redeem, begun, code_of(response, provider))


async def _on_device(provider: Provider, scopes: tuple[str, ...], limit: timedelta) -> Tokens:
    device = await asyncio.to_thread(provider.begin_device, scopes)
    click.echo(f"Open {device.verification_uri} on any device, and enter {device.user_code}", err=True)
    try:
        async with asyncio.timeout(min(limit, device.life).total_seconds()):
            return await _poll(provider, device)
    except TimeoutError:
        raise LateError("the code was not entered in time", "sentinel login --device") from None


async def _poll(provider: Provider, device: Device) -> Tokens:
    pause = device.interval
    while True:
        await asyncio.sleep(pause.total_seconds())
        outcome = await asyncio.to_thread(provider.poll_device, device)
        if isinstance(outcome, Tokens):
            return outcome
        pause += outcome
