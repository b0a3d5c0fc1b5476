import re
from typing import Final

import click

from sentinel.commands._proof import find_region, find_session, profile_option, prove
from sentinel.errors import UsageError
from sentinel.proof.url import check_api_id
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.options import json_option, vend_options
from sentinel.terminal.output import print_json

_REQUEST: Final = re.compile(r"([A-Za-z]{1,16}) (/[^\s#]*)")
_EPILOG: Final = """\b
Examples, inside `sentinel exec`:
  sentinel proof --api abc123 | curl -H @- https://abc123.execute-api.eu-central-1.amazonaws.com/orders
  sentinel proof --api abc123 --curl-config | curl --config - https://orders.example/
  sentinel proof --api abc123 --request "GET /orders?page=2" --profile prod |
    curl -H @- "https://orders.example/orders?page=2"

\b
Not -H "$(sentinel proof …)": a command line can be read by every user of the machine.
"""


@click.command(cls=Command, epilog=_EPILOG)
@vend_options
@click.option("--api", "api_id", metavar="ID", required=True, help="The id of the API it is for.")
@click.option("--request", "request_line", metavar='"METHOD PATH?QUERY"', help="Bind it to one request.")
@profile_option
@click.option("--curl-config", is_flag=True, help="Print it as a line for `curl --config -`.")
@json_option
def proof(
    settings: Settings, api_id: str, request_line: str | None, profile: str | None, *, curl_config: bool, as_json: bool
) -> None:
    """Print the Authorization header that shows an API behind Sentinel's authorizer whose session is calling.

    The API takes it for a minute and, with --request, for one method, path and query, without the stage. STS takes the
    signature in it for 15 minutes, so give it to no one else. It holds the session token, and not the secret key.
    """
    request = None if request_line is None else _read_request(request_line)
    region = find_region(settings)
    header = prove(find_session(settings, profile), check_api_id(api_id), region, request)
    if as_json:
        print_json({"Authorization": header})
    elif curl_config:
        click.echo(f'header = "Authorization: {header}"')
    else:
        click.echo(f"Authorization: {header}")


def _read_request(text: str) -> tuple[str, str]:
    match = _REQUEST.fullmatch(text)
    if match is None:
        raise UsageError(f"--request: {text!r} is not a request", 'write it like "GET /orders?page=2"')
    return match[1].upper(), match[2]
