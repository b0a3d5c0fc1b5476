import asyncio
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from urllib.parse import quote, urlencode

import click
from pydantic import SecretStr

from sentinel.api.client import open_api
from sentinel.api.console import Place, check_not_nested, sign_in
from sentinel.aws_console.destinations import SERVICES, check_destination, check_service
from sentinel.aws_console.page import serving
from sentinel.aws_console.partitions import PARTITIONS, check_region
from sentinel.commands._approval import Approval, wait_options, with_approval
from sentinel.commands._vending import say_if_shorter
from sentinel.credentials.shell_environment import own_region
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import ClientError, UsageError
from sentinel.settings import Settings
from sentinel.system.browser import named_browser, open_browser
from sentinel.terminal.help import Command
from sentinel.terminal.names import region_of_profile
from sentinel.terminal.options import optional_profile_argument, run, vend_options_without_region
from sentinel.terminal.output import note
from sentinel.terminal.picker import pick_profile
from sentinel.terminal.times import relative
from sentinel.terminal.uses import remember_use
from shared.clock import utc_now

_EPILOG: Final = f"""\b
Examples:
  sentinel console dev
  sentinel console --service s3 --region eu-central-1 dev
  sentinel console --wait --reason "fix the invoices" prod
  sentinel console --container dev
  sentinel console --print dev | wl-copy      for a browser elsewhere

\b
Services by short names, any other by its name in the console's URLs:
{click.wrap_text(", ".join(SERVICES), 100, "  ", "  ")}
"""
_FETCHED_WITHIN: Final = timedelta(minutes=2)


class NotOpenedError(ClientError):
    """No browser has fetched the page."""

    code = "not_opened"


@click.command(cls=Command, epilog=_EPILOG)
@vend_options_without_region
@click.option("--service", metavar="NAME", help="Begin at a service: s3, ec2, cfn. Default: the console's first page.")
@click.option("--region", metavar="REGION", help="The console's region. Default: AWS_REGION, or the profile's.")
@click.option("--destination", metavar="URL", help="Begin at any page of the console, by its URL.")
@click.option("--print", "prints", is_flag=True, help="Print the sign-in URL, a secret, and open no browser.")
@click.option("--force", is_flag=True, help="With --print: print it even to a terminal.")
@click.option("--browser", metavar="NAME", help="Open this browser: firefox, chrome, a program in PATH.")
@click.option("--container", is_flag=True, help="Open a Firefox container of the profile's name (ext+container:).")
@wait_options
@optional_profile_argument
def console(
    settings: Settings,
    profile: str | None,
    ask: Approval | None,
    service: str | None,
    region: str | None,
    destination: str | None,
    browser: str | None,
    *,
    prints: bool,
    force: bool,
    container: bool,
) -> None:
    """Open the AWS console with a session of PROFILE.

    Without PROFILE you choose one. A session is vended and signed in at AWS; the console's session ends with its
    credentials. The sign-in URL holds a token that AWS takes for 15 minutes. The browser gets it from a page on this
    machine that is there once, so that it is in no program's arguments.

    What `sentinel session revoke` reaches: AWS documents that a policy which denies a role's sessions by their time of
    issue reaches console sessions too. It documents no way to take back a sign-in token.
    """
    check_not_nested(os.environ)
    if prints + container + (browser is not None) > 1:
        raise click.UsageError("--print, --browser and --container exclude each other")
    if prints and sys.stdout.isatty() and not force:
        raise UsageError(
            "the sign-in URL is a secret, and stdout is a terminal",
            "leave --print out, pipe it into a program, or use --force to see it",
        )
    _check_place(service, region, destination)
    chosen = profile or pick_profile(settings)
    show = None if prints else _opener(chosen, browser, container=container)
    place = Place(service, region, destination, own_region(os.environ) or region_of_profile(settings, chosen))
    run(_console(settings, chosen, place, ask, show))


def _check_place(service: str | None, region: str | None, destination: str | None) -> None:
    """Refuse, before a session is vended, what cannot be a page of any console."""
    if destination is not None:
        if service is not None or region is not None:
            raise click.UsageError("--destination is a whole URL: leave --service and --region out")
        check_destination(destination, PARTITIONS)
    if region is not None:
        check_region(region)
    if service is not None and (warning := check_service(service)):
        note(warning)


def _opener(profile: str, browser: str | None, *, container: bool) -> Callable[[str], bool]:
    if container:
        firefox = named_browser("firefox")
        return lambda url: firefox.open(f"ext+container:{urlencode({'name': profile, 'url': url}, quote_via=quote)}")
    return open_browser if browser is None else named_browser(browser).open


async def _console(
    settings: Settings, profile: str, place: Place, ask: Approval | None, show: Callable[[str], bool] | None
) -> None:
    vended, url = await with_approval(settings, profile, ask, lambda: _sign_in(settings, profile, place))
    remember_use(settings, profile)
    ends = f"the session ends {relative(vended.expires_at, utc_now())}"
    if show is None:
        click.echo(url.get_secret_value())
        note(f"AWS takes the URL for 15 minutes; {ends}")
        return
    await _show(url, show)
    note(f"{profile} is signed in; {ends}")


async def _sign_in(settings: Settings, profile: str, place: Place) -> tuple[VendedCredentials, SecretStr]:
    async with open_api(settings) as api:
        vended, url = await sign_in(api, settings, profile, place)
    say_if_shorter(vended, settings.duration)
    return vended, url


async def _show(url: SecretStr, show: Callable[[str], bool]) -> None:
    async with serving(url) as page:
        opened = await asyncio.to_thread(show, page.url)
        begin = "If no browser has opened" if opened else "To sign in"
        click.echo(f"{begin}, open this page in one on this machine. It is there once:\n  {page.url}", err=True)
        try:
            async with asyncio.timeout(_FETCHED_WITHIN.total_seconds()):
                await page.fetched()
        except TimeoutError:
            raise NotOpenedError(
                "no browser has fetched the page in time", "run it again; --print is for a browser elsewhere"
            ) from None
