import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from sentinel.commands._proof import find_region, find_session, profile_option, prove
from sentinel.errors import UsageError, printable
from sentinel.proof.request import HttpCall, make_call, read_header
from sentinel.proof.source import strip_stage
from sentinel.proof.url import parse_protected_url
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.options import json_option, run, vend_options
from sentinel.terminal.output import print_json

_EPILOG: Final = """\b
Examples:
  sentinel curl --profile prod https://abc123.execute-api.eu-central-1.amazonaws.com/orders
  sentinel exec prod -- sentinel curl --api abc123 -d '{"id": 7}' https://orders.example/orders
  sentinel curl --profile prod --bind-request --stage v1 -X POST https://abc123.execute-api.eu-west-1.api.aws/v1/pay
"""


@click.command(cls=Command, epilog=_EPILOG)
@vend_options
@profile_option
@click.option("-X", "method", metavar="METHOD", help="Default: GET, or POST with -d.")
@click.option("-d", "data", metavar="DATA", help="The body; @FILE reads it from a file and @- from stdin.")
@click.option("-H", "headers", multiple=True, metavar="HEADER", help="`Name: value`; repeat it for more.")
@click.option("--api", "api_id", metavar="ID", help="The id of the API, where its host name does not say it.")
@click.option("--bind-request", is_flag=True, help="Bind the proof to this method, path and query, if the API asks so.")
@click.option("--stage", metavar="NAME", help="The stage or base path the path begins with; with --bind-request.")
@json_option
@click.argument("url")
def curl(
    settings: Settings,
    url: str,
    profile: str | None,
    method: str | None,
    data: str | None,
    headers: Sequence[str],
    api_id: str | None,
    stage: str | None,
    *,
    bind_request: bool,
    as_json: bool,
) -> int:
    """Ask an API behind Sentinel's authorizer, with a fresh proof of your session.

    The answer's body goes to stdout, its status to stderr. Redirects are not followed. A body is JSON unless a header
    says otherwise.

    Exit code 0: answered with 2xx; 1: with anything else, or not at all.
    """
    where = parse_protected_url(url, api_id)
    body = None if data is None else _read_body(data)
    call = HttpCall(_read_method(method, body), [read_header(header) for header in headers], body)
    bound = (call.method, strip_stage(where.target, stage)) if bind_request else None
    region = find_region(settings, where.region)
    authorization = prove(find_session(settings, profile), where.api_id, region, bound)
    kept = io.BytesIO()
    out = kept if as_json else sys.stdout.buffer
    ca_bundle = settings.base().ca_bundle()
    status, reason = run(make_call(where, call, authorization, out.write, ca_bundle))
    if as_json:
        print_json({"status": status, "body": kept.getvalue().decode("utf-8", "replace")})
    else:
        sys.stdout.buffer.flush()
        click.echo(f"{status} {printable(reason)}".rstrip(), err=True)
    return 0 if 200 <= status < 300 else 1  # noqa: PLR2004 - the class of successes


def _read_method(method: str | None, body: bytes | None) -> str:
    named = (method or ("GET" if body is None else "POST")).upper()
    if not named.isascii() or not named.isalpha():
        raise UsageError("-X: a method is a word like GET")
    return named


def _read_body(data: str) -> bytes:
    if not data.startswith("@"):
        return data.encode()
    if data == "@-":
        return sys.stdin.buffer.read()
    try:
        return Path(data[1:]).read_bytes()
    except OSError as error:
        raise UsageError(f"-d: {data[1:]} cannot be read: {error.strerror}") from None
